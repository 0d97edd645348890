"""Frontmatter as typed keys, read leniently: whatever a person wrote, a note keeps being readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from vault_mem.notes.identifiers import is_id, is_slug
from vault_mem.notes.keys import RELATIONS, STATUSES, TIERS, TYPES
from vault_mem.notes.model import Lines, Metadata, NoteId, Problem, Value
from vault_mem.notes.times import parse_stored
from vault_mem.notes.wikilinks import target_of, whole_link

_YES = frozenset({"true", "yes", "on", "y"})
_NO = frozenset({"false", "no", "off", "n"})
_SEPARATORS = re.compile(r"[,\s]+")

_T = TypeVar("_T")


def read_metadata(
    properties: Mapping[str, Value], lines: Mapping[str, Lines] | None = None
) -> tuple[Metadata, tuple[Problem, ...]]:
    """Return the typed keys, and a `bad-property` problem for each known key whose value has another shape.

    Such a value is the user's own: the default holds, the value stays in the file. Keys that are not known are no
    problem; any key whose whole value is quoted links is a relation.

    Args:
        properties: the frontmatter.
        lines: the lines of each key, for the problems; line 1 where they are not given.
    """
    reader = _Reader(properties, lines or {})
    metadata = Metadata(
        id=reader.take("id", _read_id),
        type=reader.take("type", _choice(TYPES)) or "note",
        category=reader.take("category", _read_slug),
        key=reader.take("key", _read_slug),
        tags=reader.take("tags", _read_tags) or (),
        aliases=reader.take("aliases", _read_aliases) or (),
        tier=reader.take("tier", _choice(TIERS)),
        created=reader.take("created", _read_time),
        valid_from=reader.take("valid_from", _read_time),
        valid_to=reader.take("valid_to", _read_time),
        expires=reader.take("expires", _read_time),
        status=reader.take("status", _choice(STATUSES)) or "active",
        confidence=reader.take_share("confidence", 1.0),
        importance=reader.take_share("importance", 0.5),
        pinned=reader.take("pinned", _read_switch) or False,
        triggers=reader.take("triggers", _read_texts) or (),
        anchors=reader.take("anchors", _read_texts) or (),
        source=reader.take("source", _read_text),
        agent=reader.take("agent", _read_text),
        private=reader.take("private", _read_switch) or False,
        relations=reader.relations(),
    )
    return metadata, tuple(reader.problems)


class _Reader:
    """Takes keys one by one and notes what has another shape."""

    def __init__(self, properties: Mapping[str, Value], lines: Mapping[str, Lines]) -> None:
        self.properties = properties
        self.lines = lines
        self.problems: list[Problem] = []

    def take(self, key: str, read: Callable[[Value], _T | None]) -> _T | None:
        """Return the value as the reader sees it, None if it is missing, empty or of another shape."""
        value = self.properties.get(key)
        if value is None or value in ("", []):
            return None
        result = read(value)
        if result is None:
            self._report(key, f"{key} has a value that is not one of this format's, so its default holds")
        return result

    def take_share(self, key: str, default: float) -> float:
        value = self.take(key, _read_share)
        return default if value is None else value

    def relations(self) -> dict[str, tuple[str, ...]]:
        """Return the targets of every value that is made of links only."""
        found: dict[str, tuple[str, ...]] = {}
        for key, value in self.properties.items():
            targets = _link_targets(value)
            if targets:
                found[key] = targets
            elif key in RELATIONS and value is not None and value not in ("", []):
                self._report(key, f'{key} is not a list of links in quotes, such as "[[name]]"')
        return found

    def _report(self, key: str, message: str) -> None:
        line = self.lines[key].first if key in self.lines else 1
        self.problems.append(Problem("bad-property", message, line))


def _link_targets(value: Value) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    inner = [whole_link(item) if isinstance(item, str) and "[[" in item else None for item in items]
    targets = [target_of(text) for text in inner if text is not None]
    return tuple(targets) if targets and len(targets) == len(items) and all(targets) else ()


def _read_id(value: Value) -> NoteId | None:
    return NoteId(value) if isinstance(value, str) and is_id(value) else None


def _choice(choices: Sequence[str]) -> Callable[[Value], str | None]:
    def read(value: Value) -> str | None:
        return value.lower() if isinstance(value, str) and value.lower() in choices else None

    return read


def _read_slug(value: Value) -> str | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and is_slug(text) else None


def _read_text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _read_texts(value: Value) -> tuple[str, ...] | None:
    items = value if isinstance(value, list) else [value]
    texts = [str(item) for item in items if isinstance(item, str | int | float)]
    return tuple(text for text in texts if text) if len(texts) == len(items) else None


def _read_tags(value: Value) -> tuple[str, ...] | None:
    """Return tags without `#`; text is split at commas and blanks, as Obsidian does."""
    names = _read_texts(_SEPARATORS.split(value.strip()) if isinstance(value, str) and "[[" not in value else value)
    return None if names is None else _distinct(_unlinked(name).lstrip("#") for name in names)


def _read_aliases(value: Value) -> tuple[str, ...] | None:
    names = _read_texts([*value.split(",")] if isinstance(value, str) else value)
    return None if names is None else _distinct(_unlinked(name) for name in names)


def _unlinked(text: str) -> str:
    inner = whole_link(text) if "[[" in text else None
    return target_of(inner) if inner else text.strip()


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _read_time(value: Value) -> datetime | None:
    return parse_stored(value) if isinstance(value, str) else None


def _read_share(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def _read_switch(value: Value) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    return True if word in _YES else False if word in _NO else None
