"""Removing a checkout, in an order that a kill cannot spoil: the folder's link to git is the last file to go."""

from __future__ import annotations

import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

from vault_mem.vault.checkouts.registrations import GIT_LINK, Registration
from vault_mem.vault.failures import reporting


def erase(registration: Registration) -> None:
    """Remove a checkout's folder, if it is there, and then what the repository knows of it.

    A folder whose link does not lead back to the repository is somebody else's by now, and stays.

    Raises:
        StorageError: if the disk refuses; what is left can be removed by a second try.
    """
    if registration.is_there:
        with reporting(registration.folder):
            for path in list(registration.folder.iterdir()):
                if path.name != GIT_LINK:
                    _remove(path)
            (registration.folder / GIT_LINK).unlink()
            registration.folder.rmdir()
    with reporting(registration.git_dir):
        _remove(registration.git_dir)
    with suppress(OSError):
        registration.git_dir.parent.rmdir()  # as git does with the last one


def _remove(path: Path) -> None:
    """Remove a file, a link (never what it leads to) or a folder with all that is in it."""
    if sys.platform == "win32":
        _make_removable(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _make_removable(path: Path) -> None:
    """Take the read-only mark from a folder's files: Windows removes none that has it."""
    for file in (path, *path.rglob("*")):
        if not file.is_symlink() and file.is_file():
            file.chmod(stat.S_IREAD | stat.S_IWRITE)
