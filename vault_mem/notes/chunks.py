"""Passages of a note, for ranking and showing: aware of headings and blocks, a turn each in transcripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vault_mem.notes.blocks import Block, read_blocks
from vault_mem.notes.markdown import Body, bullet_end
from vault_mem.notes.model import Chunk, Heading, Lines
from vault_mem.notes.turns import mark_turns

SHORT_NOTE = 900
"""Characters up to which a note without turns is one chunk."""

TARGET = 1_200
"""Characters a chunk is filled up to with whole blocks: about 200 English words."""

MAX = 2_000
"""Characters past which a block is cut at line ends, and a line at sentence ends."""

TAIL = 240
"""Characters up to which the last chunk under a heading goes into the one before it."""

_SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？", "; ", ", ", " ")


class _Piece(NamedTuple):
    """Consecutive lines (indexes, ends included), or a part of one long line."""

    first: int
    last: int
    size: int
    author: str | None = None
    text: str | None = None
    is_heading: bool = False


@dataclass(slots=True)
class _Draft:
    """A chunk being filled; `section` counts headings, so that neighbours know whether they share one."""

    headings: tuple[str, ...] = ()
    section: int = 0
    first: int = -1
    last: int = -1
    size: int = 0
    author: str | None = None
    part: _Piece | None = None
    has_text: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it may be joined with a neighbour: no turn, and no part of a line."""
        return self.author is None and self.part is None

    def add(self, piece: _Piece) -> None:
        self.first = piece.first if self.first < 0 else self.first
        self.last = piece.last
        self.size += piece.size
        self.author = self.author or piece.author
        self.part = piece if piece.text is not None else None
        self.has_text = self.has_text or not piece.is_heading

    def takes(self, piece: _Piece) -> bool:
        """Whether the next piece still belongs in here; headings alone wait for what follows them."""
        if not self.has_text:
            return self.size <= TARGET
        return self.is_plain and piece.author is None and piece.text is None and self.size + piece.size <= TARGET


def split(body: Body, headings: Sequence[Heading], *, title_line: int | None = None) -> tuple[Chunk, ...]:
    """Return the passages of a body in reading order.

    Every line that is not blank is in exactly one chunk, except a line of more than `MAX` characters, which is cut at
    sentence ends. A heading is in the chunk of what follows it.

    Args:
        body: the lines.
        headings: its headings, in order.
        title_line: the 1-based line of the heading that is the note's title, which is left out of `Chunk.headings`.
    """
    by_index = {heading.line - body.first_line: heading for heading in headings}
    outside = {index for index in by_index if not bullet_end(body.lines[index])}
    blocks = mark_turns(body, read_blocks(body, outside))
    if not blocks:
        return ()
    total = sum(len(line) + 1 for line in body.lines[blocks[0].first : blocks[-1].last + 1])
    if total <= SHORT_NOTE and all(block.author is None for block in blocks):
        return (_chunk(body, 0, _Draft(first=blocks[0].first, last=blocks[-1].last)),)
    title_index = None if title_line is None else title_line - body.first_line
    drafts = _join_tails(_drafts(body, blocks, by_index, title_index))
    return tuple(_chunk(body, ordinal, draft) for ordinal, draft in enumerate(drafts))


def _chunk(body: Body, ordinal: int, draft: _Draft) -> Chunk:
    lines = list(body.lines[draft.first : draft.last + 1])
    if draft.part is not None:
        lines[-1] = draft.part.text or ""
    span = Lines(body.first_line + draft.first, body.first_line + draft.last)
    return Chunk(ordinal, "\n".join(lines), span, draft.headings, draft.author)


def _drafts(
    body: Body, blocks: Sequence[Block], headings: Mapping[int, Heading], title_index: int | None
) -> Iterator[_Draft]:
    """Fill chunks with whole blocks under one heading; a bullet that is a heading has a chunk of its own."""
    draft = _Draft()
    path: list[Heading] = []
    for block in blocks:
        heading = headings.get(block.first)
        if heading and block.kind == "heading":
            path = [step for step in path if step.level < heading.level]
            path += [heading] if block.first != title_index else []
        if heading and draft.has_text:
            yield draft
            draft = _Draft()
        if heading:
            draft.headings = tuple(step.text for step in path if step is not heading) + _own(
                heading, block, title_index
            )
            draft.section = block.first + 1
        for piece in _cut(body, block):
            if draft.first >= 0 and not draft.takes(piece):
                yield draft
                draft = _Draft(draft.headings, draft.section)
            draft.add(piece)
        if heading and block.kind == "item":
            yield draft
            draft = _Draft(tuple(step.text for step in path), block.last + 1)
    if draft.first >= 0:
        yield draft


def _own(heading: Heading, block: Block, title_index: int | None) -> tuple[str, ...]:
    return (heading.text,) if block.first != title_index else ()


def _join_tails(drafts: Iterator[_Draft]) -> Iterator[_Draft]:
    """Join a tiny last chunk of a section with the one before it."""
    held: _Draft | None = None
    for draft in drafts:
        if held is not None and _may_join(held, draft):
            held.last, held.size = draft.last, held.size + draft.size
            continue
        if held is not None:
            yield held
        held = draft
    if held is not None:
        yield held


def _may_join(held: _Draft, draft: _Draft) -> bool:
    same = held.section == draft.section and held.headings == draft.headings and held.is_plain and draft.is_plain
    return same and draft.size <= TAIL and held.size + draft.size <= MAX


def _cut(body: Body, block: Block) -> Iterator[_Piece]:
    """Yield a block whole if it fits, else in pieces that end with a line, else with a sentence."""
    first, size = block.first, 0
    for index in range(block.first, block.last + 1):
        length = len(body.lines[index]) + 1
        if size and size + length > MAX:
            yield _Piece(first, index - 1, size, block.author)
            first, size = index, 0
        if length > MAX:
            for part in _sentences(body.lines[index]):
                yield _Piece(index, index, len(part), block.author, part)
            first = index + 1
        else:
            size += length
    if size:
        yield _Piece(first, block.last, size, block.author, is_heading=block.kind == "heading")


def _sentences(line: str) -> Iterator[str]:
    """Cut a long line into parts of at most `MAX` characters, after the last sentence end (or blank) that fits."""
    at = 0
    while len(line) - at > MAX:
        window = line[at : at + MAX]
        ends = (
            window.rfind(mark, MAX // 2) + len(mark) for mark in _SENTENCE_ENDS if window.rfind(mark, MAX // 2) >= 0
        )
        stop = at + next(ends, MAX)
        yield line[at:stop]
        at = stop
    yield line[at:]
