"""Locks: one writer a repository, and one maker of checkouts, across threads and processes. Readers ask for none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic

from filelock import FileLock, Timeout

from vault_mem.errors import StorageError, VaultBusyError

LOCK_NAME = "vault-mem.lock"
_POLL = 0.01


class WritersLock:
    """A lock file in a folder that all work trees of a repository share; of writers, the common git directory."""

    def __init__(self, folder: Path, name: str = LOCK_NAME, *, doing: str = "writing to the vault") -> None:
        """Lock by a file of this name in `folder`; nothing is held yet. `doing` says what its holder does."""
        self._path = folder / name
        self._doing = doing
        self._threads = Lock()

    @contextmanager
    def hold(self, timeout: float) -> Iterator[None]:
        """Hold the lock for the block; the file stays, because deleting a lock file lets two writers in.

        Args:
            timeout: seconds to wait for another writer.

        Raises:
            VaultBusyError: if another writer keeps it for longer.
            StorageError: if the lock file cannot be made (read-only disk).
        """
        deadline = monotonic() + timeout
        if not self._threads.acquire(timeout=max(timeout, 0.0)):
            raise VaultBusyError(f"Another thread is {self._doing}")
        try:
            lock = FileLock(self._path, thread_local=False, poll_interval=_POLL)
            self._acquire(lock, max(deadline - monotonic(), 0.0))
            try:
                yield
            finally:
                lock.release()
        finally:
            self._threads.release()

    def _acquire(self, lock: FileLock, timeout: float) -> None:
        try:
            lock.acquire(timeout=timeout)
        except Timeout as exc:
            raise VaultBusyError(f"Another program is {self._doing}") from exc
        except OSError as exc:
            raise StorageError(self._path, exc.strerror or str(exc)) from exc
