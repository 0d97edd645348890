"""A few entries of git's index changed in its file, by git's own rules but in a third of the time that git takes.

The new index is written beside and is whole before the lock is taken; the lock is a second name of it, so that a kill
leaves a lock that the next writer knows as ours. What is not simple is refused, and left to git.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.notes.model import NotePath
from vault_mem.vault.gitindex.image import DIGEST_SIZE, IndexImage, make_entry, parse_index
from vault_mem.vault.gitindex.split import SplitImage, parse_split
from vault_mem.vault.objects import FILE_MODES, TreeEntry
from vault_mem.vault.worktree import file_version

_Image = IndexImage | SplitImage
_TRIES = 3
_MOST_RECENT = 200
# Nanoseconds that a file's time may lag behind the clock: the kernel's tick.
_CLOCK_STEP = 20_000_000
_PREFIX = ".vault-mem-index-"
# Names that git may refuse, or take for another one: it is to say so. Source: git's `read-cache.c`, `verify_path`.
_DOUBTFUL = re.compile(rb"(?:\A|/)(?:\.git|git~)|[\\:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of the index file from every other: its digest is of all that is in it.

    Attributes:
        inode: of the file.
        size: in bytes.
        written: when, in nanoseconds since the epoch.
        digest: the last bytes of the file.
    """

    inode: int
    size: int
    written: int
    digest: bytes


def stamp_of(status: os.stat_result, digest: bytes = b"") -> Stamp:
    """Return the stamp of a file with this status; a digest only of files that end in one."""
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns, digest)


def read_stamp(index: Path) -> Stamp:
    """Return the state that an index file is in.

    Raises:
        OSError: if there is none, or it cannot be read.
    """
    with index.open("rb") as file:
        status = os.fstat(file.fileno())
        file.seek(max(status.st_size - DIGEST_SIZE, 0))
        return stamp_of(status, file.read(DIGEST_SIZE))


