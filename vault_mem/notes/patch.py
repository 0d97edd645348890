"""The difference between two texts, to be read by people; bounded in time whatever the texts are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

MAX_LINES = 2_000
"""Changed lines that are compared one by one, on the longer side; beyond that only their number is told."""

_CONTEXT = 3
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def unified(old: str, new: str, *, before: str, after: str) -> str:
    """Return a unified diff that `git apply` takes, empty for equal texts.

    What both texts begin and end with is set aside first. Where more than `MAX_LINES` lines stand in between, comparing
    them could take quadratic time, so one hunk says how many there are.

    Args:
        old: the text before.
        new: the text after.
        before: name of the old side.
        after: name of the new side.
    """
    if old == new:
        return ""
    first, second = _LINE.findall(old), _LINE.findall(new)
    head = _common(first, second)
    tail = _common(first[head:][::-1], second[head:][::-1])
    gone, come = len(first) - head - tail, len(second) - head - tail
    if max(gone, come) > MAX_LINES:
        line = head + 1
        return f"--- {before}\n+++ {after}\n@@ -{line},{gone} +{line},{come} @@\n[too many changed lines to show]\n"
    start = max(0, head - _CONTEXT)
    keep = max(0, tail - _CONTEXT)
    hunks = difflib.unified_diff(
        first[start : len(first) - keep], second[start : len(second) - keep], before, after, n=_CONTEXT
    )
    return "".join(_ended(_moved(line, start)) for line in hunks)


def matching(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (place in old, place in new), from 0, of lines that both texts have, in order.

    What both begin and end with is taken first; where more than `MAX_LINES` lines stand in between, those are not
    compared.
    """
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield from ((place, place) for place in range(head))
    first, second = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(first), len(second)) <= MAX_LINES:
        for here, there, size in difflib.SequenceMatcher(None, first, second).get_matching_blocks():
            yield from ((head + here + step, head + there + step) for step in range(size))
    yield from ((len(old) - tail + step, len(new) - tail + step) for step in range(tail))


def _ended(line: str) -> str:
    """Return a line of a diff with a break, marked as git does where the text has none."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    for number, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return number
    return min(len(first), len(second))


def _moved(line: str, start: int) -> str:
    """Return a line of a diff, a hunk's header counted from the whole text's beginning."""
    if start == 0 or not line.startswith("@@ "):
        return line
    parts = line.split(" ")
    return " ".join(["@@", *(_shifted(part, start) for part in parts[1:3]), *parts[3:]])


def _shifted(part: str, start: int) -> str:
    number, comma, count = part[1:].partition(",")
    return f"{part[0]}{int(number) + start}{comma}{count}"
