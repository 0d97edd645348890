"""Blending a reranker's opinion of the best passages into the first ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vault_mem.errors import ModelUnavailableError
from vault_mem.recall.rerankers.base import Reranker
from vault_mem.recall.scores import FloatArray, min_max


@dataclass(frozen=True, slots=True)
class Reranked:
    """The new order of a ranking.

    Attributes:
        order: places in the first ranking, best first, shape (n,).
        scores: the new score of each, in that order, shape (n,), float32, never rising.
        opinions: the reranker's own scores in that order, scaled to 0..1; NaN for what it did not see.
        notice: why there is no new order, None if there is one.
    """

    order: NDArray[np.intp]
    scores: FloatArray
    opinions: FloatArray
    notice: str | None = None


def rerank(query: str, passages: Sequence[str], first: FloatArray, *, reranker: Reranker, weight: float) -> Reranked:
    """Ask a reranker about the best passages; where it does not answer, the first ranking stands, with a notice.

    Args:
        query: the question.
        passages: the texts of the best passages, best first; at most as many as `first` has.
        first: scores of the whole ranking, shape (n,), float32, never rising.
        reranker: whom to ask.
        weight: see `blended`.
    """
    try:
        opinions = reranker.scores(query, passages)
    except ModelUnavailableError as exc:
        notice = f"Not reranked: {exc.message}"
        return Reranked(np.arange(len(first)), first, np.full(len(first), np.nan, dtype=np.float32), notice)
    return blended(first, opinions, weight=weight)


def blended(first: FloatArray, opinions: FloatArray, *, weight: float) -> Reranked:
    """Return a ranking whose head is ordered by a blend of its own scores and a reranker's.

    Both sides are scaled to their own minimum and maximum over the head, because rerankers give logits, probabilities
    or anything else; the blend is then scaled to where the head's scores were, so that it stays above the tail, and
    the best hit of an answer keeps the score it had.

    Args:
        first: scores of the whole ranking, shape (n,), float32, never rising.
        opinions: the reranker's scores of the first m, shape (m,), m <= n, float32, any range.
        weight: share of the reranker, 0..1; 0 keeps the first ranking, 1 is the reranker's alone.

    Returns:
        The new ranking; ties keep the order they had.

    Raises:
        ValueError: if there are more opinions than scores, or the weight is outside 0..1.

    Source: convex combination of min-max scores, see `min_max`.
    """
    head = len(opinions)
    if head > len(first) or not 0 <= weight <= 1:
        raise ValueError(f"cannot blend {head} opinions into {len(first)} scores with weight {weight}")
    scaled = np.full(len(first), np.nan, dtype=np.float32)
    order, scores = np.arange(len(first)), first.copy()
    if head == 0 or weight == 0:
        scaled[:head] = min_max(opinions)
        return Reranked(order, scores, scaled)
    low, high = float(first[:head].min()), float(first[:head].max())
    scaled[:head] = min_max(opinions)
    blend = min_max(((1 - weight) * min_max(first[:head]) + weight * scaled[:head]).astype(np.float32))
    order[:head] = np.argsort(-blend, kind="stable")
    scores[:head] = (low + (high - low) * blend)[order[:head]]
    return Reranked(order, scores, scaled[order])
