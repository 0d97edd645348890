"""Git objects: written loose and durable without starting a process, and trees rebuilt along changed paths only.

Source: git's documentation, gitformat-loose(5) and git-mktree(1); a tree is sorted as if folder names ended in `/`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault_mem.errors import GitCommandError, StorageError, UnsafePathError
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.failures import reporting

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
NO_OBJECT = "0" * 40
FILE_MODE = "100644"
FILE_MODES = frozenset({"100644", "100755", "100664"})
_FOLDER_MODE = "40000"
_CACHED_TREES = 512


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a folder of a commit has under one name: git's mode (octal, no leading zero) and the object's id."""

    mode: str
    object_id: str

    @property
    def is_folder(self) -> bool:
        """Whether the object is a tree."""
        return self.mode == _FOLDER_MODE


def blob_id(content: bytes) -> BlobId:
    """Return the id git gives to these bytes."""
    return BlobId(_object_id(b"blob", content))


class ObjectStore:
    """Writes objects into one repository's `objects` folder; all are durable when a commit has been written."""

    def __init__(self, folder: Path) -> None:
        """Write below `folder`, the common directory's `objects`."""
        self._folder = folder
        self._unsynced: set[Path] = set()

    def write_blob(self, content: bytes) -> BlobId:
        """Store a file's bytes and return their id."""
        return BlobId(self._write(b"blob", content))

    def write_tree(self, entries: Mapping[bytes, TreeEntry]) -> str:
        """Store a folder, by name, and return its id."""
        return self._write(b"tree", format_tree(entries))

    def write_commit(self, content: bytes) -> CommitId:
        """Store a commit object, already formatted, make all stored so far durable, and return its id."""
        commit = CommitId(self._write(b"commit", content))
        while self._unsynced:
            sync_folder(self._unsynced.pop())
        return commit

    def _write(self, kind: bytes, content: bytes) -> str:
        """Store one object.

        Raises:
            StorageError: if the disk is full, read-only or refuses.
        """
        name = _object_id(kind, content)
        folder = self._folder / name[:2]
        target = folder / name[2:]
        if target.exists():
            return name
        packed = zlib.compress(b"%s %d\0" % (kind, len(content)) + content, 1)
        try:
            folder.mkdir(exist_ok=True)
            _write_durably(folder, target, packed)
            self._unsynced.add(folder)
        except OSError as exc:
            raise StorageError(self._folder, exc.strerror or str(exc)) from exc
        return name


class TreeEditor:
    """Reads folders of commits, and writes new ones where paths changed; keeps the last few hundred parsed."""

    def __init__(self, read: Callable[[str], bytes | None], store: ObjectStore) -> None:
        """Read tree objects with `read` (None if missing) and write with `store`."""
        self._read = read
        self._store = store
        self._cache: OrderedDict[str, dict[bytes, TreeEntry]] = OrderedDict()

    def entries(self, tree: str) -> Mapping[bytes, TreeEntry]:
        """Return what a folder has, by name.

        Raises:
            GitCommandError: if the tree object is missing.
        """
        if tree in self._cache:
            self._cache.move_to_end(tree)
            return self._cache[tree]
        content = b"" if tree == EMPTY_TREE else self._read(tree)
        if content is None:
            raise GitCommandError("cat-file", f"tree {tree} is missing")
        return self._keep(tree, parse_tree(content))

    def find(self, tree: str, path: NotePath) -> TreeEntry | None:
        """Return what a commit's top folder has at a path, None if nothing."""
        *folders, name = _names(path)
        for folder in folders:
            entry = self.entries(tree).get(folder)
            if entry is None or not entry.is_folder:
                return None
            tree = entry.object_id
        return self.entries(tree).get(name)

    def rewrite(self, tree: str, changes: Mapping[NotePath, TreeEntry | None]) -> str:
        """Store the top folder that follows from changed paths (None removes) and return its id."""
        nested: dict[bytes, _Branch] = {}
        for path, entry in changes.items():
            _plant(nested, _names(path), entry)
        return self._apply(tree, nested) or self._store.write_tree({})

    def _apply(self, tree: str, changes: Mapping[bytes, _Branch]) -> str | None:
        """Return the new folder's id, None if it became empty."""
        entries = dict(self.entries(tree))
        for name, change in changes.items():
            old = entries.get(name)
            new = self._branch(name, old, change) if isinstance(change, dict) else change
            if new is None:
                entries.pop(name, None)
            elif old is not None and old.is_folder != new.is_folder:
                raise UnsafePathError(name.decode("utf-8", "replace"), "is a folder in the vault and a file here")
            else:
                entries[name] = new
        if not entries:
            return None
        written = self._store.write_tree(entries)
        self._keep(written, entries)
        return written

    def _branch(self, name: bytes, old: TreeEntry | None, change: dict[bytes, _Branch]) -> TreeEntry | None:
        if old is not None and not old.is_folder:
            raise UnsafePathError(name.decode("utf-8", "replace"), "is a file in the vault and a folder here")
        subtree = self._apply(old.object_id if old else EMPTY_TREE, change)
        return TreeEntry(_FOLDER_MODE, subtree) if subtree else None

    def _keep(self, tree: str, entries: dict[bytes, TreeEntry]) -> dict[bytes, TreeEntry]:
        self._cache[tree] = entries
        while len(self._cache) > _CACHED_TREES:
            self._cache.popitem(last=False)
        return entries


_Branch = dict[bytes, "_Branch"] | TreeEntry | None


def parse_tree(content: bytes) -> dict[bytes, TreeEntry]:
    """Return the entries of a tree object, by name, in git's order."""
    entries: dict[bytes, TreeEntry] = {}
    start = 0
    while start < len(content):
        space = content.index(b" ", start)
        end = content.index(b"\0", space)
        mode = content[start:space].decode("ascii").lstrip("0")
        entries[content[space + 1 : end]] = TreeEntry(mode, content[end + 1 : end + 21].hex())
        start = end + 21
    return entries


def format_tree(entries: Mapping[bytes, TreeEntry]) -> bytes:
    """Return the content of a tree object."""
    ordered = sorted(entries.items(), key=lambda item: item[0] + (b"/" if item[1].is_folder else b""))
    return b"".join(
        b"%s %s\0%s" % (entry.mode.encode("ascii"), name, bytes.fromhex(entry.object_id)) for name, entry in ordered
    )


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


def _write_durably(folder: Path, target: Path, packed: bytes) -> None:
    temporary = folder / f"tmp_obj_{secrets.token_hex(8)}"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444)
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _object_id(kind: bytes, content: bytes) -> str:
    digest = hashlib.sha1(b"%s %d\0" % (kind, len(content)), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _names(path: str) -> list[bytes]:
    return [name.encode("utf-8", "surrogateescape") for name in path.split("/")]


def _plant(nested: dict[bytes, _Branch], names: list[bytes], entry: TreeEntry | None) -> None:
    for name in names[:-1]:
        branch = nested.setdefault(name, {})
        if not isinstance(branch, dict):
            raise UnsafePathError(name.decode("utf-8", "replace"), "is both a file and a folder")
        nested = branch
    nested[names[-1]] = entry
