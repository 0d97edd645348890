"""A service that failed is left alone for a while, so that one failure does not cost each recall its time-out.

What is known of it is kept in the user's cache too: on the command line each recall is a process of its own.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

COOL_DOWN = 30.0
"""Seconds for which a service is not asked after its first failure; they double with each one after that."""

MAX_COOL_DOWN = 600.0
_MAX_FILE = 4_096


class Breaker:
    """The last failure of a service; safe to share between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.time, file: Path | None = None) -> None:
        """Begin with what the file says, if there is one.

        Args:
            clock: seconds since the epoch.
            file: where a failure is kept for other processes; None to keep it here only.
        """
        self.problem: str | None = None
        self._clock = clock
        self._file = file
        self._lock = threading.Lock()
        self._until = 0.0
        self._failures = 0
        if file is not None:
            self._remember(file)

    def refusal(self, seconds: float) -> str | None:
        """Return None if the service may be asked, else its last problem; one caller tries again for all others.

        Args:
            seconds: how long that caller may take.
        """
        with self._lock:
            if self.problem is not None and 0 < self._until - self._clock() <= MAX_COOL_DOWN:
                return self.problem
            self._until = self._clock() + seconds
            return None

    def trip(self, problem: str) -> None:
        """Keep a failure."""
        with self._lock:
            self.problem = problem
            self._failures += 1
            self._until = self._clock() + min(COOL_DOWN * 2 ** min(self._failures - 1, 10), MAX_COOL_DOWN)
            if self._file is not None:
                said = json.dumps({"problem": problem, "until": self._until, "failures": self._failures})
                with suppress(OSError):  # derived, and not worth a word
                    self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    self._file.write_text(said, encoding="utf-8")

    def mend(self) -> None:
        """Forget the failure: the service has answered."""
        with self._lock:
            if self.problem is not None and self._file is not None:
                with suppress(OSError):
                    self._file.unlink(missing_ok=True)
            self.problem, self._failures = None, 0

    def _remember(self, file: Path) -> None:
        with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            with file.open("rb") as content:
                found = json.loads(content.read(_MAX_FILE))
            problem, until, failures = str(found["problem"]), float(found["until"]), int(found["failures"])
            if 0 < until - self._clock() <= MAX_COOL_DOWN:
                self.problem, self._until, self._failures = problem, until, max(0, failures)
