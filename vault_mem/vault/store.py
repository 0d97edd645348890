"""Git objects written durably without starting git: a few of them loose, many as one pack.

Objects of an act are not reachable until its commit is the branch's. A `git gc --prune=now` that runs meanwhile removes
loose ones: while one runs they go into a pack that it does not know, and they are looked for when the branch has moved.
What cannot be known is a bare `git prune --expire=now`, which holds no lock: what it removes after that look is lost.
Source: git's documentation, gitformat-loose(5).
"""

from __future__ import annotations

import os
import secrets
import sys
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from io import FileIO
from pathlib import Path

from vault_mem.notes.model import BlobId, CommitId
from vault_mem.vault.collecting import is_collecting
from vault_mem.vault.disk import sync_folder, write_all
from vault_mem.vault.failures import reporting
from vault_mem.vault.objects import TreeEntry, format_tree, object_id
from vault_mem.vault.packs import PackWriter, sweep_packs
from vault_mem.vault.parallel import in_parallel

MOST_LOOSE = 100
"""Objects of one act that are written loose; more of them become a pack."""
_TRIES = 3
_Object = tuple[bytes, bytes]


class ObjectStore:
    """Writes objects into one repository; they are there, and durable, when a commit is written, or at `flush`."""

    def __init__(self, common_dir: Path) -> None:
        """Write below `common_dir`, the git directory that all work trees share."""
        self._common_dir = common_dir
        self._folder = common_dir / "objects"
        self._waiting: dict[str, _Object] = {}
        self._pack: PackWriter | None = None
        self._loose: dict[str, _Object] = {}
        self._kept: list[Path] = []

    def write_blob(self, content: bytes, blob: BlobId | None = None) -> BlobId:
        """Store a file's bytes and return their id, which may be known already."""
        return BlobId(self._add(b"blob", content, blob))

    def write_tree(self, entries: Mapping[bytes, TreeEntry]) -> str:
        """Store a folder, by name, and return its id."""
        return self._add(b"tree", format_tree(entries))

    def write_commit(self, content: bytes) -> CommitId:
        """Store a commit object, already formatted, make all stored so far durable, and return its id."""
        commit = CommitId(self._add(b"commit", content))
        self.flush()
        return commit

    def flush(self) -> None:
        """Make all objects stored so far durable and known to git.

        Raises:
            StorageError: if the disk is full, read-only or refuses.
        """
        with reporting(self._folder):
            if self._waiting and (self._pack is not None or is_collecting(self._common_dir)):
                self._pack_waiting()
            if self._pack is not None:
                self._kept.append(self._pack.finish())
                self._pack = None
            else:
                self._write_loose(self._waiting)
                self._loose |= self._waiting
            self._waiting = {}

    def restore(self, is_here: Callable[[str], bool]) -> None:
        """Write objects again that were stored since the last `begin` and are gone, or are about to be.

        Args:
            is_here: whether git finds an object.

        Raises:
            StorageError: if the disk refuses.
        """
        if is_collecting(self._common_dir):
            self._waiting = dict(self._loose)
        else:
            lost = [name for name in self._loose if not self._path(name).exists() and not is_here(name)]
            self._waiting = {name: self._loose[name] for name in lost}
        if self._waiting:
            self.flush()

    def begin(self) -> None:
        """Forget objects that are not durable yet, and let git collect those that nothing reaches."""
        self._waiting, self._loose = {}, {}
        if self._pack is not None:
            self._pack.drop()
            self._pack = None
        for keep in self._kept:
            with suppress(OSError):
                keep.unlink(missing_ok=True)
        self._kept = []

    def sweep(self) -> None:
        """Remove what a killed writer left; only the holder of the writers' lock may."""
        self.begin()
        sweep_packs(self._folder / "pack")

    def _add(self, kind: bytes, content: bytes, known: str | None = None) -> str:
        name = known or object_id(kind, content)
        if name in self._waiting or name in self._loose or (self._pack is not None and name in self._pack):
            return name
        if self._pack is None:
            self._waiting[name] = (kind, content)
        else:
            with reporting(self._folder):
                self._pack.add(name, kind, content)
        if len(self._waiting) > MOST_LOOSE:
            with reporting(self._folder):
                self._pack_waiting()
        return name

    def _pack_waiting(self) -> None:
        self._pack = self._pack or PackWriter(self._folder / "pack")
        for name, (kind, content) in self._waiting.items():
            self._pack.add(name, kind, content)
        self._waiting = {}

    def _write_loose(self, objects: Mapping[str, _Object]) -> None:
        for _ in range(_TRIES):
            with suppress(FileNotFoundError):  # git removes a folder that a collection left empty
                self._write_new(objects)
                return
        self._write_new(objects)

    def _write_new(self, objects: Mapping[str, _Object]) -> None:
        """Write objects that are not there, each in its file; all are flushed together, which a disk does at once."""
        new = {name: found for name, found in objects.items() if not _is_there(self._path(name), *found)}
        folders = {self._path(name).parent for name in objects}
        made = [folder for folder in folders if not folder.exists()]
        for folder in made:
            folder.mkdir(exist_ok=True)
        temporaries = {name: self._path(name).parent / f"tmp_obj_{secrets.token_hex(8)}" for name in new}
        try:
            with ExitStack() as stack:
                files = [stack.enter_context(_created(temporaries[name], *new[name])) for name in new]
                in_parallel(os.fsync, [file.fileno() for file in files])
            for name, temporary in temporaries.items():
                temporary.replace(self._path(name))
        finally:
            for temporary in temporaries.values():
                temporary.unlink(missing_ok=True)
        in_parallel(sync_folder, [*folders, *([self._folder] if made else [])])

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:]


def _is_there(path: Path, kind: bytes, content: bytes) -> bool:
    """Whether a loose object is there and whole; it is made durable then.

    Git flushes no loose objects unless it is told to, so that a power cut leaves some empty. Source: git-config(1),
    `core.fsync`.
    """
    raw = _raw(kind, content)
    try:
        with path.open("rb") as file:
            if zlib.decompressobj().decompress(file.read(), len(raw) + 1) != raw:
                return False
            if sys.platform != "win32":  # which flushes no file that is open for reading
                os.fsync(file.fileno())
    except (OSError, zlib.error):
        return False
    return True


def _raw(kind: bytes, content: bytes) -> bytes:
    return b"%s %d\0" % (kind, len(content)) + content


def _created(path: Path, kind: bytes, content: bytes) -> FileIO:
    """Return a new loose object's file, written but not flushed."""
    packed = zlib.compress(_raw(kind, content), 1)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444)
    file = FileIO(handle, "wb")
    try:
        write_all(handle, packed)
    except OSError:
        file.close()
        raise
    return file
