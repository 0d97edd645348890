"""Three-way merges of a text by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vault_mem.notes.patch import matching

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines of the base from `start` to `end` (exclusive) that became other lines."""

    start: int
    end: int
    lines: tuple[str, ...]


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Return a text with what two others changed in a third, None where they clash.

    Changes clash if they are to the same lines, or put different lines at one place; changes to lines that stand next
    to each other do not. In that it differs from `git merge-file`: in a note of three lines everything is adjacent.
    A last line without a break does not run into one that the other text has after it.
    """
    if base in (ours, theirs):
        return theirs if base == ours else ours
    lines = _lines(base)
    hunks = sorted({*_hunks(lines, _lines(ours)), *_hunks(lines, _lines(theirs))}, key=lambda h: (h.start, h.end))
    result: list[str] = []
    done = 0
    inserted_at = -1
    for hunk in hunks:
        is_insertion = hunk.start == hunk.end
        if hunk.start < done or (is_insertion and hunk.start == inserted_at):
            return None
        result += [*lines[done : hunk.start], *hunk.lines]
        done = hunk.end
        inserted_at = hunk.start if is_insertion else -1
    return _joined([*result, *lines[done:]], lines).encode("utf-8", "surrogateescape")


def _joined(lines: Sequence[str], base: Sequence[str]) -> str:
    """Return the text of lines; one that was a last line without a break, and is not any more, gets the base's."""
    eol = "\r\n" if base and base[0].endswith("\r\n") else "\n"
    ended = (line if line.endswith("\n") else f"{line}{eol}" for line in lines[:-1])
    return "".join([*ended, *lines[-1:]])


def _lines(data: bytes) -> list[str]:
    return _LINE.findall(data.decode("utf-8", "surrogateescape"))


def _hunks(base: Sequence[str], other: Sequence[str]) -> list[_Hunk]:
    found = []
    old = new = 0
    for here, there in [*matching(base, other), (len(base), len(other))]:
        if here > old or there > new:
            found.append(_Hunk(old, here, tuple(other[new:there])))
        old, new = here + 1, there + 1
    return found
