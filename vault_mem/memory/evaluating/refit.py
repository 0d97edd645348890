"""The second stage, fitted to a vault's own questions: what would be learned, judged on questions it did not see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vault_mem.memory.answers import Hit
from vault_mem.memory.evaluating.asking import Asking
from vault_mem.memory.evaluating.probes import Probe
from vault_mem.recall.weights import BIAS, SECOND, Weights

NAMES = tuple(SECOND)
FOLDS = 2
RIDGE = 10.0
"""Pull towards the shipped weights, of features scaled to unit variance: a few questions change little."""

STEPS = 300
MIN_VARIANCE = 0.01
Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The passages of one question: features, shape (n, len(NAMES)), and which answer, shape (n,)."""

    rows: Rows
    right: NDArray[np.bool_]


def refitted(asking: Asking, probes: Sequence[Probe]) -> Sequence[Weights]:
    """Return for each question weights that were fitted on questions with other answers."""
    folds = [fold_of(probe) for probe in probes]
    labelled = [label(asking.passages(probe), probe) for probe in probes]
    fitted: Mapping[int, Weights] = {
        fold: fit([item for item, other in zip(labelled, folds, strict=True) if other != fold]) for fold in range(FOLDS)
    }
    return [fitted[fold] for fold in folds]


def fold_of(probe: Probe) -> int:
    """Return the fold of a question; those with the same answer are in the same one."""
    answer = "\n".join(sorted(probe.expected)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(answer, digest_size=2).digest()[0] % FOLDS


def label(hits: Sequence[Hit], probe: Probe) -> Labelled:
    """Return a question's passages; of a right note only the best one, since nobody says which of the others answer."""
    rows, right = [], []
    seen = set()
    for hit in hits:
        is_right = hit.path in probe.expected
        if hit.features and not (is_right and hit.path in seen):
            values = {feature.name: feature.value for feature in hit.features}
            rows.append([values.get(name, 0.0) for name in NAMES])
            right.append(is_right)
        seen.add(hit.path)
    return Labelled(np.array(rows).reshape(-1, len(NAMES)), np.array(right, dtype=np.bool_))


def fit(items: Sequence[Labelled]) -> Weights:
    """Fit the second stage, starting from the shipped weights and pulled towards them.

    Source: ridge logistic regression, Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, §4.4; the
    penalty is on the distance from the shipped weights instead of from 0. The curvature's upper bound stands for the
    curvature (Böhning and Lindsay, Ann. Inst. Statist. Math. 40, 1988), so that no step goes too far.
    """
    rows = np.concatenate([item.rows for item in items])
    right = np.concatenate([item.right for item in items]).astype(np.float64)
    if not 0 < right.sum() < len(right):
        return Weights()
    shipped = np.array([*SECOND.values(), BIAS])
    inputs = np.column_stack([rows, np.ones(len(rows))])
    penalty = RIDGE * np.append(np.maximum(rows.var(axis=0), MIN_VARIANCE), MIN_VARIANCE)
    bound = np.linalg.inv(inputs.T @ inputs / 4 + np.diag(penalty))
    weights = shipped.copy()
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        weights += bound @ (inputs.T @ (right - chance) - penalty * (weights - shipped))
    second = {**Weights().second, **dict(zip(NAMES, weights[:-1].tolist(), strict=True))}
    return Weights(second=second, bias=float(weights[-1]))
