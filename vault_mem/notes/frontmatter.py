"""Frontmatter: read with strict rules, edited by the smallest possible difference.

A block starts on the file's first line (a BOM may precede it) with `---` and ends at the next line that is `---`;
blanks may follow either fence. Without a closing fence there is no frontmatter. A block of blanks and comments is an
empty mapping; one that is a list, a scalar (a body that starts with a rule looks like that) or no valid YAML is
malformed: the note is then read as text, and refused for editing. Dates stay text. Anchors, aliases, tags, duplicate
keys and several documents are refused. Keys are the text they are written as.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import frontmatter
import yaml

from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError
from vault_mem.notes.block import Entry, Frontmatter, Item, line_end, line_start
from vault_mem.notes.editing import REMOVED, Change, Removed, checked_value, is_same, patch, render_entry
from vault_mem.notes.model import Problem, Value
from vault_mem.notes.scalars import resolve_plain
from vault_mem.notes.subset import read_entries

__all__ = ["REMOVED", "Frontmatter", "Removed", "compose", "edit", "load_mapping", "read"]

MAX_BLOCK = 64 * 1024
MAX_KEYS = 200
MAX_DEPTH = 8

_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(rb"---[ \t]*(\r?\n)")
_CLOSING = re.compile(rb"^---[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_UNPRINTABLE = re.compile(r"\A\ufeff|\r(?!\n)|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Event: TypeAlias = Any  # the stubs make every mark optional and give the base class no fields
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(data: bytes) -> Frontmatter:
    """Read the frontmatter of a whole file; never raises.

    Args:
        data: the file's bytes, at most the first 64 KB of frontmatter of which are looked at.
    """
    start = len(_BOM) if data.startswith(_BOM) else 0
    opening = _OPENING.match(data, start)
    closing = _CLOSING.search(data, opening.end()) if opening else None
    if not opening or not closing:
        first_break = data.find(b"\n", start)
        eol = "\r\n" if first_break > 0 and data[first_break - 1 : first_break] == b"\r" else "\n"
        return Frontmatter(body_start=start, eol=eol, has_bom=start > 0)
    eol = opening[1].decode()
    try:
        block = _decode_block(data[opening.end() : closing.start()])
        front = _read_block(block)
    except MalformedFrontmatterError as exc:
        problem = Problem("malformed-frontmatter", exc.problem, exc.line, exc.column)
        return Frontmatter(body_start=start, problem=problem, eol=eol, has_bom=start > 0)
    return replace(front, body_start=closing.end(), eol=eol, has_bom=start > 0, block_start=opening.end())


def edit(data: bytes, changes: Mapping[str, Change], *, path: str) -> bytes:
    """Set and remove top-level keys; only the lines of keys whose value changes are touched.

    New keys go to the end of the block, in the order given; a note without frontmatter gets a block. A list keeps its
    style, and its unchanged items their lines; comments above a key stay. Removing the last key removes the block, so
    setting and removing a key gives the same bytes back (except in a block that was empty to begin with).

    Args:
        data: the file's bytes.
        changes: values by key, or `REMOVED`; a key that has the value already is left as it is.
        path: the note's path, for messages.

    Raises:
        MalformedFrontmatterError: if the frontmatter is malformed or written in a way that cannot be edited by lines.
        InvalidNoteError: if a value is not a scalar or a list of scalars, or the block would be too large.
    """
    front = read(data)
    if front.problem:
        raise MalformedFrontmatterError(
            path, front.problem.message, line=front.problem.line, column=front.problem.column
        )
    old = front.properties
    wanted = {key: checked_value(key, value) for key, value in changes.items()}
    changed = {key: value for key, value in wanted.items() if not is_same(old.get(key, REMOVED), value)}
    if not changed:
        return data
    if not front.is_block_style:
        raise MalformedFrontmatterError(path, "the frontmatter is not one key a line", line=2, column=1)
    expected = {key: value for key, value in {**old, **changed}.items() if value is not REMOVED}
    result = _replace_block(data, front, patch(front.block, front.entries, changed, front.eol))
    _check_result(result, expected, data[front.body_start :], path)
    return result


def compose(properties: Mapping[str, Value], body: str) -> bytes:
    """Return a new note: the properties in their order, block lists indented by two spaces, then the body as it is.

    Raises:
        InvalidNoteError: if a value is not a scalar or a list of scalars.
    """
    if not properties:
        return body.encode()
    checked = ((key, checked_value(key, value)) for key, value in properties.items())
    block = "".join(render_entry(key, value, "\n") for key, value in checked if not isinstance(value, Removed))
    return f"---\n{block}---\n{body}".encode()


def load_mapping(text: str, *, path: str) -> dict[str, Value]:
    """Read a YAML file that is one mapping, by the same strict rules as frontmatter; an empty file is an empty mapping.

    Raises:
        MalformedFrontmatterError: if it is anything else, with the place.
    """
    try:
        block = _decode_block(text.removeprefix("\ufeff").encode("utf-8", errors="surrogatepass"), first_line=1)
        return _StrictHandler(block, first_line=1).load(block)
    except MalformedFrontmatterError as exc:
        raise MalformedFrontmatterError(path, exc.problem, line=exc.line, column=exc.column) from exc


def _read_block(block: str) -> Frontmatter:
    """Return what a block says, its own place in the file left open.

    Raises:
        MalformedFrontmatterError: if it is no mapping that the strict rules accept.
    """
    entries = read_entries(block, most=MAX_KEYS)
    is_block_style = True
    if entries is None:
        handler = _StrictHandler(block)
        frontmatter.parse(f"---\n{block}---\n", handler=handler)
        entries, is_block_style = handler.entries, handler.is_block_style
    return Frontmatter(
        properties={entry.key: entry.value for entry in entries},
        body_line=block.count("\n") + 3,
        has_block=True,
        block=block,
        entries=entries,
        is_block_style=is_block_style,
    )


def _replace_block(data: bytes, front: Frontmatter, block: str) -> bytes:
    """Put the new block in place; an emptied one goes with its fences unless the body would then look like one."""
    head = data[: len(_BOM)] if front.has_bom else b""
    fence = f"---{front.eol}".encode()
    body = data[front.body_start :]
    if not front.has_block:
        return head + fence + block.encode() + fence + body
    closing = data[front.block_start + len(front.block.encode()) : front.body_start]
    if not block:
        rest = read(head + body)
        if not rest.has_block and not rest.problem:
            return head + body
    return data[: front.block_start] + block.encode() + closing + body


def _check_result(result: bytes, expected: Mapping[str, object], body: bytes, path: str) -> None:
    """Read the result back: nothing but the wanted keys may differ."""
    front = read(result)
    if front.problem:
        raise InvalidNoteError(f"{path}: the frontmatter would be unreadable: {front.problem.message}")
    same = list(front.properties) == list(expected) and all(
        is_same(value, expected[key]) for key, value in front.properties.items()
    )
    if not same or result[front.body_start :] != body:
        raise MalformedFrontmatterError(path, "this frontmatter cannot be edited line by line", line=2, column=1)


def _decode_block(raw: bytes, first_line: int = 2) -> str:
    """Return the block's text.

    Raises:
        MalformedFrontmatterError: if it is too large, not UTF-8, or holds control characters.
    """
    if len(raw) > MAX_BLOCK:
        raise _malformed(f"larger than {MAX_BLOCK // 1024} KB", "", 0, 1)
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise _malformed("not UTF-8", raw[: exc.start].decode(errors="replace"), -1, first_line) from exc
    found = _UNPRINTABLE.search(text)
    if found:
        raise _malformed("a control character", text, found.start(), first_line)
    return text


def _malformed(problem: str, text: str, offset: int, first_line: int) -> MalformedFrontmatterError:
    """Name a problem at a character offset of the block (-1 for its end)."""
    at = len(text) if offset < 0 else min(offset, len(text))
    return MalformedFrontmatterError(
        "frontmatter", problem, line=text.count("\n", 0, at) + first_line, column=at - line_start(text, at) + 1
    )


class _StrictHandler(frontmatter.default_handlers.BaseHandler):  # type: ignore[misc]  # the library is skipped by mypy
    """Gives python-frontmatter our fences and our loader, and keeps where each key stands.

    The library's own split accepts fences of any length and drops content that is no mapping; its loader turns dates
    into objects, lets later duplicates win and follows aliases.
    """

    FM_BOUNDARY = re.compile(r"^---\s*$")
    START_DELIMITER = END_DELIMITER = "---"

    def __init__(self, block: str, first_line: int = 2) -> None:
        super().__init__()
        self.block = block
        self.first_line = first_line
        self.entries: tuple[Entry, ...] = ()
        self.is_block_style = True

    def split(self, text: str) -> tuple[str, str]:  # noqa: ARG002  # the library's normalised text would shift offsets
        """Return the block as it is in the file."""
        return self.block, ""

    def load(self, fm: str) -> dict[str, Value]:
        """Return the mapping.

        Raises:
            MalformedFrontmatterError: if it is not one.
        """
        reader = _EventReader(fm, self.first_line)
        try:
            self.entries = reader.read_mapping()
        except (yaml.YAMLError, ValueError, OverflowError) as exc:  # the last two: escapes, in PyYAML without libyaml
            mark = getattr(exc, "problem_mark", None)
            parts = (getattr(exc, "problem", None), getattr(exc, "context", None))
            problem = " ".join(part for part in parts if part) or "not valid YAML"
            raise _malformed(problem, fm, mark.index if mark else 0, self.first_line) from exc
        self.is_block_style = reader.is_block_style
        return {entry.key: entry.value for entry in self.entries}


class _EventReader:
    """Builds values from the parser's events, so that depth and size are known before anything is built."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self.is_block_style = True
        self._events: Iterator[_Event] = yaml.parse(text, Loader=_Loader)
        self._keys = 0
        self._last_end = 0
        self._collection_end = 0

    def read_mapping(self) -> tuple[Entry, ...]:
        """Read the only document; none at all is an empty mapping."""
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            return ()
        if not isinstance(start, yaml.DocumentStartEvent) or start.explicit:
            raise self._refuse("a document marker", start)
        root = next(self._events)
        if not isinstance(root, yaml.MappingStartEvent):
            raise self._refuse("not a mapping of keys to values", root)
        self._check(root)
        self.is_block_style = not root.flow_style
        entries = tuple(self._entries(depth=1))
        end, after = next(self._events), next(self._events)
        if end.explicit or not isinstance(after, yaml.StreamEndEvent):
            raise self._refuse("more than one document", after)
        return entries

    def _entries(self, depth: int) -> Iterator[Entry]:
        seen: set[str] = set()
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, seen)
            if depth == 1 and self.text[line_start(self.text, _start(event)) : _start(event)].strip():
                self.is_block_style = False
            value_event = next(self._events)
            value, items = self._value(value_event, depth)
            yield Entry(
                key=key,
                value=value,
                key_start=_start(event),
                key_end=_end(event),
                start=_start(value_event),
                end=self._last_end,
                style=_style(value_event),
                items=items,
            )
        self._collection_end = _end(event)

    def _key(self, event: _Event, seen: set[str]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse("a key that is not text ({{…}} must stand in quotes)", event)
        self._check(event)
        self._keys += 1
        key = str(event.value)
        if not key or key in seen or self._keys > MAX_KEYS:
            problem = f"more than {MAX_KEYS} keys" if self._keys > MAX_KEYS else f"the key '{key[:80]}' is there twice"
            raise self._refuse(problem if key else "a value without a key", event)
        seen.add(key)
        return key

    def _value(self, event: _Event, depth: int) -> tuple[Value, tuple[Item, ...]]:
        self._check(event)
        if isinstance(event, yaml.ScalarEvent):
            self._last_end = _end(event) if event.style not in {"|", ">"} else self._end_of_block_scalar(event)
            return (event.value if event.style else resolve_plain(event.value)), ()
        if depth >= MAX_DEPTH:
            raise self._refuse(f"nested more than {MAX_DEPTH} levels deep", event)
        if isinstance(event, yaml.MappingStartEvent):
            value: Value = {entry.key: entry.value for entry in self._entries(depth + 1)}
            items: tuple[Item, ...] = ()
        else:
            items = tuple(self._items(depth + 1))
            value = [item.value for item in items]
        if event.flow_style:
            self._last_end = self._collection_end
        return value, items

    def _items(self, depth: int) -> Iterator[Item]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value, _ = self._value(event, depth)
            yield Item(value, _start(event), self._last_end)
        self._collection_end = _end(event)

    def _end_of_block_scalar(self, event: _Event) -> int:
        """Leave the blank lines behind a block scalar outside, unless it keeps them (`|+`)."""
        start, end = _start(event), _end(event)
        header = self.text[start : line_end(self.text, start)].partition("#")[0]
        return end if "+" in header else line_end(self.text, len(self.text[:end].rstrip()))

    def _check(self, event: _Event) -> None:
        """Refuse what could stand for something else than it shows."""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refuse("an anchor or alias (text with & or * must stand in quotes)", event)
        if event.tag is not None:
            raise self._refuse("a tag (text with ! must stand in quotes)", event)

    def _refuse(self, problem: str, event: _Event) -> MalformedFrontmatterError:
        return _malformed(problem, self.text, _start(event), self.first_line)


def _style(event: _Event) -> str:
    if isinstance(event, yaml.ScalarEvent):
        return event.style or "plain"
    if isinstance(event, yaml.SequenceStartEvent):
        return "[" if event.flow_style else "-"
    return "{" if event.flow_style else ":"


def _start(event: _Event) -> int:
    return int(event.start_mark.index)


def _end(event: _Event) -> int:
    return int(event.end_mark.index)
