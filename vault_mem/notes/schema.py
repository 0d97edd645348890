"""What a note's properties may be, checked strictly when written; `metadata` reads them leniently."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.editing import checked_value
from vault_mem.notes.identifiers import is_id, is_slug, slugify
from vault_mem.notes.keys import DEFAULT_TIERS, RELATIONS, STATUSES, TIERS, TYPES
from vault_mem.notes.model import Scalar, Value
from vault_mem.notes.scalars import write_scalar
from vault_mem.notes.times import format_time, parse_stored, parse_typed
from vault_mem.notes.wikilinks import format_link, whole_link

__all__ = ["DEFAULT_TIERS", "KEYS", "RELATIONS", "STATUSES", "TIERS", "TYPES", "validate"]

MAX_TEXT = 4_000
"""Characters of one property value, far more than a property is for."""

MAX_ITEMS = 1_000

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NOT_IN_TAG = re.compile(r"[\s#,\[\](){}\"'|\\^:;?!*<>`]")
_LINK_NAME = re.compile(r"[^\[\]|#^\n]+(?:#[^\[\]|\n]+)?(?:\|[^\[\]\n]+)?\Z")


def validate(properties: Mapping[str, object], *, now: datetime, stored: bool = False) -> dict[str, Value]:
    """Return properties as they may be written: known keys in their one shape, the user's own flat.

    Times become UTC (`datetime` or typed text, which is local without a zone); a date alone stays one. Relations become
    lists of `[[name]]`, tags and aliases lists without `#`.

    Args:
        properties: values by key, in the order they will be written.
        now: the current moment, aware, for words such as `yesterday`.
        stored: whether times without a zone are as a note stores them, so UTC: what was read can be written back.

    Raises:
        InvalidNoteError: naming the key and what it may hold.
    """
    return {key: _checked(key, value, now, stored=stored) for key, value in properties.items()}


def _checked(key: str, value: object, now: datetime, *, stored: bool) -> Value:
    if key == "title":
        raise InvalidNoteError("title is not a property", "The first heading is the title; change that")
    check = _CHECKS.get(key)
    if check:
        return check(key, value)
    if key in _TIMES or isinstance(value, date):
        return _time(key, value, now, stored=stored)
    return _own(key, value)


def _own(key: str, value: object) -> Value:
    """Check a key of the user's own: a scalar, or a list of scalars."""
    if isinstance(value, list | tuple):
        if len(value) > MAX_ITEMS:
            raise InvalidNoteError(f"{key} has more than {MAX_ITEMS} items", "Write them in the body")
        return list(map(_scalar(key), value))
    checked_value(key, None)
    return _scalar(key)(value)


def _scalar(key: str) -> Callable[[object], Scalar]:
    def check(value: object) -> Scalar:
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise InvalidNoteError(f"{key} has more than {MAX_TEXT} characters", "Write it in the body")
        if value is not None and not isinstance(value, str | int | float):
            raise InvalidNoteError(f"{key} is nested", "A property is a single value or a list of single values")
        write_scalar(value)
        return value

    return check


def _choice(choices: Sequence[str]) -> Callable[[str, object], Value]:
    def check(key: str, value: object) -> Value:
        if not isinstance(value, str) or value not in choices:
            raise InvalidNoteError(f"{key} cannot be {_shown(value)}", f"Use one of: {', '.join(choices)}")
        return value

    return check


def _id(key: str, value: object) -> Value:
    if not isinstance(value, str) or not is_id(value):
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}", "Leave it out; a note gets its id by itself")
    return value


def _slug(key: str, value: object) -> Value:
    if not isinstance(value, str) or not is_slug(value):
        hint = f"Use '{slugify(str(value))}'" if value else "Use words joined by dashes"
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}: it is not a slug", hint)
    return value


def _share(key: str, value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}", "Give a number from 0 to 1")
    return value


def _switch(key: str, value: object) -> Value:
    if not isinstance(value, bool):
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}", "Give true or false")
    return value


def _time(key: str, value: object, now: datetime, *, stored: bool) -> Value:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = value.strip()
        moment = parse_stored(text) if stored or _DATE.match(text) else None
        moment = moment or parse_typed(text, now=now)
        if moment is not None:
            return text if _DATE.match(text) else format_time(moment)
    raise InvalidNoteError(
        f"{key} is no time: {_shown(value)}", "Give a date (2026-11-20) or a time (2026-11-20T10:30)"
    )


def _line(key: str, value: object) -> Value:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}", "Give one line of text")
    return _scalar(key)(value.strip())


def _texts(key: str, value: object) -> list[str]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or len(items) > MAX_ITEMS:
        raise InvalidNoteError(f"{key} cannot be {_shown(value)}", f"Give a list of texts, at most {MAX_ITEMS}")
    return list(dict.fromkeys(str(_line(key, item)) for item in items))


def _text_list(key: str, value: object) -> Value:
    return [*_texts(key, value)]


def _tags(key: str, value: object) -> Value:
    tags = list(dict.fromkeys(tag.lstrip("#") for tag in _texts(key, value)))
    for tag in tags:
        if not tag or _NOT_IN_TAG.search(tag) or tag.isdigit() or tag.strip("/") != tag:
            hint = "A tag has letters, digits, _, - and /, and is not a number alone"
            raise InvalidNoteError(f"{key} cannot have {_shown(tag)}", hint)
    return [*tags]


def _relation(key: str, value: object) -> Value:
    links = []
    for text in _texts(key, value):
        name = (whole_link(text) or text).strip()
        if not _LINK_NAME.match(name):
            raise InvalidNoteError(f"{key} cannot name {_shown(text)}", 'Give names of notes, such as "api-versioning"')
        links.append(format_link(name))
    return [*dict.fromkeys(links)]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


_TIMES = frozenset({"created", "valid_from", "valid_to", "expires"})
_CHECKS: Mapping[str, Callable[[str, object], Value]] = {
    "id": _id,
    "type": _choice(TYPES),
    "status": _choice(STATUSES),
    "tier": _choice(TIERS),
    **dict.fromkeys(("category", "key"), _slug),
    **dict.fromkeys(("tags",), _tags),
    **dict.fromkeys(("aliases", "triggers", "anchors"), _text_list),
    **dict.fromkeys(("confidence", "importance"), _share),
    **dict.fromkeys(("pinned", "private"), _switch),
    **dict.fromkeys(("source", "agent"), _line),
    **dict.fromkeys(RELATIONS, _relation),
}

KEYS = frozenset({*_CHECKS, *_TIMES, "title"})
"""Every key that the format gives a meaning."""
