"""Git objects: their ids, and trees rebuilt along changed paths only.

Source: git's documentation, git-mktree(1); a tree is sorted as if folder names ended in `/`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from vault_mem.errors import GitCommandError, UnsafePathError
from vault_mem.notes.model import BlobId, NotePath

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
    return BlobId(object_id(b"blob", content))


class TreeWriter(Protocol):
    """Where new folders go."""

    def write_tree(self, entries: Mapping[bytes, TreeEntry]) -> str:
        """Store a folder, by name, and return its id."""


class TreeEditor:
    """Reads folders of commits, and writes new ones where paths changed; keeps the last few hundred parsed."""

    def __init__(self, read: Callable[[str], bytes | None], store: TreeWriter) -> None:
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


def object_id(kind: bytes, content: bytes) -> str:
    """Return the id git gives to an object of this kind."""
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
