"""Where time goes: seconds by stage, for those who ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

Stage: TypeAlias = Callable[[str], AbstractContextManager[None]]


def untimed(name: str) -> AbstractContextManager[None]:  # noqa: ARG001 - the shape of `Stopwatch.stage`
    """Measure nothing."""
    return nullcontext()


class Stopwatch:
    """Counts each moment once: a stage inside another one stops that one. For one thread."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        """Count nothing yet; `clock` returns seconds."""
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._running: list[str] = []
        self._since = 0.0

    def take(self) -> Mapping[str, float]:
        """Return seconds by stage, in the order in which they first ended, to 0.1 ms; begin anew."""
        seconds, self._seconds = self._seconds, {}
        return {name: round(count, 4) for name, count in seconds.items()}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block."""
        self._count()
        self._running.append(name)
        try:
            yield
        finally:
            self._count()
            self._running.pop()

    def lap(self, name: str) -> None:
        """Count the time since the last stage began or ended, or the last lap, for this stage instead."""
        now = self._clock()
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._since
        self._since = now

    def _count(self) -> None:
        if self._running:
            self.lap(self._running[-1])
        else:
            self._since = self._clock()
