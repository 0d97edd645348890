"""Minimal edits of a frontmatter block: each change is a few splices of its text, everything between them stays."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.block import Entry, Item, line_end, line_start
from vault_mem.notes.model import Scalar, Value
from vault_mem.notes.scalars import write_scalar


class Removed(Enum):
    """The type of `REMOVED`, which stands for a key that is to go."""

    REMOVED = "removed"


REMOVED: Final = Removed.REMOVED
Change: TypeAlias = "Value | Sequence[Scalar] | Removed"
FlatValue: TypeAlias = "Scalar | list[Scalar]"

_MAX_KEY = 200
_DASH = re.compile(r"[ \t]*-(?:[ \t]+|\Z)")
_COLON = re.compile(r"[ \t]*:")


class _Splice(NamedTuple):
    start: int
    end: int
    text: str


def checked_value(key: str, value: Change) -> FlatValue | Removed:
    """Return the value as the format can hold it: a scalar, or a list of scalars.

    Raises:
        InvalidNoteError: for a nested value, or a key that is empty, too long or not one line.
    """
    if not key or len(key) > _MAX_KEY or not key.isprintable() or key != key.strip():
        raise InvalidNoteError(f"{key[:40]!r} cannot be the name of a property", "Use one word of letters and dashes")
    if isinstance(value, str | int | float | Removed) or value is None:
        return value
    if isinstance(value, Sequence):
        items = [item for item in value if isinstance(item, str | int | float) or item is None]
        if len(items) == len(value):
            return items
    raise InvalidNoteError(f"{key} is nested", "A property is a single value or a list of single values")


def is_same(old: object, new: object) -> bool:
    """Whether two values are equal in type as well: 1, 1.0 and true are three values."""
    return _identity(old) == _identity(new)


def patch(block: str, entries: Iterable[Entry], changes: Mapping[str, FlatValue | Removed], eol: str) -> str:
    """Return the block with the changes made.

    Args:
        block: the text between the fences; each line ends with a line break.
        entries: its keys with their places.
        changes: new values by key; keys that are not there are appended.
        eol: the line break of new lines.
    """
    known = {entry.key: entry for entry in entries}
    indent = ""
    if known:
        first = next(iter(known.values()))
        indent = block[line_start(block, first.key_start) : first.key_start]
    splices: list[_Splice] = []
    for key, value in changes.items():
        entry = known.get(key)
        if isinstance(value, Removed):
            if entry:
                splices.append(_Splice(line_start(block, entry.key_start), line_end(block, entry.end), ""))
        elif entry:
            splices.extend(_Rewrite(block, entry, eol).splices(value))
        else:
            splices.append(_Splice(len(block), len(block), render_entry(key, value, eol, indent)))
    return _apply(block, splices)


def render_entry(key: str, value: FlatValue, eol: str, indent: str = "") -> str:
    """Return the lines of a new key: lists in block style, indented by two spaces more than the key."""
    name = f"{indent}{write_scalar(key)}:"
    if isinstance(value, list) and value:
        return f"{name}{eol}" + _render_items(value, f"{indent}  - ", eol)
    text = render_value(value)
    return f"{name} {text}{eol}" if text else f"{name}{eol}"


def render_value(value: FlatValue) -> str:
    """Return a value on one line; lists in flow style."""
    if isinstance(value, list):
        return "[" + ", ".join(write_scalar(item, flow=True) for item in value) + "]"
    return write_scalar(value)


def _render_items(items: Iterable[Scalar], prefix: str, eol: str) -> str:
    return "".join(f"{prefix}{_render_item(item)}{eol}" for item in items)


def _render_item(item: Scalar) -> str:
    return "null" if item is None else write_scalar(item)


def _apply(block: str, splices: list[_Splice]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, text in sorted(splices, key=lambda splice: splice[:2]):
        parts += [block[at:start], text]
        at = end
    return "".join([*parts, block[at:]])


def _identity(value: object) -> tuple[str, str]:
    return type(value).__name__, repr(value)


class _Rewrite:
    """The splices that give one key another value."""

    def __init__(self, block: str, entry: Entry, eol: str) -> None:
        self.block = block
        self.entry = entry
        self.eol = eol
        colon = _COLON.match(block, entry.key_end)
        self.after_colon = colon.end() if colon else entry.key_end
        self.key_line_end = line_end(block, self.after_colon)
        self.span_end = line_end(block, entry.end)

    def splices(self, value: FlatValue) -> list[_Splice]:
        entry = self.entry
        if isinstance(value, list) and value:
            if entry.style == "[":
                return [_Splice(entry.start, entry.end, _merge_flow(self.block, entry, value))]
            if entry.style == "-":
                return [self._merge_items(value)]
            return self._to_items(value)
        quote = entry.style if entry.style in {"'", '"'} and isinstance(value, str) else ""
        return self._to_text(write_scalar(value, quote=quote) if not isinstance(value, list) else "[]")

    def _to_text(self, text: str) -> list[_Splice]:
        """Replace the value by one line; a comment on the key's line stays."""
        entry, spaced = self.entry, f" {text}" if text else ""
        if entry.style in {"-", ":"}:
            return [
                _Splice(self.after_colon, self.after_colon, spaced),
                _Splice(self.key_line_end, self.span_end, ""),
            ]
        if entry.style in {"|", ">"}:
            return [_Splice(self.after_colon, self.span_end, spaced + self.eol)]
        if self.block[self.after_colon : entry.start].strip():
            return [_Splice(entry.start, entry.end, text)]
        return [_Splice(self.after_colon, entry.end, spaced)]

    def _to_items(self, items: list[Scalar]) -> list[_Splice]:
        """Replace a scalar or mapping by a block list."""
        column = self.entry.key_start - line_start(self.block, self.entry.key_start)
        lines = _render_items(items, " " * (column + 2) + "- ", self.eol)
        return [*self._to_text(""), _Splice(self.span_end, self.span_end, lines)]

    def _merge_items(self, items: list[Scalar]) -> _Splice:
        """Replace a block list item by item: an item that stays keeps its lines, with the comments above it."""
        pieces = list(_pieces(self.block, self.entry.items, self.key_line_end))
        prefixes = [
            _DASH.match(self.block[line_start(self.block, piece.item.start) : piece.item.start]) for piece in pieces
        ]
        first = prefixes[0][0] if prefixes[0] else "  - "
        prefix = first if first[-1] in " \t" else f"{first} "
        usable = pieces if all(prefixes) else []
        text = "".join(_merged(self.block, usable, items, prefix, self.eol))
        return _Splice(self.key_line_end, self.span_end, text)


