"""Files of the work tree, replaced whole: a reader sees the old bytes or the new ones, also after a power cut."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.vault.disk import sync_disk, sync_folder, write_all
from vault_mem.vault.failures import reporting
from vault_mem.vault.parallel import in_parallel

_PREFIX = ".vault-mem-"
_SUFFIX = ".tmp"


@dataclass(frozen=True, slots=True)
class Prepared:
    """New bytes on disk, not yet visible; paths are text, since an import has many.

    Attributes:
        target: the file that is to have them.
        folder: the one it is in.
        temporary: where they are.
    """

    target: str
    folder: str
    temporary: str


class FileWriter:
    """Prepares and places files of one work tree."""

    def __init__(self, root: Path, staging: Path) -> None:
        """Write files below `root`; new bytes wait in `staging`, which git does not look at."""
        self._root = root
        self._staging = staging
        self._names = _new_names()
        self._unsynced: set[str] = set()
        self._unflushed: dict[int, str] = {}
        self._known: dict[str, tuple[str, int]] = {}

    def prepare(
        self, target: str, content: bytes, *, is_new: bool = False, flush: bool = True, is_program: bool | None = None
    ) -> Prepared:
        """Write the new bytes durably, in the staging folder or, on another disk, beside the target.

        Args:
            target: the file that is to have them.
            content: the bytes.
            is_new: whether there is no such file; one that is there keeps its mode.
            flush: False if they may wait for `flush_prepared`, which many files should.
            is_program: whether the file may be run; None if that stays as it is.

        Raises:
            StorageError: if the disk is full, read-only, or refuses.
        """
        folder = os.path.dirname(target)  # noqa: PTH120 - a third of the time
        try:
            waiting, device = self._staging_for(folder)
            temporary = f"{waiting}{os.sep}{next(self._names)}"
            _write(temporary, content, None if is_new else _mode_of(target), flush=flush)
            if is_program is not None:
                _set_program(temporary, is_program=is_program)
        except OSError as exc:
            raise StorageError(target, exc.strerror or str(exc)) from exc
        if not flush:
            self._unflushed[device] = waiting
        return Prepared(target, folder, temporary)

    def flush_prepared(self) -> None:
        """Make all prepared bytes durable that are not yet, by one flush of each disk.

        Raises:
            StorageError: if a disk refuses.
        """
        while self._unflushed:
            sync_disk(Path(self._unflushed.popitem()[1]))

    def place(self, prepared: Prepared) -> None:
        """Make prepared bytes the target's content; its folder may have gone meanwhile with the last file in it."""
        try:
            os.replace(prepared.temporary, prepared.target)  # noqa: PTH105 - as above
        except FileNotFoundError:
            with reporting(prepared.target):
                self._make_folder(Path(prepared.folder))
                Path(prepared.temporary).replace(prepared.target)
        except OSError as exc:
            raise StorageError(prepared.target, exc.strerror or str(exc)) from exc
        self._unsynced.add(prepared.folder)

    def drop(self, prepared: Prepared) -> None:
        """Remove prepared bytes that will not be placed."""
        with suppress(OSError):
            Path(prepared.temporary).unlink(missing_ok=True)

    def delete(self, target: Path) -> None:
        """Remove a file, and the folders that it leaves empty, as git does."""
        with reporting(target):
            target.unlink(missing_ok=True)
            folder = target.parent
            while folder != self._root and _remove_empty(folder):
                self._unsynced.discard(str(folder))
                folder = folder.parent
        self._unsynced.add(str(folder))

    def sync(self) -> None:
        """Make all that was placed and deleted so far durable."""
        folders, self._unsynced, self._known = self._unsynced, set(), {}
        in_parallel(sync_folder, [Path(folder) for folder in sorted(folders)])

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
            self._unsynced.add(str(new.parent))

    def _staging_for(self, folder: str) -> tuple[str, int]:
        """Return where new bytes for a folder wait, which is on the same disk, and that disk; the folder is made."""
        if folder not in self._known:
            self._make_folder(Path(folder))
            self._staging.mkdir(exist_ok=True)
            device = Path(folder).stat().st_dev
            self._known[folder] = (str(self._staging) if self._staging.stat().st_dev == device else folder, device)
        return self._known[folder]


def _new_names() -> Iterator[str]:
    """Yield names that no file has; a random number for each would take longer than the rest of it."""
    start = secrets.token_hex(8)
    return (f"{_PREFIX}{start}-{number}{_SUFFIX}" for number in count())


def _write(path: str, content: bytes, mode: int | None, *, flush: bool) -> None:
    """Write a new file; without a mode it gets what the user's umask allows."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, 0o666)
        try:
            write_all(handle, content)
            if flush:
                os.fsync(handle)
        finally:
            os.close(handle)
        if mode is not None:
            Path(path).chmod(mode)
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise


def _set_program(path: str, *, is_program: bool) -> None:
    """Let those run a file who may read it, or nobody."""
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    Path(path).chmod(mode | (mode & 0o444) >> 2 if is_program else mode & ~0o111)


def _mode_of(target: str) -> int | None:
    try:
        return stat.S_IMODE(Path(target).stat().st_mode)
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
