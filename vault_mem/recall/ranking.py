"""Ranking the passages of a view for a question.

Candidates come from two legs, words (BM25F) and meaning (cosine of static embeddings), over a mask of the notes that
may answer. They are blended, and weighed by what the notes say of themselves.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vault_mem.errors import InvalidQueryError
from vault_mem.index.analysis import analyze
from vault_mem.index.index import Index
from vault_mem.index.view import IndexedNote, View
from vault_mem.recall.filters import Facts
from vault_mem.recall.fusion import FloatArray, fuse, min_max
from vault_mem.recall.query import Question

DENSE_WEIGHT = 0.3
DENSE_POOL = 200
POOL = 1_000
MIN_COSINE = 0.2
"""Without a word in common, what is less alike than this is no answer."""
STATUS_FACTORS = {"active": 1.0, "disputed": 0.9, "hypothesis": 0.85}
OTHER_STATUS_FACTOR = 0.5

RELEVANCE = {"bias": -4.73, "coverage": 3.97, "cosine": 1.37}
"""Logistic weights; fitted on each half of LoCoMo they beat the base rate on the other (Brier .107 to .121)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One passage in the ranking.

    Attributes:
        position: of its note in the view.
        document: its id in the index.
        score: 0..1 within this ranking: (lexical + dense) * claim, at most 1.
        lexical, dense: the weighted share of each leg.
        claim: the factor of what the note says of itself.
        cosine: similarity of meaning, None without vectors.
    """

    position: int
    document: int
    score: float
    lexical: float
    dense: float
    claim: float
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everything that matched, best first, with the terms the question was understood as."""

    ranked: tuple[Ranked, ...]
    terms: tuple[str, ...]
    dense_weight: float = 0.0


def rank(question: Question, index: Index, *, view: View, positions: Sequence[int], facts: Facts) -> Ranking:
    """Rank the passages of the notes at `positions`.

    Args:
        question: what is asked; its text is not empty.
        index: where the passages are.
        view: the notes of the revision that is asked about; their statistics weigh the words.
        positions: the notes of `view` that may answer.
        facts: their effective statuses.

    Returns:
        A ranking; ties are broken by path, then by place in the note.

    Raises:
        InvalidQueryError: if only vectors are asked for and there are none.
    """
    terms = tuple(analyze(question.text, query=True))
    allowed = view.note_mask(positions)
    documents = np.flatnonzero(allowed)
    if documents.size == 0:
        return Ranking((), terms)
    lexical = np.zeros(len(documents), dtype=np.float32)
    if question.mode != "dense" and terms:
        lexical = index.lexical_scores(terms, view=view, allowed=allowed)[documents]
    dense = None
    if question.mode != "lexical":
        dense = index.dense_scores(question.text, view=view, allowed=allowed)
        if dense is None and question.mode == "dense":
            raise InvalidQueryError("There are no vectors to rank by", "Use mode hybrid, or set an embedder")
    weight = _dense_weight(question, has_vectors=dense is not None)
    cosines = np.full(len(documents), -1.0, dtype=np.float32) if dense is None else dense[documents]
    legs = _Legs(documents, lexical, cosines, fuse(lexical, cosines, weight=weight), weight)
    ranked = _entries(legs, _candidates(legs), view, facts, frozenset(positions))
    ranked.sort(key=lambda entry: (-entry.score, view.notes[entry.position].path, entry.document))
    return Ranking(tuple(ranked), terms, weight)


@dataclass(frozen=True, slots=True)
class _Legs:
    """Both legs over the passages that may answer, one row a passage."""

    documents: NDArray[np.intp]
    lexical: FloatArray
    cosines: FloatArray
    blended: FloatArray
    weight: float


def coverage(terms: Sequence[str], passage: Sequence[str], weights: Mapping[str, float]) -> float:
    """Return the share of the question's term weight that a passage holds, 0..1; 0 for a question without terms.

    Args:
        terms: the question's tokens.
        passage: the passage's tokens, with its title and headings.
        weights: importance of each term, >= 0 (its inverse frequency).
    """
    held = frozenset(passage)
    total = sum(weights.get(term, 0.0) for term in terms)
    return sum(weights.get(term, 0.0) for term in terms if term in held) / total if total > 0 else 0.0


