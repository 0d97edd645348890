"""Figures of ranks, and how surely one ranking is better than another."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from vault_mem.memory.evaluating.evaluation import Alternative, Measured

DEPTH = 10
RESAMPLES = 10_000
ERROR = 0.05

Ranks = Sequence[int | None]


def measured(kind: str, ranks: Ranks) -> Measured:
    """Return the figures of 1-based ranks, None for a right note that is not among the first 10."""
    count = max(len(ranks), 1)
    return Measured(
        kind=kind,
        n=len(ranks),
        r5=round(sum(rank is not None and rank <= DEPTH // 2 for rank in ranks) / count, 4),
        r10=round(sum(rank is not None for rank in ranks) / count, 4),
        mrr10=round(sum(1 / rank for rank in ranks if rank) / count, 4),
    )


class Comparison:
    """Compares other rankings of the same questions with the ranking as it is.

    Source: percentile bootstrap of a mean difference, Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
    §13.3; whole groups of questions are drawn, since those with one answer stand or fall together. The error is shared
    among all the comparisons (Bonferroni), so that trying many things finds nothing by chance.
    """

    def __init__(self, ranks: Ranks, groups: Sequence[Hashable], *, comparisons: int, seed: int = 0) -> None:
        """Draw the samples.

        Args:
            ranks: of the ranking as it is, shape (n,), not empty.
            groups: which questions stand or fall together, shape (n,).
            comparisons: how many there will be.
            seed: of the samples: the same question set has the same bounds.
        """
        self._reciprocal = _reciprocal(ranks)
        numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
        self._group = np.array([numbers[group] for group in groups])
        sizes = np.bincount(self._group).astype(np.float64)
        drawn = np.random.default_rng(seed).multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), RESAMPLES)
        self._shares = drawn / (drawn @ sizes)[:, None]
        self._tail = 100 * ERROR / (2 * max(1, comparisons))

    def with_ranks(self, name: str, ranks: Ranks) -> Alternative:
        """Return how another ranking compares."""
        figures = measured(name, ranks)
        differences = _reciprocal(ranks) - self._reciprocal
        means = self._shares @ np.bincount(self._group, weights=differences)
        low, high = (round(float(bound), 4) for bound in np.percentile(means, [self._tail, 100 - self._tail]))
        return Alternative(
            name=name,
            r5=figures.r5,
            r10=figures.r10,
            mrr10=figures.mrr10,
            change=round(float(differences.mean()), 4),
            low=low,
            high=high,
            verdict="better" if low > 0 else "worse" if high < 0 else "unclear",
        )


def _reciprocal(ranks: Ranks) -> NDArray[np.float64]:
    return np.array([1 / rank if rank else 0.0 for rank in ranks])
