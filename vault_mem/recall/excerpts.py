"""The part of a passage that is shown, and how much of an answer fits a token budget."""

from __future__ import annotations

import re
from itertools import pairwise

MAX_EXCERPT = 1_200
MAX_WORDS = 64
CHARACTERS_PER_TOKEN = 4
_BREAK = re.compile(r"(?<=[.!?。！？])\s+|\n+")


def tokens(text: str) -> int:
    """Estimate tokens as characters / 4, rounded up: the usual rule of thumb for English and code."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def excerpt(text: str, words: frozenset[str], *, limit: int = MAX_EXCERPT) -> str:
    """Cut a passage to the window that holds most of the query's words.

    Args:
        text: the passage as written.
        words: the query's words, case-folded, before analysis; the 64 longest count.
        limit: characters at most, the marks of omission included.

    Returns:
        The passage itself if it fits; else whole sentences or lines from its best window, `…` where text is left out.
    """
    text = text.strip()
    if len(text) <= limit:
        return text
    pieces = _pieces(text)
    start = _best_start(pieces, words, limit - 2)
    end, size = start, 0
    while end < len(pieces) and size + len(pieces[end]) <= limit - 2:
        size += len(pieces[end])
        end += 1
    shown = "".join(pieces[start:end]).strip() or pieces[start][: limit - 2]
    return f"{'…' if start else ''}{shown}{'…' if end < len(pieces) else ''}"


def without_title(text: str, title: str) -> str:
    """Return a passage without the note's own title line at its start: the title is shown beside it."""
    first, _, rest = text.lstrip().partition("\n")
    return rest.strip() if first.startswith("# ") and first[2:].strip() == title else text.strip()


def _pieces(text: str) -> list[str]:
    """Split into sentences or lines, separators kept at the end of each piece."""
    cuts = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts) if b > a]


def _best_start(pieces: list[str], words: frozenset[str], room: int) -> int:
    """Return the index of the piece from which a window of `room` characters holds most of the words."""
    wanted = sorted(words, key=len, reverse=True)[:MAX_WORDS]
    folded = [piece.casefold() for piece in pieces]
    found = [sum(word in piece for word in wanted) for piece in folded]
    best, best_count = 0, -1
    end, size, count = 0, 0, 0
    for start, piece in enumerate(pieces):
        while end < len(pieces) and size + len(pieces[end]) <= room:
            size, count, end = size + len(pieces[end]), count + found[end], end + 1
        if count > best_count:
            best, best_count = start, count
        if end > start:
            size, count = size - len(piece), count - found[start]
        else:
            end = start + 1
    return best
