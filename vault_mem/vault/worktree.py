"""What git says about the work tree, and the notes as they are now: HEAD with the work tree laid over it."""

from __future__ import annotations

import hashlib
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault_mem.errors import StorageError, UnsafePathError
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.layout import Look, inside
from vault_mem.vault.repository import Repository, split_nul
from vault_mem.vault.trees import decode_path

_CHUNK = 1 << 20
_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--no-ahead-behind",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=all",
)


@dataclass(frozen=True, slots=True)
class WorkTree:
    """A work tree as `git status` sees it.

    Attributes:
        commit: HEAD, None before the first commit.
        branch: the branch HEAD is on, None if it is detached.
        changed: notes that differ from HEAD in index or work tree, untracked ones included; by path.
        other: other files that do.
        unmerged: files in conflict.
    """

    commit: CommitId | None
    branch: str | None
    changed: tuple[NotePath, ...] = ()
    other: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The notes of one moment, by path.

    Attributes:
        commit: the commit below, None before the first one.
        notes: every note's version.
        dirty: notes whose version is in the work tree only.
        gone: notes of the commit that the work tree has lost.
    """

    commit: CommitId | None
    notes: Listing
    dirty: frozenset[NotePath] = frozenset()
    gone: frozenset[NotePath] = frozenset()


def read_state(repository: Repository, paths: Sequence[str] = ()) -> WorkTree:
    """Ask git once what differs from HEAD; takes no lock and writes nothing.

    Args:
        repository: whose work tree it is.
        paths: files, and folders with all in them, to look at; the whole work tree if none is given.
    """
    commit: CommitId | None = None
    branch: str | None = None
    changed: set[bytes] = set()
    unmerged: set[bytes] = set()
    for record in split_nul(repository.run(*_STATUS, "--", *paths)):
        kind, rest = record[:1], record[2:]
        if kind == b"#":
            name, _, value = _shown(rest).partition(" ")
            commit = CommitId(value) if name == "branch.oid" and value != "(initial)" else commit
            branch = value if name == "branch.head" and value != "(detached)" else branch
        elif kind in _PATH_FIELD:
            path = rest.split(b" ", _PATH_FIELD[kind])[-1]
            changed.add(path)
            if kind == b"u":
                unmerged.add(path)
    notes = {name: decode_path(name) for name in changed}
    known = tuple(sorted(path for path in notes.values() if path is not None))
    other = tuple(sorted(_shown(name) for name, path in notes.items() if path is None))
    return WorkTree(commit, branch, known, other, tuple(sorted(map(_shown, unmerged))))


def overlay(
    root: Path,
    state: WorkTree,
    committed: Listing,
    *,
    known: Snapshot | None = None,
    affected: Collection[NotePath] = (),
) -> Snapshot:
    """Lay the work tree's changed notes over those of HEAD; a file that was touched but is equal is not dirty.

    Args:
        root: the top of the work tree.
        state: what differs from HEAD now.
        committed: the notes of HEAD.
        known: an overlay of the same commit, if there was one; where nothing differs, it is what is returned.
        affected: paths whose file, or whose place in HEAD, may have changed since that one; no others are looked at.
    """
    if known is None:
        known, affected = Snapshot(state.commit, committed), state.changed
    changed = frozenset(state.changed)
    spellings = Counter(path.casefold() for path in changed)

    def version(path: NotePath) -> BlobId | None:
        if path not in changed:
            return committed.get(path)
        is_there = spellings[path.casefold()] == 1 or is_spelled(root, path)
        return file_version(root, path) if is_there else None

    versions = {path: version(path) for path in affected}
    differing = {path: blob for path, blob in versions.items() if blob != committed.get(path)}
    edited = frozenset(path for path, blob in differing.items() if blob is not None)
    dirty = known.dirty - versions.keys() | edited
    gone = known.gone - versions.keys() | (differing.keys() - edited)
    notes = known.notes.changed(versions)  # the same one if it has all of them already, so that none are compared
    if notes is known.notes and (state.commit, dirty, gone) == (known.commit, known.dirty, known.gone):
        return known
    return Snapshot(state.commit, notes, dirty, gone)


def is_spelled(root: Path, path: NotePath) -> bool:
    """Whether the work tree has this very name: a file system that folds case finds files under other ones too."""
    folder = root
    for part in path.split("/"):
        try:
            names = {_composed(entry.name) for entry in folder.iterdir()}
        except OSError:
            return False
        if _composed(part) not in names:
            return False
        folder /= part
    return True


def file_version(root: Path, path: NotePath) -> BlobId | None:
    """Return the blob id of a file's bytes, None if there is no ordinary file.

    Raises:
        StorageError: if the file is there but cannot be read.
    """
    try:
        target, status = Look(root).find(path)
        return _hash_file(target, status.st_size) if status and stat.S_ISREG(status.st_mode) else None
    except (FileNotFoundError, NotADirectoryError, UnsafePathError):
        return None
    except OSError as exc:
        raise StorageError(root / path, exc.strerror or str(exc)) from exc


def read_bytes(root: Path, path: NotePath) -> bytes | None:
    """Return a file's bytes, None if there is no ordinary file.

    Raises:
        UnsafePathError: if the path leaves the vault or is a link.
        StorageError: if the file is there but cannot be read.
    """
    target = inside(root, path)
    try:
        return target.read_bytes() if stat.S_ISREG(target.lstat().st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise StorageError(target, exc.strerror or str(exc)) from exc


# How many fields stand before the path, by record type. Source: git-status(1), "Porcelain Format Version 2".
_PATH_FIELD = {b"1": 7, b"u": 9, b"?": 0}


def _shown(name: bytes) -> str:
    """Return a name as text to be shown; one that is not UTF-8 names no file any more."""
    return name.decode("utf-8", "replace")


def _composed(name: str) -> str:
    """Some file systems give names decomposed that git, and we, write composed."""
    return unicodedata.normalize("NFC", name)


def _hash_file(target: str, size: int) -> BlobId:
    """Hash as git does, in pieces; a file that grows meanwhile gives an id that nothing has, and is read again."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with Path(target).open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return BlobId(digest.hexdigest())
