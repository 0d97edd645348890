"""The first stage: every passage that may answer gets a score from its words, its meaning and its note.

A passage is read with its neighbours: what stands just before and after it in the same note counts in part, so that an
answer is found by the question it follows, and a paragraph by the one that introduces it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.index import Index
from vault_mem.index.lexical.base import Ids
from vault_mem.index.view import Positions, View
from vault_mem.recall.scores import FloatArray, best, min_max
from vault_mem.recall.terms import Terms, term_weights
from vault_mem.recall.weights import Weights

NEIGHBOURS: Mapping[int, float] = {-2: 0.2, -1: 0.4, 1: 0.2, 2: 0.2}
"""What the score of a neighbour counts, by its distance in reading order."""

MISSING = 0.5
"""A neighbour that is not there counts as this share of the passage itself, so that short notes are not left behind.

Measured on LoCoMo, half of it as a note a turn (R@5/R@10/MRR@10 of the first stage): 64.5/71.9/49.9 with 0,
68.3/75.9/54.3 with 0.5; transcripts alone 75.1/83.0/57.3 and 76.3/84.2/58.9.
"""

NOTE_K1 = 1.2
NOTE_B = 0.4
DENSE_POOL = 200
POOL = 1_000
MIN_COSINE = 0.2
"""Without a word in common, what is less alike than this is no answer."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that may answer, one row each, and the order of those worth ranking.

    Attributes:
        documents: their ids, ascending, shape (n,).
        lexical: each one's own BM25F score, scaled to 0..1, shape (n,).
        cosines: similarity of meaning in [-1, 1], shape (n,); None without vectors.
        parts: what the first stage adds up, by name, each of shape (n,), weighted.
        scores: the sum of the parts, shape (n,).
        order: rows, best first; only of passages with a word in common (their own or a neighbour's) or near in meaning.
    """

    documents: Ids
    lexical: FloatArray
    cosines: FloatArray | None
    parts: Mapping[str, FloatArray]
    scores: FloatArray
    order: NDArray[np.intp]


def find_candidates(
    terms: Terms, mode: str, *, index: Index, view: View, positions: Positions, weights: Weights
) -> Candidates:
    """Score the passages of the notes at `positions`.

    Args:
        terms: the question.
        mode: hybrid, lexical or dense.
        index: where the passages are.
        view: the notes of the revision that is asked about; their statistics weigh the words.
        positions: the notes of `view` that may answer, each once.
        weights: of the first stage, and what is switched off.
    """
    allowed = view.note_mask(positions)
    documents: Ids = np.flatnonzero(allowed)
    owners = view.owners[documents]
    lexical = np.zeros(len(documents), dtype=np.float32)
    if mode != "dense" and terms.terms and len(documents):
        lexical = index.lexical_scores(terms.terms, view=view, allowed=allowed)[documents]
    cosines = None
    if mode != "lexical" and len(documents):
        found = index.dense_scores(terms.text, view=view, allowed=allowed)
        cosines = None if found is None else found[documents]
    share = _dense_share(terms.text, mode, weights, has_vectors=cosines is not None)
    reached = _spread(lexical, owners, weights)
    parts = {
        "lexical": (1 - share) * min_max(reached),
        "dense": share * min_max(_spread(np.maximum(cosines, 0), owners, weights))
        if cosines is not None and share > 0
        else np.zeros_like(lexical),
        "note": np.zeros_like(lexical),
    }
    if mode != "dense" and "note" not in weights.without and len(documents):
        parts["note"] = weights.first["note"] * _note_part(terms, lexical, owners, view=view)
    scores: FloatArray = parts["lexical"] + parts["dense"] + parts["note"]
    order = _order(scores, reached if share < 1 else np.zeros_like(reached), cosines if share > 0 else None)
    return Candidates(documents, min_max(lexical), cosines if share > 0 else None, parts, scores, order)


def with_neighbours(scores: FloatArray, owners: NDArray[np.int32]) -> FloatArray:
    """Add to each passage's score a part of those of its neighbours in the same note.

    Args:
        scores: of passages in reading order, shape (n,), >= 0.
        owners: the note of each, shape (n,); a note's passages stand together.

    Returns:
        Shape (n,): s[i] + sum over d of NEIGHBOURS[d] * s[i + d], a missing neighbour counting MISSING * s[i].
    """
    total = scores.astype(np.float32, copy=True)
    count = len(scores)
    for distance, weight in NEIGHBOURS.items():
        near = MISSING * scores
        here = slice(max(0, -distance), min(count, count - distance))
        there = slice(max(0, distance), min(count, count + distance))
        if here.start < here.stop:
            near[here] = np.where(owners[here] == owners[there], scores[there], near[here])
        total += weight * near
    return total


def _note_scores(terms: Terms, *, view: View) -> FloatArray:
    """Return how well each note as a whole fits the words, shape (len(view.notes),), >= 0.

    BM25 in which a note's words are its passages: a term's frequency is the number of passages that hold it, a note's
    length the number of its passages; idf is that of passages.
    """
    scale = NOTE_K1 * (1 - NOTE_B + NOTE_B * view.sizes / max(1.0, float(view.sizes.mean())))
    known = term_weights(terms.frequencies, int(np.count_nonzero(view.live)))
    scores = np.zeros(len(view.notes), dtype=np.float32)
    for term, ids in terms.holders.items():
        owners = view.owners[ids]
        notes, held = _counted(owners[owners >= 0])
        scores[notes] += known[term] * held * (NOTE_K1 + 1) / (held + scale[notes])
    return scores


def _counted(owners: NDArray[np.int32]) -> tuple[NDArray[np.int32], FloatArray]:
    """Return each owner of passages and how many are its own; those of one owner stand together."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    return owners[starts], np.diff(starts, append=len(owners)).astype(np.float32)


def _note_part(terms: Terms, lexical: FloatArray, owners: NDArray[np.int32], *, view: View) -> FloatArray:
    """Return how well each passage's note fits, 0..1; a note of one passage fits as well as that."""
    whole = min_max(_note_scores(terms, view=view)[owners])
    return np.where(view.sizes[owners] == 1, min_max(lexical), whole).astype(np.float32)


def _spread(scores: FloatArray, owners: NDArray[np.int32], weights: Weights) -> FloatArray:
    return scores if "neighbours" in weights.without else with_neighbours(scores, owners)


def _dense_share(text: str, mode: str, weights: Weights, *, has_vectors: bool) -> float:
    """Return the share of the vectors: all or nothing as the mode says, none for a question in CJK script.

    The bundled model's vocabulary is English; for other scripts its vectors are noise. Source: the model's card.
    """
    if not has_vectors or mode == "lexical":
        return 0.0
    if mode == "dense" or "lexical" in weights.without:
        return 1.0
    if "dense" in weights.without:
        return 0.0
    letters = [character for character in text if character.isalpha()]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in letters)
    share = weights.first["dense"] / (weights.first["lexical"] + weights.first["dense"])
    return 0.0 if letters and wide * 2 >= len(letters) else share


def _order(scores: FloatArray, reached: FloatArray, cosines: FloatArray | None) -> NDArray[np.intp]:
    """Return the rows worth ranking, best first, `POOL` at most."""
    chosen = reached > 0
    if cosines is not None:
        near = best(cosines, DENSE_POOL)
        chosen[near[cosines[near] > MIN_COSINE]] = True
    rows = np.flatnonzero(chosen)
    return rows[best(scores[rows], POOL)]