class IndexEditor:
    """Looks up and changes entries in one work tree's index; its user holds the writers' lock.

    Attributes:
        replaced: the state that the last change was made to, and the one that it made; nobody else wrote between.
    """

    def __init__(self, root: Path, git_dir: Path, staging: Path) -> None:
        """Edit the index in `git_dir`; `staging` is a folder on the same disk that git does not look at."""
        self._root = root
        self._file = git_dir / "index"
        self._lock = git_dir / "index.lock"
        self._staging = staging
        self.replaced: tuple[Stamp, Stamp] | None = None
        self._known: tuple[Stamp, _Image | None] | None = None
        self._base: tuple[str, int, IndexImage | None] | None = None
        # Windows has no inodes and links that git's times would agree with.
        self._is_able = sys.platform != "win32"

    def stamp(self) -> Stamp | None:
        """Return the state that the index is in; None if there is none."""
        with suppress(OSError):
            return read_stamp(self._file)
        return None

    def image(self) -> _Image | None:
        """Return the index as it is now, None where only git can read it; it is read again only if it changed."""
        found = self._look()
        return found[1] if found else None

    def stage(self, entries: Mapping[NotePath, TreeEntry | None]) -> bool:
        """Stage these objects; None removes.

        Files that have these bytes are noted as seen, so that `git status` need not read them.

        Returns:
            False, with nothing changed, where git has to do it: an index that is not simple, a doubtful path, a link, a
            lock.
        """
        if any(entry and entry.mode not in FILE_MODES for entry in entries.values()):
            return False
        for _ in range(_TRIES):
            began = time.time_ns() - _CLOCK_STEP
            found = self._look()
            if found is None or found[1] is None:
                return False
            edited = self._edited(found[1], found[0], entries)
            if edited is None or self._lock.exists():
                return False
            if self._replace(found[0], edited, began):
                return True
        return False

    def clear_stale(self) -> None:
        """Remove the lock of a writer of ours that was killed; only the holder of the writers' lock may."""
        with suppress(OSError):
            for left in self._staging.glob(f"{_PREFIX}*"):
                if self._lock.exists() and self._lock.samefile(left):
                    self._lock.unlink()
                left.unlink(missing_ok=True)

    def _look(self) -> tuple[Stamp, _Image | None] | None:
        if not self._is_able or self._file.is_symlink():
            return None
        stamp = self.stamp()
        if stamp is None or (self._known is not None and self._known[0] == stamp):
            return self._known if stamp else None
        content = self._file.read_bytes()
        if content[-DIGEST_SIZE:] != stamp.digest:
            return None
        written = stamp.written // 10**9
        self._known = (stamp, parse_index(content, written) or parse_split(content, written, self._read_base(written)))
        return self._known

    def _read_base(self, written: int) -> Callable[[str], IndexImage | None]:
        """Return how to read the shared file of a split index written then; it is kept, because it never changes."""

        def read(name: str) -> IndexImage | None:
            if self._base is None or self._base[0] != name or self._base[1] > written:
                with suppress(OSError):
                    found = parse_index(self._shared(name).read_bytes(), written)
                    self._base = (name, written, found)
            return self._base[2] if self._base and self._base[0] == name else None

        return read

    def _shared(self, name: str) -> Path:
        return self._file.with_name(f"sharedindex.{name}")

    def _edited(self, image: _Image, stamp: Stamp, entries: Mapping[NotePath, TreeEntry | None]) -> _Image | None:
        """Return the index with the entries, None if that is not simple."""
        # What changed in the second in which the index was written would pass for unchanged once it is written anew.
        recent = {name: time for name, time in image.recent.items() if time >= stamp.written // 10**9}
        named = {_name(path): (path, entry) for path, entry in entries.items()}
        if len(recent) > _MOST_RECENT or any(_DOUBTFUL.search(name) for name in named):
            return None
        if any(entry and image.find(name) is None and image.may_conflict(name) for name, (_, entry) in named.items()):
            return None
        smudged = image.smudged([name for name in recent if name not in named and self._has_changed(image, name)])
        recent = {name: time for name, time in recent.items() if name not in named}
        changes: dict[bytes, bytes | None] = {}
        for name, (path, entry) in named.items():
            status = self._seen(path, entry)
            changes[name] = make_entry(name, entry, status) if entry else None
            if status:
                recent[name] = int(status.st_mtime)
        return smudged.edited(changes, recent) if smudged else None

    def _seen(self, path: NotePath, entry: TreeEntry | None) -> os.stat_result | None:
        """Return the file's status if it has the entry's bytes, as git does: taken before they are read."""
        with suppress(OSError):
            status = (self._root / path).lstat()
            if entry and stat.S_ISREG(status.st_mode) and file_version(self._root, path) == entry.object_id:
                return status
        return None

    def _has_changed(self, image: _Image, name: bytes) -> bool:
        entry = image.find(name)
        try:
            version = file_version(self._root, NotePath(name.decode("utf-8", "surrogateescape")))
        except StorageError:
            return True  # it is no file of ours: git is to look
        return entry is not None and version != entry.object_id

    def _replace(self, expected: Stamp, image: _Image, began: int) -> bool:
        """Put an index in the place of the one that was read; False if another program was faster.

        Args:
            expected: the state of the one that was read.
            image: the new one.
            began: as `_write`.
        """
        self._staging.mkdir(exist_ok=True)
        temporary = self._staging / f"{_PREFIX}{secrets.token_hex(8)}"
        pieces = image.pieces()
        try:
            written = _write(temporary, pieces, stat.S_IMODE(self._file.stat().st_mode), began)
            if not self._take_lock(temporary):
                return False
            try:
                is_expected = self.stamp() == expected
                if is_expected:
                    self._lock.replace(self._file)
            except BaseException:
                self._lock.unlink(missing_ok=True)
                raise
            if not is_expected:
                self._lock.unlink()
                return False
            if isinstance(image, SplitImage):
                # Git removes a shared file that nobody touched for two weeks. Source: `splitIndex.sharedIndexExpire`.
                with suppress(OSError):
                    os.utime(self._shared(image.digest.hex()))
        finally:
            temporary.unlink(missing_ok=True)
        self._known = (stamp_of(written, pieces[-1]), image)
        self.replaced = (expected, self._known[0])
        return True

    def _take_lock(self, temporary: Path) -> bool:
        try:
            os.link(temporary, self._lock)
        except FileExistsError:
            return False
        except OSError:
            self._is_able = False  # a file system without links
            return False
        return True


def _write(path: Path, pieces: Sequence[bytes], mode: int, began: int) -> os.stat_result:
    """Write a new file as git writes its index: not flushed, because it can be made again from HEAD.

    Args:
        path: the file.
        pieces: what is in it.
        mode: its permissions.
        began: when its files were looked at, nanoseconds since the epoch. The index must not seem to be of a later
            second, or git would take for seen what is edited between.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.writelines(pieces)
        file.flush()
        if stat.S_IMODE(os.fstat(handle).st_mode) != mode:
            path.chmod(mode)
        if os.fstat(handle).st_mtime_ns // 10**9 > began // 10**9:
            os.utime(path, ns=(began, began))
        return os.fstat(handle)


def _name(path: NotePath) -> bytes:
    return path.encode("utf-8", "surrogateescape")
