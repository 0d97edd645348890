"""What happened in a tree of folders, as Linux keeps it for us (inotify(7)): asked for, so nothing runs meanwhile.

The kernel queues an event before the call that caused it returns. So what was not queued when `drain` was called had
not happened then, with three exceptions that no event tells of: writes through a memory map, through a hard link in a
folder outside, and by another machine on a network file system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from functools import cache
from pathlib import Path

MAX_FOLDERS = 20_000
_HEADER = struct.Struct("iIII")
_BUFFER = 1 << 16
# Source: <sys/inotify.h>.
_MODIFY, _ATTRIB, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x4, 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _UNMOUNT, _OVERFLOW, _IGNORED = 0x400, 0x800, 0x2000, 0x4000, 0x8000
_ONLYDIR, _DONT_FOLLOW, _ISDIR = 0x0100_0000, 0x0200_0000, 0x4000_0000
_WANTED = _MODIFY | _ATTRIB | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF
_PLAIN = _MODIFY | _ATTRIB | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_FULL = {
    errno.ENOSPC: "the user's limit of watched folders is reached (fs.inotify.max_user_watches)",
    errno.EMFILE: "the user's limit of watchers or of open files is reached (fs.inotify.max_user_instances)",
}
# File systems that other machines, or a program behind them, can change without an event here.
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "gfs", "lustre", "ocfs", "vboxsf", "prl_fs", "virtiofs")
# What a folder that went while it was looked for answers; the root itself must be there.
_GONE = (FileNotFoundError, NotADirectoryError)
_OTHER_REPOSITORY = "a folder of the vault is a git repository of its own"


class FolderEvents:
    """Watches a folder and those in it; links are not followed.

    Attributes:
        trouble: why it does not watch, None if it does. `drain` answers None then.
    """

    def __init__(self, root: Path, is_wanted: Callable[[str], bool]) -> None:
        """Watch `root` and the folders in it that are wanted; a folder's path is relative, with `/`, and not empty."""
        self.trouble: str | None = None
        self._root = root
        self._is_wanted = is_wanted
        self._file = -1
        self._place: tuple[int, int] | None = None
        self._folders: dict[int, str] = {}
        self._start()

    def drain(self) -> set[str] | None:
        """Return the paths of what was touched since the last call: files, and folders that are new, with a last `/`.

        None if that is not known, as after a folder was renamed, or with `trouble`.
        """
        touched: set[str] = set()
        is_sure = False
        try:
            # No event tells that a folder above the root was renamed, and another one put in its place.
            is_sure = self._place is None or _place(self._root) == self._place
            for number, mask, name in self._events():
                folder = self._folders.get(number, "") if number >= 0 else ""
                if mask & _IGNORED:
                    self._folders.pop(number, None)
                elif is_sure and (number < 0 or number in self._folders):
                    is_sure = self._take(mask, f"{folder}/{name}" if folder else name, touched)
        except OSError as exc:
            self._give_up(exc)
        if not is_sure and self.trouble is None:
            self._start()
        return touched if is_sure and self.trouble is None else None

    def close(self) -> None:
        """Stop watching."""
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
        self._file = -1
        self._folders.clear()

    def _take(self, mask: int, path: str, touched: set[str]) -> bool:
        """Add what one event says; False if it leaves open what else has changed."""
        is_of_root = not path
        if mask & (_OVERFLOW | _UNMOUNT | _MOVE_SELF) or (mask & _DELETE_SELF and is_of_root):
            return False
        if path.endswith("/.git"):
            return False
        if mask & _ISDIR and mask & _CREATE and self._is_wanted(path):
            self._add(path)
            touched.add(f"{path}/")
        elif mask & _ISDIR:
            return bool(mask & _DELETE) or not self._is_wanted(path)
        elif mask & _PLAIN:
            touched.add(path)
        return True

    def _start(self) -> None:
        """Begin anew: every folder is looked for again."""
        self.close()
        remote = _remote_kind(self._root)
        if sys.platform != "linux":
            self.trouble = "this system does not tell what changes in a folder"
        elif remote:
            self.trouble = f"the vault is on a file system of kind {remote}, which does not tell all that changes"
        else:
            try:
                self._place = _place(self._root)
                self._file = _checked(_libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
                self._add("")
            except OSError as exc:
                self._give_up(exc)

    def _give_up(self, error: OSError) -> None:
        self.trouble = _FULL.get(error.errno or 0, error.strerror or str(error))
        self.close()

    def _add(self, folder: str) -> None:
        """Watch a folder, then those found in it: what is made in one after that is told by an event."""
        left = [folder]
        while left:
            here = left.pop()
            with suppress(*_GONE) if here else nullcontext():
                self._folders[_watched(self._file, self._root / here)] = here
                left += self._inner(here)
            if len(self._folders) > MAX_FOLDERS:
                raise OSError(f"the vault has more than {MAX_FOLDERS:,} folders")

    def _inner(self, folder: str) -> Iterator[str]:
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                if entry.name == ".git" and folder:
                    raise OSError(_OTHER_REPOSITORY)
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False) and self._is_wanted(path):
                    yield path

    def _events(self) -> Iterator[tuple[int, int, str]]:
        """Yield (number of the folder, mask, name in it) of what is queued."""
        while self._file >= 0:
            try:
                data = os.read(self._file, _BUFFER)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                number, mask, _, length = _HEADER.unpack_from(data, at)
                at += _HEADER.size
                yield number, mask, os.fsdecode(data[at : at + length].rstrip(b"\0"))
                at += length


def _watched(file: int, folder: Path) -> int:
    return _checked(_libc().inotify_add_watch(file, os.fsencode(folder), _WANTED | _ONLYDIR | _DONT_FOLLOW))


def _place(folder: Path) -> tuple[int, int]:
    status = folder.lstat()
    return status.st_dev, status.st_ino


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


def _remote_kind(folder: Path) -> str | None:
    """Return the kind of the file system that a folder is on, if others can change it; see proc_mounts(5)."""
    best, kind = -1, ""
    with suppress(OSError), Path("/proc/self/mounts").open(encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            _, place, found, *_ = line.split(" ")
            point = place.replace("\\040", " ")
            if len(point) >= best and folder.is_relative_to(point):
                best, kind = len(point), found
    return kind if kind.startswith(_REMOTE) else None