def relevance(share: float, cosine: float | None) -> float:
    """Estimate how surely a passage answers, comparable across questions.

    Args:
        share: what of the question the passage holds, see `coverage`.
        cosine: similarity of meaning in [-1, 1], None without vectors (counted as 0).

    Returns:
        0..1: a logistic function of both.

    Source: weights in `RELEVANCE`, fitted on LoCoMo by `python -m tests.benchmarks.relevance`.
    """
    z = RELEVANCE["bias"] + RELEVANCE["coverage"] * share + RELEVANCE["cosine"] * max(0.0, cosine or 0.0)
    return 1.0 / (1.0 + math.exp(-z))


def _dense_weight(question: Question, *, has_vectors: bool) -> float:
    """Return the share of the vectors: all or nothing as the mode says, none for a question in CJK script.

    The bundled model's vocabulary is English; for other scripts its vectors are noise. Source: the model's card.
    """
    if not has_vectors or question.mode == "lexical":
        return 0.0
    if question.mode == "dense":
        return 1.0
    letters = [character for character in question.text if character.isalpha()]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in letters)
    return 0.0 if letters and wide * 2 >= len(letters) else DENSE_WEIGHT


def _candidates(legs: _Legs) -> NDArray[np.intp]:
    """Return the rows worth ranking: every passage with a word in common, the nearest by meaning, `POOL` at most."""
    chosen = (legs.lexical > 0) & (legs.weight < 1)
    if legs.weight > 0:
        near = np.argsort(-legs.cosines, kind="stable")[:DENSE_POOL]
        chosen[near[legs.cosines[near] > MIN_COSINE]] = True
    rows = np.flatnonzero(chosen)
    if len(rows) > POOL:
        rows = rows[np.argsort(-legs.blended[rows], kind="stable")[:POOL]]
    return rows


def _entries(legs: _Legs, rows: NDArray[np.intp], view: View, facts: Facts, positions: frozenset[int]) -> list[Ranked]:
    """Return an entry for each note that holds a passage and may answer (equal files share their passages)."""
    lexical = ((1 - legs.weight) * min_max(legs.lexical))[rows].tolist()
    dense = (legs.weight * min_max(legs.cosines))[rows].tolist()
    cosines = legs.cosines[rows].tolist() if legs.weight > 0 else [None] * len(rows)
    entries = []
    for document, words, meaning, cosine in zip(legs.documents[rows].tolist(), lexical, dense, cosines, strict=True):
        for position in view.notes_of(document):
            if position in positions:
                claim = _claim(view.notes[position], facts.status(position))
                score = min(1.0, (words + meaning) * claim)
                entries.append(Ranked(position, document, score, words, meaning, claim, cosine))
    return entries


def _claim(note: IndexedNote, status: str) -> float:
    """Weigh what the note says of itself: importance moves it by 5 % either way, doubt and status lower it."""
    metadata = note.metadata
    importance = 1.0 + 0.1 * (metadata.importance - 0.5)
    confidence = 0.8 + 0.2 * metadata.confidence
    return importance * confidence * STATUS_FACTORS.get(status, OTHER_STATUS_FACTOR)


def inverse_frequencies(frequencies: Mapping[str, int], notes: int) -> dict[str, float]:
    """Return how much each term tells, by the passages that hold it: ln(1 + (N - n + 0.5) / (n + 0.5)), >= 0.

    Args:
        frequencies: passages n that hold each term.
        notes: size N of the vault, in notes; a term in more passages than that counts as if all had it.

    Source: the idf of BM25 in its non-negative form, Robertson and Zaragoza, "The Probabilistic Relevance Framework",
    2009, with 1 added as in Lucene.
    """
    return {
        term: math.log(1 + (max(notes, count) - count + 0.5) / (count + 0.5)) for term, count in frequencies.items()
    }
