"""The part of a passage that is shown, where it stands in its file, and how much of an answer fits a token budget."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vault_mem.index.analysis import analyze
from vault_mem.notes.model import Lines

MAX_EXCERPT = 1_200
"""Characters of an excerpt; a passage of prose has about as many.

Less showed less of what answers, more no more: `python -m tests.benchmarks.prompts --budget`.
"""

MAX_MATCHED = 5
CHARACTERS_PER_TOKEN = 4
SHORTEST_PIECE = 24
LONGEST_PIECE = 240
_BREAK = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a passage.

    Attributes:
        text: as written, `…` where text is left out before or after.
        lines: where it stands, counted as its caller counts.
        matched: up to five of those lines that hold most of what was asked about, ascending.
    """

    text: str
    lines: Lines
    matched: tuple[int, ...] = ()


def tokens(text: str) -> int:
    """Estimate tokens as characters / 4, rounded up: the usual rule of thumb for English and code."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def excerpt(text: str, wanted: Mapping[str, float], *, first: int = 1, limit: int = MAX_EXCERPT) -> Excerpt:
    """Cut a passage to the window that holds most of what was asked about.

    Args:
        text: the passage as written.
        wanted: how much each token of the question tells, > 0; see `vault_mem.index.analysis.analyze`.
        first: the number of the passage's first line.
        limit: characters at most, the marks of omission included; at least 3.

    Returns:
        The passage itself if it fits; else whole sentences or lines of it. The window holds as much as can be of what
        tells, each token counted once; then as many sentences with it as can be; then what it holds is in its middle.
    """
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if begin >= end:
        return Excerpt("", Lines(first, first))
    before = after = ""
    if end - begin > limit:
        start, stop = _window(text[begin:end], wanted, limit - 2)
        before, after = "…" if start else "", "…" if begin + stop < end else ""
        begin, end = begin + start, begin + stop
    shown = text[begin:end].rstrip()
    first += text.count("\n", 0, begin)
    lines = Lines(first, first + shown.count("\n"))
    return Excerpt(f"{before}{shown}{after}", lines, _matched(shown, wanted, first))


def title_end(text: str, title: str) -> int:
    """Return where a passage goes on after the note's own title line at its start, 0 if it does not start with that."""
    begin = len(text) - len(text.lstrip())
    line, _, _ = text[begin:].partition("\n")
    return begin + len(line) if line.startswith("# ") and line[2:].strip() == title else 0


def without_title(text: str, title: str) -> str:
    """Return a passage without the note's own title line at its start: the title is shown beside it."""
    return text[title_end(text, title) :].strip()


def _window(text: str, wanted: Mapping[str, float], room: int) -> tuple[int, int]:
    """Return where the best window of at most `room` characters begins and ends; it begins with no white space."""
    cuts = _cuts(text, min(LONGEST_PIECE, room))
    held = [frozenset(wanted.keys() & analyze(text[a:b])) for a, b in pairwise(cuts)]
    best, most = range(1), (-1.0, 0.0, 0)
    for window in _windows(cuts, room):
        found = _worth(window, held, wanted)
        if found > most:
            best, most = window, found
    start, stop = cuts[best.start], cuts[best.stop]
    return stop - len(text[start:stop].lstrip()), stop


def _worth(window: range, held: Sequence[frozenset[str]], wanted: Mapping[str, float]) -> tuple[float, float, int]:
    """Return what a window is compared by: what it covers, how often, and how well that is centred."""
    hits = [number for number in window if held[number]]
    if not hits:
        return 0.0, 0.0, -window.start
    covered = frozenset[str]().union(*(held[number] for number in hits))
    often = sum(_weight(held[number], wanted) for number in hits)
    margins = (hits[0] - window.start) - (window.stop - 1 - hits[-1])
    return round(_weight(covered, wanted), 6), round(often, 6), -abs(margins)


def _weight(found: frozenset[str], wanted: Mapping[str, float]) -> float:
    return sum(sorted(wanted[token] for token in found))


def _cuts(text: str, longest: int) -> list[int]:
    """Return where pieces begin and end: at sentences and lines, tiny ones joined, long ones cut at blanks if any."""
    cuts = [0]
    for end in (*(match.end() for match in _BREAK.finditer(text)), len(text)):
        while end - cuts[-1] > longest:
            blank = text.rfind(" ", cuts[-1] + longest // 2, cuts[-1] + longest)
            cuts.append(blank + 1 if blank >= 0 else cuts[-1] + longest)
        if end - cuts[-1] >= min(SHORTEST_PIECE, longest) or cuts[-1] < end == len(text):
            cuts.append(end)
    return cuts


def _windows(cuts: Sequence[int], room: int) -> Iterator[range]:
    """Yield, for each piece, as many as fit from there on, until the last one is reached."""
    stop = 0
    for start in range(len(cuts) - 1):
        while stop + 1 < len(cuts) and cuts[stop + 1] - cuts[start] <= room:
            stop += 1
        yield range(start, stop)
        if stop + 1 == len(cuts):
            return


def _matched(text: str, wanted: Mapping[str, float], first: int) -> tuple[int, ...]:
    """Return the lines that hold at least half of what the best one does, the first line being `first`."""
    if not wanted:
        return ()
    held = {
        number: _weight(frozenset(wanted.keys() & analyze(line)), wanted)
        for number, line in enumerate(text.split("\n"), start=first)
    }
    least = max(held.values()) / 2
    found = [number for number, weight in held.items() if weight and weight >= least]
    return tuple(sorted(sorted(found, key=lambda number: -held[number])[:MAX_MATCHED]))
