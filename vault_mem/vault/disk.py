"""Making durable what was written: one file, one folder's entries, or all that waits for a disk at once."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from vault_mem.vault.failures import reporting


def write_all(handle: int, content: bytes) -> None:
    """Write all of it to an open file, of which one call may take only a part.

    Raises:
        OSError: if the disk refuses.
    """
    written = os.write(handle, content)
    while written < len(content):
        written += os.write(handle, memoryview(content)[written:])


def sync_file(file: IO[bytes]) -> None:
    """Make durable what was written to an open file.

    Raises:
        OSError: if the disk refuses.
    """
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable, if it is there and the system can (Windows cannot open folders).

    Raises:
        StorageError: if the disk refuses.
    """
    with reporting(folder), suppress(PermissionError, IsADirectoryError, FileNotFoundError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def can_sync_disks() -> bool:
    """Whether `sync_disk` works here: only Linux waits until all is written, and says so if that fails."""
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "syncfs")


def sync_disk(folder: Path) -> None:
    """Make all files and folders durable that are on the same file system. Source: syncfs(2).

    One call takes as long as the disk needs for what waits, of other programs too; thousands of fsyncs take longer.

    Raises:
        StorageError: if the disk refuses.
    """
    with reporting(folder):
        handle = os.open(folder, os.O_RDONLY)
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.syncfs(handle):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(folder))
        finally:
            os.close(handle)
