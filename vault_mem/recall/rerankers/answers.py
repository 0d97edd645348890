"""What rerankers answer, checked: one finite score for each passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vault_mem.recall.scores import FloatArray

_LARGEST = 1e30
"""Beyond it a difference of two scores is no float32 any more."""


def score_row(values: Sequence[Any], count: int) -> FloatArray:  # Any: from outside, checked here
    """Return scores as shape (count,), float32.

    Raises:
        ValueError: if there are more or fewer, or one is no finite number; it says so in words for people.
    """
    if len(values) != count:
        raise ValueError(f"it gives {len(values)} scores for {count} passages")
    if any(type(value) not in (int, float) or not abs(value) < _LARGEST for value in values):
        raise ValueError("its scores are not one number a passage")
    return np.array(values, dtype=np.float32)


def scores_by_index(found: Any, count: int) -> FloatArray:  # Any: JSON of a service, checked here
    """Return the scores of a `/rerank` answer in the order of the passages, shape (count,), float32.

    Args:
        found: `{"results": [{"index": 0, "relevance_score": 0.9}, …]}`, or a list of `{"index": 0, "score": 0.9}`.
        count: how many passages were sent.

    Raises:
        TypeError, KeyError, AttributeError: if it has another shape.
        ValueError: if it does not name each passage once.

    Source: Cohere's and Jina's API reference for rerank; text-embeddings-inference's `/rerank` for the list.
    """
    entries = found["results"] if isinstance(found, dict) else found
    if not isinstance(entries, list):
        raise TypeError("the results are no list")
    places = [entry["index"] for entry in entries]
    if len(entries) != count:
        raise ValueError(f"it gives {len(entries)} scores for {count} passages")
    if any(type(place) is not int for place in places) or sorted(places) != list(range(count)):
        raise ValueError("its scores have places that no passage has")
    ordered = sorted(zip(places, entries, strict=True), key=lambda pair: pair[0])
    return score_row([entry.get("relevance_score", entry.get("score")) for _, entry in ordered], count)
