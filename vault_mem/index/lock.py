"""The lock of the index's writers, across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vault_mem.errors import StorageError


@contextmanager
def writers_lock(folder: Path, *, wait: float) -> Iterator[bool]:
    """Hold the lock of an index folder; yields False, holding nothing, if another writer keeps it for `wait` seconds.

    Raises:
        StorageError: if the lock file cannot be made.
    """
    lock = FileLock(folder / "index.lock", thread_local=False)
    try:
        lock.acquire(timeout=wait, poll_interval=0.02)
    except Timeout:
        yield False
        return
    except OSError as exc:
        raise StorageError(folder, str(exc)) from exc
    try:
        yield True
    finally:
        lock.release()
