"""What it means when git cannot write: a disk that refuses, or something that nobody foresaw."""

from __future__ import annotations

import re
from pathlib import Path

from vault_mem.errors import GitCommandError, StorageError

# Git is run in the C locale. Source: git's `object-file.c`, and strerror(3).
_DISK = re.compile(
    "No space left on device|Out of diskspace|Disk quota exceeded|File too large|Read-only file system"
    "|Permission denied|Operation not permitted|insufficient permission|Input/output error"
)


def said(error: str) -> str:
    """Return the line of a command's stderr that says why it failed, empty if there is none.

    Hints, warnings and traces may stand before it.
    """
    lines = [line for line in error.strip().splitlines() if line.strip()]
    return next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[0] if lines else "")


def is_disk_failure(error: str) -> bool:
    """Whether git says that the disk is full, read-only, or closed to this user."""
    return _DISK.search(error) is not None


def failure(command: str, error: str, where: Path) -> StorageError | GitCommandError:
    """Return the error to raise where a command could not write.

    Args:
        command: git's subcommand.
        error: what it said on stderr.
        where: the file or folder that it was to write.
    """
    if is_disk_failure(error):
        return StorageError(where, said(error))
    return GitCommandError(command, said(error))
