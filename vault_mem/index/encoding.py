"""Embedding off the caller's path: many texts without a vector are left to a thread, and words answer meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

MANY = 2_000
"""Texts up to which a caller waits: less than a second of the bundled model, a minute of a slow one."""

SLICE_SECONDS = 1.0
"""About how long the index is locked at a time; other writers come between."""

_PAUSE = 0.05
_END_SECONDS = 5.0


class Encoding:
    """A thread that calls for slices of work while there is any; ended by `stop`, or with the process at any point."""

    def __init__(self, work: Callable[[], bool], *, is_on: bool) -> None:
        """Begin without a thread.

        Args:
            work: does a slice of the work and returns whether more is left; it raises nothing.
            is_on: whether anything is left to the thread at all.
        """
        self._work = work
        self._is_on = is_on
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def takes(self, texts: int) -> bool:
        """Whether so many texts are left to the thread, which then works on them; if not, the caller embeds them."""
        if not self._is_on or texts <= MANY or self._stopping.is_set():
            return False
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="vault-mem-encoding", daemon=True)
                self._thread.start()
        return True

    @property
    def is_busy(self) -> bool:
        """Whether the thread has work left."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """End the thread after its slice; nothing is left to it from now on. A second call does nothing."""
        self._stopping.set()
        with self._lock:
            if self._thread is not None:
                self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE):
            if not self._work():
                return
