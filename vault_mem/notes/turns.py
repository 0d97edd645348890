"""Transcripts: runs of blocks in which people speak by name, one turn each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from vault_mem.notes.blocks import Block
from vault_mem.notes.identifiers import fold
from vault_mem.notes.markdown import Body

MIN_TURNS = 3
MAX_SPEAKERS = 12
_MAX_NAME_WORDS = 4
_MAX_CONTINUATION = 5
_HEAD = 160

_CLOCK = r"[\[(]?[0-9][0-9:.,/ TZapmAPM-]{2,28}[\])]?"
_TURN = re.compile(
    rf"""[ \t]{{0,3}}(?:[-*+][ \t]+)?(?:{_CLOCK}[ \t]+)?
    (?P<bold>\*\*|__)?(?P<name>[^\W\d_][^:：*\[\]()#>|`\n]{{0,39}}?)[ \t]*(?:[\[(][^\[\]()\n]{{1,30}}[\])][ \t]*)?
    (?:\*\*|__)?[ \t]*(?:[\[(][^\[\]()\n]{{1,30}}[\])][ \t]*)?(?::(?:\*\*|__)?(?=[ \t]|\Z)|：(?:\*\*|__)?)""",
    re.VERBOSE,
)
_LABELS = frozenset(
    [
        "note",
        "notes",
        "todo",
        "fixme",
        "warning",
        "tip",
        "example",
        "examples",
        "see",
        "source",
        "input",
        "output",
        "date",
    ]
)


class _Turn(NamedTuple):
    """A turn in the making: the block it starts in or continues with, and its speaker where it starts."""

    block: Block
    name: str | None
    is_bold: bool


def mark_turns(body: Body, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, those of a transcript cut into turns that name their author.

    A transcript is at least three turns in a row under one heading, `Name: text` in bold or not, with a time before the
    name or not, of speakers of whom some speak again. Where names are bold, paragraphs between two turns belong to the
    first of them.
    """
    result: list[Block] = []
    run: list[_Turn] = []
    for block in blocks:
        turns = _turns_of(body, block)
        continues = run and not turns and block.kind != "heading" and _may_continue(run)
        if turns and block.kind != "heading":
            run.extend(turns)
        elif continues:
            run.append(_Turn(block, None, is_bold=False))
        else:
            if run:
                result.extend(_resolve(run))
                run = []
            result.append(block)
    return [*result, *_resolve(run)]


def speaker_of(line: str) -> str | None:
    """Return the name a line begins with as a turn does, None if it does not."""
    match = _TURN.match(line[:_HEAD]) if ":" in line[:_HEAD] or "：" in line[:_HEAD] else None
    if not match:
        return None
    name = " ".join(match["name"].split())
    return name if len(name.split()) <= _MAX_NAME_WORDS and name.lower() not in _LABELS else None


def said(text: str) -> str:
    """Return what is said in a turn: its text without headings before it and without the speaker's label."""
    rest = text.lstrip()
    while rest.startswith("#"):
        rest = rest.partition("\n")[2].lstrip()
    match = _TURN.match(rest[:_HEAD])
    return rest[match.end() :].strip() if match else rest


def _turns_of(body: Body, block: Block) -> list[_Turn]:
    """Cut a block at each line that starts a turn; nothing if it does not start with one."""
    if block.kind == "code" or not speaker_of(body.lines[block.first]):
        return []
    single = block.kind == "item"
    starts = [
        (index, name)
        for index in range(block.first, block.first + 1 if single else block.last + 1)
        if (name := speaker_of(body.lines[index]))
    ]
    ends = [index - 1 for index, _ in starts[1:]] + [block.last]
    return [
        _Turn(replace(block, first=index, last=end), name, "**" in body.lines[index][:_HEAD])
        for (index, name), end in zip(starts, ends, strict=True)
    ]


def _may_continue(run: Sequence[_Turn]) -> bool:
    recent = run[-_MAX_CONTINUATION:]
    spoken = [turn for turn in reversed(recent) if turn.name]
    return bool(spoken) and spoken[0].is_bold


def _resolve(run: list[_Turn]) -> Iterator[Block]:
    """Yield a finished run: as turns if it is a transcript, else as the blocks it was made from."""
    spoken = max((index for index, turn in enumerate(run) if turn.name), default=-1) + 1
    names = [fold(turn.name) for turn in run if turn.name]
    speakers = len(set(names))
    is_transcript = (
        len(names) >= MIN_TURNS and speakers < len(names) and speakers <= max(2, min(MAX_SPEAKERS, len(names) * 2 // 3))
    )
    yield from _join_turns(run[:spoken]) if is_transcript else (turn.block for turn in run[:spoken])
    yield from (turn.block for turn in run[spoken:])


def _join_turns(run: Sequence[_Turn]) -> Iterator[Block]:
    current: Block | None = None
    for turn in run:
        if turn.name is None and current is not None:
            current = replace(current, last=turn.block.last)
            continue
        if current is not None:
            yield current
        current = replace(turn.block, author=turn.name)
    if current is not None:
        yield current
