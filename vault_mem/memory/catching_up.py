"""Catching the index up: by the one who asks or, in a process that serves, beside those who ask."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from threading import TIMEOUT_MAX, Lock
from typing import TypeAlias

from vault_mem.errors import VaultBusyError
from vault_mem.index.index import Index, Progress, Reader
from vault_mem.notes.model import BlobId, NotePath

Notes: TypeAlias = Mapping[NotePath, BlobId]

PATIENT = 30.0
"""Seconds for which an answer that must be whole waits for the index; it is refused then."""

BRIEF = 2.0
"""Seconds for which an answer waits that can say what it lacks."""

AGAIN = 5.0
"""Seconds after a vain wait in which such answers wait a tenth of that."""


@dataclass(frozen=True, slots=True)
class _Work:
    notes: Notes
    done: Future[bool]


class CatchUp:
    """Has the index follow the notes; safe to share between threads."""

    def __init__(self, index: Index, progress: Progress | None, *, is_beside: bool) -> None:
        """Keep the parts.

        Args:
            index: what is caught up.
            progress: called with (stage, done, total).
            is_beside: whether the work goes on in a thread of its own when the one who asks waits no longer.
        """
        self._index = index
        self.progress = progress
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vault-mem-index") if is_beside else None
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="vault-mem-ahead") if is_beside else None
        self._look: Future[object] | None = None
        self._lock = Lock()
        self._work: _Work | None = None
        self._refused = -math.inf
        self._is_closed = False

    def follow(self, notes: Notes, read: Reader, *, wait: float) -> bool:
        """Store what is missing of these notes.

        Args:
            notes: the notes that shall be found.
            read: gives the bytes of versions.
            wait: seconds to wait for another process that is writing and, beside others, for the work itself.

        Returns:
            False if it is not done yet; views then have what is there.
        """
        if self._thread is None:
            return self._index.update(notes, read, progress=self.progress, wait=min(wait, PATIENT))
        start = time.monotonic()
        if wait <= BRIEF and start - self._refused < AGAIN:
            wait /= 10
        while True:
            work = self._begun(self._thread, notes, read)
            if not self._ends(work, start + wait):
                self._refused = time.monotonic()
                return False
            if not work.done.result() or work.notes is notes or work.notes == notes:
                return work.done.result()

    def ahead(self, look: Callable[[], object]) -> None:
        """Look at the vault beside those who ask, where that is done at all, before the next one does.

        What goes wrong is said to the next who asks.
        """
        with self._lock:
            if self._ahead is not None and not self._is_closed and (self._look is None or self._look.done()):
                self._look = self._ahead.submit(look)

    def close(self) -> None:
        """End the work: it stops after the batch that it is at, and the next process goes on from there."""
        with self._lock:
            self._is_closed = True
        for thread in (self._ahead, self._thread):
            if thread is not None:
                thread.shutdown(wait=True)

    def _ends(self, work: _Work, end: float) -> bool:
        """Whether work ends in time."""
        wait_for([work.done], min(max(0.0, end - time.monotonic()), TIMEOUT_MAX))
        if not work.done.done():
            return False
        with self._lock:
            self._work = None if self._work is work else self._work
        return True

    def _begun(self, thread: ThreadPoolExecutor, notes: Notes, read: Reader) -> _Work:
        """Return the work that is being done, or begin this one.

        Raises:
            VaultBusyError: if nothing is begun any more.
        """

        def told(stage: str, done: int, total: int) -> None:
            self._check_open()
            if self.progress is not None:
                self.progress(stage, done, total)

        def work() -> bool:
            self._check_open()
            return self._index.update(notes, read, progress=told, wait=PATIENT)

        with self._lock:
            self._check_open()
            if self._work is None:
                self._work = _Work(notes, thread.submit(work))
            return self._work

    def _check_open(self) -> None:
        if self._is_closed:
            raise VaultBusyError("The vault is being closed")
