"""Three-way merges of a note: properties by key, text by line; where both sides say something else, both texts stay.

Neither side decides: with ours and theirs exchanged the result is the same, so that every clone makes the same note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError
from vault_mem.notes.block import Frontmatter
from vault_mem.notes.editing import REMOVED, Removed, is_same
from vault_mem.notes.frontmatter import edit, read
from vault_mem.notes.keys import STATUSES
from vault_mem.notes.merging import both_merged
from vault_mem.notes.model import Value

_STATUS, _CREATED = "status", "created"
_STRENGTH = {
    status: place
    for place, status in enumerate(("active", "hypothesis", "inbox", "archived", "superseded", "disputed"))
}
_FORGOTTEN = "archived"
_State: TypeAlias = "Value | Removed"
_Properties: TypeAlias = Mapping[str, _State]


@dataclass(frozen=True, slots=True)
class MergedNote:
    """A note as both sides together have it.

    Attributes:
        content: the note's bytes.
        rival: where both said something else, the note as the other side says it, merged in all the rest; else None.
    """

    content: bytes
    rival: bytes | None = None


def merge_note(base: bytes | None, ours: bytes, theirs: bytes) -> MergedNote:
    """Merge what two sides made of a note.

    - A property that one side changed is as that side has it. Lists lose what either took away and get what either
      added. Of two times of creation the earlier one holds, of two statuses the one that says more against the note;
      but a text that one side changed is not forgotten because the other forgot the old one.
    - Text is merged by line; lines that both added at one place are all kept, in the order of the alphabet.
    - What both changed to different things clashes: the result has one, `rival` the other.

    Args:
        base: the note as both had it, None if each side made it.
        ours: as one side has it.
        theirs: as the other side has it.
    """
    if theirs in (ours, base):
        return MergedNote(ours)
    if base == ours:
        return MergedNote(theirs)
    first, second = sorted((ours, theirs))
    sides = _Sides(read(base or b""), read(first), read(second))
    if sides.are_readable:
        one, other = _by_parts(sides, base, first, second)
    elif base is None:
        one, other = first, second
    else:
        one, other = both_merged(base, first, second)
    return MergedNote(one) if one == other else MergedNote(one, other)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The frontmatter of a note at the base and at both sides."""

    base: Frontmatter
    first: Frontmatter
    second: Frontmatter

    @property
    def are_readable(self) -> bool:
        return not any(side.problem for side in (self.base, self.first, self.second))


def _by_parts(sides: _Sides, base: bytes | None, first: bytes, second: bytes) -> tuple[bytes, bytes]:
    """Return the note with what the first side says where they clash, and with what the second says."""
    texts = first[sides.first.body_start :], second[sides.second.body_start :]
    old = b"" if base is None else base[sides.base.body_start :]
    bodies = texts if base is None else both_merged(old, *texts)
    properties = _merged_properties(sides, is_edited=tuple(text != old for text in texts))
    try:
        one = _composed(first, sides.first, bodies[0], properties[0])
        if properties[0] == properties[1]:
            return one, _composed(one, read(one), bodies[1], {})
        return one, _composed(second, sides.second, bodies[1], properties[1])
    except (InvalidNoteError, MalformedFrontmatterError):  # written in a way that cannot be edited by lines
        return first, second


def _composed(data: bytes, front: Frontmatter, body: bytes, properties: _Properties) -> bytes:
    """Return a side's frontmatter with other properties, above another text.

    Raises:
        InvalidNoteError, MalformedFrontmatterError: if the text would be taken for frontmatter, or that for text.
    """
    head = data[: front.body_start]
    gap = front.eol.encode() if front.has_block and body and not head.endswith(b"\n") else b""
    result = edit(head + gap + body, properties, path="")
    composed = read(result)
    if composed.problem or result[composed.body_start :] != body:
        raise InvalidNoteError("The text begins as frontmatter does", "Put a line before it")
    return result


def _merged_properties(sides: _Sides, *, is_edited: Sequence[bool]) -> tuple[_Properties, _Properties]:
    """Return all properties with the first side's values where they clash, and with the second side's."""
    merged: tuple[dict[str, _State], dict[str, _State]] = ({}, {})
    old, new = sides.base.properties, (sides.first.properties, sides.second.properties)
    for key in dict.fromkeys((*new[0], *new[1], *old)):
        values = old.get(key, REMOVED), *(side.get(key, REMOVED) for side in new)
        both = _merged_status(*values, is_edited=is_edited) if key == _STATUS else _merged_value(key, *values)
        for side, value in zip(merged, both, strict=True):
            side[key] = value
    return merged


def _merged_value(key: str, old: _State, first: _State, second: _State) -> tuple[_State, _State]:
    if is_same(first, second) or is_same(old, second):
        return first, first
    if is_same(old, first):
        return second, second
    if isinstance(first, list) and isinstance(second, list):
        items = _merged_items(old if isinstance(old, list) else [], first, second)
        return items, items
    if key == _CREATED and isinstance(first, str) and isinstance(second, str):
        earlier = min(first, second)
        return earlier, earlier
    return first, second


def _merged_items(old: Sequence[Value], first: Sequence[Value], second: Sequence[Value]) -> list[Value]:
    """Return the items of the base that both kept, and then what either added, each once; 1 and true are two items."""
    keys = [frozenset(map(_identity, side)) for side in (old, first, second)]
    added = sorted((item for item in (*first, *second) if _identity(item) not in keys[0]), key=_identity)
    kept = [item for item in old if _identity(item) in keys[1] & keys[2]]
    return list({_identity(item): item for item in (*kept, *added)}.values())


def _merged_status(old: _State, first: _State, second: _State, *, is_edited: Sequence[bool]) -> tuple[_State, _State]:
    for mine, other, edited in ((first, second, is_edited[0]), (second, first, is_edited[1])):
        if other == _FORGOTTEN and is_same(old, mine) and not is_same(old, other) and edited:
            return mine, mine
    is_known = all(status is REMOVED or status in STATUSES for status in (first, second))
    if is_same(old, first) or is_same(old, second) or not is_known:
        return _merged_value(_STATUS, old, first, second)
    stronger = max(first, second, key=lambda status: _STRENGTH[status if isinstance(status, str) else "active"])
    return stronger, stronger


def _identity(item: Value) -> tuple[str, str]:
    return type(item).__name__, repr(item)
