"""How surely a hit answers, comparable across questions."""

from __future__ import annotations

import math

RELEVANCE = {"bias": -4.73, "coverage": 3.97, "cosine": 1.37}
"""Logistic weights; fitted on each half of LoCoMo they beat the base rate on the other (Brier .107 to .121)."""


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
