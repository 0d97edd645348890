"""How surely a hit answers, comparable across questions, and from where on it is worth saying."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

HYBRID: Mapping[str, float] = MappingProxyType({"bias": -6.77, "coverage": 1.49, "window": 3.74, "cosine": 4.28})
LEXICAL: Mapping[str, float] = MappingProxyType({"bias": -4.16, "coverage": 2.2, "window": 3.0})
"""Logistic weights, with vectors and without: the chance that the best hit of a question is right, where every other
question has no answer at all. Fitted on LoCoMo by `python -m tests.benchmarks.silence`; on conversations left out the
Brier score is .123 and .133, that of always saying the base rate .184 and .183."""

MIN_RELEVANCE = 0.13
"""From here on a hit is worth telling to somebody who did not ask.

Chosen from the curves of the same command: 86 % of the questions without an answer are met with silence and 12 % of
those with one; by words alone 84 % and 14 %.
"""


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


def is_worth_saying(value: float) -> bool:
    """Whether a hit's relevance is enough to tell it to somebody who did not ask."""
    return value >= MIN_RELEVANCE
