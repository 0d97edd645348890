"""Near-duplicates: notes that say nearly the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vault_mem.index.analysis import analyze
from vault_mem.index.lexical.base import Mask
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.model import NotePath
from vault_mem.recall.excerpts import without_title
from vault_mem.recall.filters import select
from vault_mem.recall.query import Filters

CANDIDATES = 8
PROBE_CHARACTERS = 1_000
MEANING_CHARACTERS = 300
TELLING = 12
MIN_OVERLAP = 0.6
MIN_COSINE = 0.92

_Found = Iterator[tuple[int, float]]
"""Documents, and how like the text they are, 0..1."""


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the Jaccard similarity of two token sets, 0..1; 0 for two empty ones."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def similar_notes(session: Session, moment: Moment, text: str, *, without: NotePath) -> tuple[NotePath, ...]:
    """Return the paths of up to 8 notes that say nearly what the text says, the nearest first.

    A note counts if one of its passages shares at least 60 % of the words (Jaccard over analysed tokens) or is at least
    0.92 alike in meaning (cosine). Archived and superseded notes do not count.
    """
    probe = text[:PROBE_CHARACTERS]
    if not moment.view.notes or not analyze(probe):
        return ()
    positions = select(moment.view.notes, Filters(), moment, now=session.now())
    allowed = moment.view.note_mask(positions)
    found: dict[NotePath, float] = {}
    by_words, by_meaning = (find(session, moment, probe, allowed) for find in (_by_words, _by_meaning))
    for document, likeness in (*by_words, *by_meaning):
        for position in moment.view.notes_of(document):
            path = moment.view.notes[position].path
            if path != without and allowed[document]:
                found[path] = max(likeness, found.get(path, 0.0))
    return tuple(sorted(found, key=lambda path: (-found[path], path))[:CANDIDATES])


def _by_words(session: Session, moment: Moment, probe: str, allowed: Mask) -> _Found:
    """Find passages by the longest words of the text, which few passages have.

    What has 60 % of the words has a quarter of twelve of them but once in 350 times (the binomial distribution).
    """
    words = frozenset(analyze(probe))
    view, index = moment.view, session.index
    telling = sorted(words, key=lambda word: (-len(word), word))[:TELLING]
    held = index.holders(telling, view=view, fields=("body",))
    documents, shared = np.unique(np.concatenate(list(held.values())), return_counts=True)
    kept = allowed[documents] & (shared >= max(1, len(telling) // 4))
    documents, shared = documents[kept], shared[kept]
    best = documents[np.argsort(-shared, kind="stable")[:CANDIDATES]].tolist()
    for document, chunk in index.catalog.chunks(best).items():
        title = view.notes[view.notes_of(document)[0]].title
        likeness = overlap(words, frozenset(analyze(without_title(chunk.text, title))))
        if likeness >= MIN_OVERLAP:
            yield document, likeness


def _by_meaning(session: Session, moment: Moment, probe: str, allowed: Mask) -> _Found:
    cosines = session.index.dense_scores(probe[:MEANING_CHARACTERS], view=moment.view, allowed=allowed)
    if cosines is not None:
        near = np.flatnonzero(cosines >= MIN_COSINE)
        yield from zip(near.tolist(), cosines[near].tolist(), strict=True)