class _Piece(NamedTuple):
    """The whole lines of a list item: its comments from `start`, its dash from `dash`, up to `end`."""

    item: Item
    start: int
    dash: int
    end: int


def _pieces(block: str, items: Iterable[Item], start: int) -> Iterable[_Piece]:
    for item in items:
        end = line_end(block, item.end)
        yield _Piece(item, start, line_start(block, item.start), end)
        start = end


def _merged(block: str, old: list[_Piece], new: list[Scalar], prefix: str, eol: str) -> Iterable[str]:
    """Yield the new list's lines; comments above items that go stay where they are."""
    places: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index, piece in enumerate(old):
        places[_identity(piece.item.value)].append(index)
    kept = [places[_identity(item)].popleft() if places[_identity(item)] else None for item in new]
    used = {index for index in kept if index is not None}

    def comments(indexes: range) -> Iterable[str]:
        return (block[old[i].start : old[i].dash] for i in indexes if i not in used)

    at = 0
    for item, found in zip(new, kept, strict=True):
        if found is None:
            yield f"{prefix}{_render_item(item)}{eol}"
            continue
        yield from comments(range(at, found))
        at = max(at, found)
        yield block[old[found].start : old[found].end]
    yield from comments(range(at, len(old)))


def _merge_flow(block: str, entry: Entry, new: list[Scalar]) -> str:
    """Return the text of a flow list with other items, its padding, separators and unchanged items as they were."""
    items = entry.items
    padding, separator, ending = "", ", ", ""
    if items:
        padding, ending = block[entry.start + 1 : items[0].start], block[items[-1].end : entry.end - 1]
    if len(items) > 1:
        separator = block[items[0].end : items[1].start]
    if "#" in padding + separator + ending:
        padding, separator, ending = "", ", ", ""
    texts = {_identity(item.value): block[item.start : item.end] for item in items}
    written = (texts.get(_identity(item)) or write_scalar(item, flow=True) for item in new)
    return f"[{padding}{separator.join(written)}{ending}]"
