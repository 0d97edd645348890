"""Times: how long something takes, and what of many times is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from statistics import median, quantiles
from typing import TypeVar

T = TypeVar("T")


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long an act takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1_000


def each(values: Iterable[T], act: Callable[[T], object]) -> list[float]:
    """Return how long an act takes for each value, in milliseconds."""
    return [milliseconds(lambda value=value: act(value)) for value in values]  # type: ignore[misc]


def p50(times: list[float]) -> float:
    """Return the median."""
    return median(times)


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(times, n=20)[-1]
