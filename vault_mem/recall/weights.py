"""The weights of the ranking, in one place.

The first stage is a weighted sum over all passages, its weights set by hand where several values did equally well. The
second stage is a logistic regression over the best passages, fitted on LoCoMo conversations written three ways (as
transcripts, as a note a turn, and half and half) by `python -m tests.benchmarks.fit`, which also prints what it reaches
on conversations that it was not fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FIRST: Mapping[str, float] = MappingProxyType({"lexical": 0.7, "dense": 0.3, "note": 0.6})
"""Weights of the first stage's parts, each scaled to 0..1 over the passages that may answer."""

SECOND: Mapping[str, float] = MappingProxyType(
    {
        "first": 4.64,
        "paraphrase": 3.69,
        "window": 3.36,
        "before": -2.93,
        "reply": 2.02,
        "kind": 0.58,
        "asks": -0.91,
        "author": 0.24,
    }
)
BIAS = -10.45

BY_HAND: Mapping[str, float] = MappingProxyType({"place": 1.0, "time": 2.0})
"""Weights of features that LoCoMo cannot teach: its titles are dates, its questions do not say when they are asked.

For `place` any weight from 0.5 to 3 is worth a point of recall and two of NDCG on agentmemory240, none on LoCoMo.
"""

SWITCHES = ("neighbours", "replaced", *FIRST, *SECOND, *BY_HAND)
"""Everything that a recall can do without.

`neighbours` is the smoothing of the first stage; `replaced` lets the words of a replaced note find what replaces it.
"""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of a ranking counts; `without` names the parts that are switched off."""

    first: Mapping[str, float] = field(default_factory=lambda: FIRST)
    second: Mapping[str, float] = field(default_factory=lambda: {**SECOND, **BY_HAND})
    bias: float = BIAS
    without: frozenset[str] = frozenset()
