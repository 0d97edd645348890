"""Where a text holds the words of a question, for people to see."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from vault_mem.index.analysis import Run, analyze, runs


def asked_tokens(question: str) -> frozenset[str]:
    """Return the tokens of a question, as `marked` takes them."""
    return frozenset(analyze(question, query=True))


def marked(text: str, asked: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in order, each with whether it is asked about; together they are the text.

    An identifier is marked as a whole if a part of it is asked about; of CJK text, the characters are.

    Args:
        text: anything; a word that Unicode's compatibility form changes is left unmarked.
        asked: tokens.
    """
    shown = 0
    for start, stop in _spans(text, asked):
        if start > shown:
            yield text[shown:start], False
        if stop > max(start, shown):
            yield text[max(start, shown) : stop], True
        shown = max(shown, stop)
    if shown < len(text):
        yield text[shown:], False


def _spans(text: str, asked: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where asked tokens begin and end, by their beginnings."""
    stop = 0
    for run in runs(text):
        start = text.find(run.text, stop)
        if start < 0:
            continue
        stop = start + len(run.text)
        if _is_unspaced(run):
            places = (start + at for at, piece in enumerate(run.pieces) if piece.token in asked)
            yield from ((place, place + 2) for place in places)
        elif any(piece.token in asked for piece in run.pieces):
            yield start, stop


def _is_unspaced(run: Run) -> bool:
    """Whether the pieces of a run are its pairs of characters, as in scripts without spaces."""
    return len(run.text) > 1 and [piece.token for piece in run.pieces] == [a + b for a, b in pairwise(run.text)]
