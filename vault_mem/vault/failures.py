"""What it means when git or the system refuses: which error to raise for what was said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault_mem.errors import GitCommandError, NotAVaultError, StorageError, UnsupportedRepositoryError

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


def refusal(folder: Path, error: str) -> NotAVaultError | UnsupportedRepositoryError | GitCommandError:
    """Return the error to raise where git cannot open the repository in `folder`, from what it said on stderr."""
    if "dubious ownership" in error:
        return UnsupportedRepositoryError(
            f"{folder} belongs to another user, and git does not trust it",
            f"If you do, run: git config --global --add safe.directory '{folder}'",
        )
    if "refstorage" in error.lower():
        return reftable(folder)
    if "not a git repository" in error or "must be run in a work tree" in error:
        return NotAVaultError(folder, "is not a git repository")
    return GitCommandError("rev-parse", said(error))


def reftable(folder: Path) -> UnsupportedRepositoryError:
    """Return the error to raise for a repository whose refs are in a format that GitPython cannot read."""
    return UnsupportedRepositoryError(
        f"{folder} keeps its refs in a reftable", "Convert it with 'git refs migrate --ref-format=files'"
    )


@contextmanager
def reporting(target: Path | str) -> Iterator[None]:
    """Turn the system's refusals to write `target` into `StorageError`."""
    try:
        yield
    except OSError as exc:
        raise StorageError(target, exc.strerror or str(exc)) from exc
