"""How surely a hit answers, comparable across questions, and from where on it is worth saying."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

HYBRID: Mapping[str, float] = MappingProxyType({"bias": -5.9, "coverage": 1.5, "window": 3.9, "cosine": 4.0})
LEXICAL: Mapping[str, float] = MappingProxyType({"bias": -4.9, "coverage": 2.2, "window": 3.1})
"""Logistic weights, with vectors and without: the chance that the best hit of a question is right, where every other
question has no answer at all. Fitted by `python -m tests.benchmarks.silence`."""

MIN_RELEVANCE: Mapping[str, float] = MappingProxyType({"hybrid": 0.2, "lexical": 0.2})
"""From here on a hit is worth saying unasked; chosen from the curve that the same command prints."""


def relevance(coverage: float, window: float, cosine: float | None) -> float:
    """Estimate how surely a passage answers.

    Args:
        coverage: share of the question's weight that the passage holds literally, 0..1.
        window: the same for the passage with its neighbours, where words that mean nearly the same count in part.
        cosine: similarity of meaning in [-1, 1], None without vectors.

    Returns:
        0..1.
    """
    weights = LEXICAL if cosine is None else HYBRID
    total = weights["bias"] + weights["coverage"] * coverage + weights["window"] * window
    total += weights.get("cosine", 0.0) * max(0.0, cosine or 0.0)
    return 1.0 / (1.0 + math.exp(-total))


def is_worth_saying(value: float, *, has_vectors: bool) -> bool:
    """Whether a hit's relevance is enough to tell it to somebody who did not ask."""
    return value >= MIN_RELEVANCE["hybrid" if has_vectors else "lexical"]
