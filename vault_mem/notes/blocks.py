"""The blocks of a body: what belongs together and is not torn apart while it fits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vault_mem.notes.markdown import Body, atx_start, bullet_end, indent_of

_CODE_INDENT = 4


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines, by their indexes in the body, both ends included.

    Attributes:
        kind: `heading`, `code` (fenced), `item` (a top-level list item with everything under it) or `text` (a
            paragraph, quote, callout or table).
        first: index of its first line, which is not blank.
        last: index of its last line, which is not blank outside code.
        author: who speaks in it, for the turns of a transcript.
    """

    kind: str
    first: int
    last: int
    author: str | None = None


def read_blocks(body: Body, headings: Collection[int]) -> list[Block]:
    """Split a body into blocks; every line that is not blank is in exactly one.

    Args:
        body: the lines.
        headings: indexes of the lines that are headings and stand under no bullet.
    """
    blocks, index = [], 0
    while index < len(body.lines):
        if not body.lines[index].strip():
            index += 1
            continue
        kind = _kind_at(body, index, headings)
        last = _last_line(body, index, kind, headings)
        blocks.append(Block(kind, index, last))
        index = last + 1
    return blocks


def _kind_at(body: Body, index: int, headings: Collection[int]) -> str:
    if index in headings:
        return "heading"
    if bullet_end(body.lines[index]):
        return "item"
    return "code" if body.code[index] else "text"


def _last_line(body: Body, first: int, kind: str, headings: Collection[int]) -> int:
    if kind == "heading":
        return first if atx_start(body.lines[first]) else first + 1
    if kind == "code":
        return _end_of_code(body, first)
    return _end_of_item(body, first, headings) if kind == "item" else _end_of_text(body, first, headings)


def _end_of_code(body: Body, first: int) -> int:
    last = first
    while last + 1 < len(body.lines) and body.code[last + 1] == body.code[first]:
        last += 1
    return last


def _end_of_item(body: Body, first: int, headings: Collection[int]) -> int:
    """Follow deeper lines, also behind blank ones, and lazy continuations of the line before."""
    base, last, after_blank = indent_of(body.lines[first]), first, False
    for index in range(first + 1, len(body.lines)):
        line = body.lines[index]
        inside_code = body.code[index] and body.code[index] == body.code[last]
        if not inside_code and not line.strip():
            after_blank = True
            continue
        if not inside_code and indent_of(line) <= base:
            starts_other = after_blank or index in headings or body.code[index] or bullet_end(line)
            if starts_other:
                break
        last, after_blank = index, False
    return last


def _end_of_text(body: Body, first: int, headings: Collection[int]) -> int:
    last = first
    for index in range(first + 1, len(body.lines)):
        line = body.lines[index]
        if not line.strip() or index in headings or body.code[index]:
            break
        if bullet_end(line) and indent_of(line) < _CODE_INDENT:
            break
        last = index
    return last
