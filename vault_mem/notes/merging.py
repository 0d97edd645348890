"""Three-way merges of a text by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vault_mem.notes.patch import matching

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines of the base from `start` to `end` (exclusive) that became other lines."""

    start: int
    end: int
    lines: _Lines


@dataclass(frozen=True, slots=True)
class _Region:
    """Lines of the base from `start` to `end` (exclusive), and what each side made of them."""

    start: int
    end: int
    ours: _Lines
    theirs: _Lines

    @property
    def is_clash(self) -> bool:
        return self.ours != self.theirs


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Return a text with what two others changed in a third, None where they clash.

    Changes clash if they are to the same lines, or put different lines at one place; changes to lines that stand next
    to each other do not. In that it differs from `git merge-file`: in a note of three lines everything is adjacent.
    A last line without a break does not run into one that the other text has after it.
    """
    if base in (ours, theirs):
        return theirs if base == ours else ours
    lines = _lines(base)
    regions = list(_regions(lines, _lines(ours), _lines(theirs)))
    if any(region.is_clash for region in regions):
        return None
    return _joined(lines, regions, [region.ours for region in regions])


def both_merged(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bytes]:
    """Return a text with what two others changed in a third, twice: with ours where they clash, and with theirs.

    Unlike in `merged`, different lines at one place do not clash: neither takes anything from the other, so both are
    kept, in an order that does not depend on which side is ours. The two texts are equal where nothing clashes.
    """
    if base in (ours, theirs):
        return (theirs, theirs) if base == ours else (ours, ours)
    lines = _lines(base)
    regions = [_united(region) for region in _regions(lines, _lines(ours), _lines(theirs))]
    return (
        _joined(lines, regions, [region.ours for region in regions]),
        _joined(lines, regions, [region.theirs for region in regions]),
    )


def _united(region: _Region) -> _Region:
    """Return a region with the lines of both sides, if they only add some."""
    if region.start != region.end or not region.is_clash:
        return region
    first, second = sorted((_ended(region.ours), _ended(region.theirs)))
    lines = second if second[: len(first)] == first else (*first, *second)
    return _Region(region.start, region.end, lines, lines)


def _ended(lines: _Lines) -> _Lines:
    """Return lines of which each has a break."""
    return tuple(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _joined(base: Sequence[str], regions: Sequence[_Region], chosen: Sequence[_Lines]) -> bytes:
    """Return the base with regions replaced; one that was a last line without a break, and is not now, gets one."""
    lines: list[str] = []
    done = 0
    for region, instead in zip(regions, chosen, strict=True):
        lines += [*base[done : region.start], *instead]
        done = region.end
    lines += base[done:]
    eol = "\r\n" if base and base[0].endswith("\r\n") else "\n"
    ended = (line if line.endswith("\n") else f"{line}{eol}" for line in lines[:-1])
    return "".join([*ended, *lines[-1:]]).encode("utf-8", "surrogateescape")


def _lines(data: bytes) -> list[str]:
    return _LINE.findall(data.decode("utf-8", "surrogateescape"))


def _regions(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Region]:
    """Yield what was changed, in order; changes of the two sides that touch the same lines are one region."""
    sides = tuple(frozenset(_hunks(base, side)) for side in (ours, theirs))
    hunks = sorted(sides[0] | sides[1], key=lambda hunk: (hunk.start, hunk.end, hunk.lines))
    while hunks:
        start, end = hunks[0].start, hunks[0].end
        count = 1
        while count < len(hunks) and _touches(hunks[count], start, end):
            end = max(end, hunks[count].end)
            count += 1
        touched, hunks = hunks[:count], hunks[count:]
        yield _Region(start, end, *(_changed(base, start, end, touched, side) for side in sides))


def _touches(hunk: _Hunk, start: int, end: int) -> bool:
    """Whether a hunk is about lines of a region before it in order, or is put at the same place."""
    return hunk.start < end or (hunk.start == hunk.end == start == end)


def _changed(base: Sequence[str], start: int, end: int, hunks: Sequence[_Hunk], side: frozenset[_Hunk]) -> _Lines:
    """Return a region as one side has it; a side that changed nothing in it takes what the other one made of it."""
    own = [hunk for hunk in hunks if hunk in side] or hunks
    lines: list[str] = []
    for hunk in own:
        lines += [*base[start : hunk.start], *hunk.lines]
        start = hunk.end
    return (*lines, *base[start:end])


def _hunks(base: Sequence[str], other: Sequence[str]) -> Iterator[_Hunk]:
    old = new = 0
    for here, there in [*matching(base, other), (len(base), len(other))]:
        if here > old or there > new:
            yield _Hunk(old, here, tuple(other[new:there]))
        old, new = here + 1, there + 1
