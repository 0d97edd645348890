"""Files of the work tree, replaced whole: a reader sees the old bytes or the new ones, also after a power cut."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault_mem.vault.disk import sync_disk, sync_file, sync_folder
from vault_mem.vault.failures import reporting
from vault_mem.vault.parallel import in_parallel

_PREFIX = ".vault-mem-"
_SUFFIX = ".tmp"


@dataclass(frozen=True, slots=True)
class Prepared:
    """New bytes on disk beside their target, not yet visible there."""

    target: Path
    temporary: Path


class FileWriter:
    """Prepares and places files of one work tree."""

    def __init__(self, root: Path, staging: Path) -> None:
        """Write files below `root`; new bytes wait in `staging`, which git does not look at."""
        self._root = root
        self._staging = staging
        self._unsynced: set[Path] = set()
        self._unflushed: dict[int, Path] = {}
        self._known: dict[Path, tuple[Path, int]] = {}

    def prepare(self, target: Path, content: bytes, *, flush: bool = True) -> Prepared:
        """Write the new bytes durably, in the staging folder or, on another disk, beside the target.

        Args:
            target: the file that is to have them.
            content: the bytes.
            flush: False if they may wait for `flush_prepared`, which many files should.

        Raises:
            StorageError: if the disk is full, read-only, or refuses.
        """
        with reporting(target):
            folder, device = self._staging_for(target.parent)
            temporary = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
            _write(temporary, content, _mode_of(target), flush=flush)
        if not flush:
            self._unflushed[device] = folder
        return Prepared(target, temporary)

    def flush_prepared(self) -> None:
        """Make all prepared bytes durable that are not yet, by one flush of each disk.

        Raises:
            StorageError: if a disk refuses.
        """
        while self._unflushed:
            sync_disk(self._unflushed.popitem()[1])

    def place(self, prepared: Prepared) -> None:
        """Make prepared bytes the target's content; its folder may have gone meanwhile with the last file in it."""
        with reporting(prepared.target):
            try:
                prepared.temporary.replace(prepared.target)
            except FileNotFoundError:
                self._make_folder(prepared.target.parent)
                prepared.temporary.replace(prepared.target)
        self._unsynced.add(prepared.target.parent)

    def drop(self, prepared: Prepared) -> None:
        """Remove prepared bytes that will not be placed."""
        with suppress(OSError):
            prepared.temporary.unlink(missing_ok=True)

    def delete(self, target: Path) -> None:
        """Remove a file, and the folders that it leaves empty, as git does."""
        with reporting(target):
            target.unlink(missing_ok=True)
            folder = target.parent
            while folder != self._root and _remove_empty(folder):
                self._unsynced.discard(folder)
                folder = folder.parent
        self._unsynced.add(folder)

    def sync(self) -> None:
        """Make all that was placed and deleted so far durable."""
        folders, self._unsynced, self._known = self._unsynced, set(), {}
        in_parallel(sync_folder, sorted(folders))

    def sweep(self) -> None:
        """Remove what a killed writer left in the staging folder; only the holder of the writers' lock may."""
        self._known = {}
        with suppress(OSError):
            for left in self._staging.glob(f"{_PREFIX}*{_SUFFIX}"):
                left.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            self._unsynced.add(new.parent)

    def _staging_for(self, folder: Path) -> tuple[Path, int]:
        """Return where new bytes for a folder wait, which is on the same disk, and that disk; the folder is made."""
        if folder not in self._known:
            self._make_folder(folder)
            self._staging.mkdir(exist_ok=True)
            device = folder.stat().st_dev
            self._known[folder] = (self._staging if self._staging.stat().st_dev == device else folder, device)
        return self._known[folder]


def _write(path: Path, content: bytes, mode: int | None, *, flush: bool) -> None:
    """Write a new file; without a mode it gets what the user's umask allows."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
            file.write(content)
            if flush:
                sync_file(file)
        if mode is not None:
            path.chmod(mode)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int | None:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None


def _remove_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError as exc:
        if exc.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY, errno.ENOENT}:
            return False
        raise
    return True
