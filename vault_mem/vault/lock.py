"""The writers' lock: one writer a repository, across threads and processes. Readers never ask for it."""

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
    """A lock file in the common git directory, so that all work trees of a repository share it."""

    def __init__(self, common_dir: Path) -> None:
        """Lock the repository with this common git directory; nothing is held yet."""
        self._path = common_dir / LOCK_NAME
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
            raise VaultBusyError("Another thread is writing to the vault")
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
            raise VaultBusyError("Another program is writing to the vault") from exc
        except OSError as exc:
            raise StorageError(self._path, exc.strerror or str(exc)) from exc
