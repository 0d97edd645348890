"""What is deleted of an index folder: engines of other epochs, indexes of older versions, files that cannot be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.index.database import database_files


def tidy(folder: Path, root: Path, epoch: str) -> None:
    """Delete engines of other epochs and the indexes of older versions. The caller holds the lock.

    Args:
        folder: the index's own folder.
        root: the folder in it of this version, named `v` and its number.
        epoch: the epoch that stays.
    """
    for entry in root.iterdir():
        if entry.is_dir() and entry.name != epoch:
            shutil.rmtree(entry, ignore_errors=True)
    for entry in folder.glob("v*"):
        if entry.name[1:].isdecimal() and int(entry.name[1:]) < int(root.name[1:]):
            shutil.rmtree(entry, ignore_errors=True)


def remove_database(path: Path) -> None:
    """Delete a database's files, or what stands in their place."""
    for file in database_files(path):
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)


@contextmanager
def reporting(folder: Path) -> Iterator[None]:
    """Raise StorageError where the disk refuses."""
    try:
        yield
    except OSError as exc:
        raise StorageError(folder, str(exc)) from exc
