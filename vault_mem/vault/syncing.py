"""`sync`: fetch, merge what both sides wrote, push; repeated while somebody else pushes in between.

Merges are made from objects, never from files, with parents (upstream, ours): the first-parent line that all clones
share only grows.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from vault_mem.errors import GitCommandError, UnsafePathError, VaultBusyError, VaultMemError
from vault_mem.notes.callouts import MARK, parted
from vault_mem.notes.frontmatter import read
from vault_mem.notes.identifiers import fold
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.acts import Act, Change, Standing, Synced
from vault_mem.vault.attributes import check_brought
from vault_mem.vault.driver import register_driver
from vault_mem.vault.layout import is_note
from vault_mem.vault.merging import merge_files
from vault_mem.vault.objects import EMPTY_TREE, FILE_MODES, NO_OBJECT
from vault_mem.vault.readiness import Head, read_head
from vault_mem.vault.remote import OfflineError, RaceError, Remote
from vault_mem.vault.repository import Repository, split_nul
from vault_mem.vault.transaction import Transaction

MAX_TRIES = 6
_PAUSE = 0.2
_NO_MODE = "000000"
_GLOBS = {"GIT_LITERAL_PATHSPECS": "0", "GIT_GLOB_PATHSPECS": "0"}
Versions = Mapping[NotePath, BlobId | None]
Writing = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our branch beside the remote's.

    Attributes:
        ours: HEAD, None before the first commit.
        theirs: the remote's commit, None if it has none.
        base: the commit that both come from, None if there is none.
    """

    ours: CommitId | None
    theirs: CommitId | None
    base: CommitId | None

    @property
    def is_ahead(self) -> bool:
        """Whether we have what the remote has not."""
        return self.ours is not None and self.ours != self.base

    @property
    def is_behind(self) -> bool:
        """Whether the remote has what we have not."""
        return self.theirs is not None and self.theirs != self.base


def sync(repository: Repository, writing: Writing, edits: Callable[[], Sequence[NotePath]]) -> Synced:
    """Commit hand edits, take over what the remote has, and give it what we have.

    Args:
        repository: the vault's.
        writing: holds the vault for writing.
        edits: the notes with hand edits.

    Raises:
        NoRemoteError: if the branch follows no remote.
        RemoteError: if the remote refuses.
        RaceError: if others pushed each time in between.
        VaultBusyError: if the vault was switched to another branch meanwhile.
        Otherwise as `Transaction.adopt` and `Transaction.merge`.
    """
    head = read_head(repository)
    remote = Remote.of(repository, head)
    done = Synced(remote.title, head.commit)
    with writing() as transaction:
        register_driver(repository)
        _check_branch(transaction, head)
        edited = tuple(edits())
        if transaction.adopt(edited) is not None:
            done = replace(done, adopted=edited)
        done = replace(done, disputed=_part(repository, transaction))
        done = replace(done, revision=transaction.head)
    for attempt in range(MAX_TRIES):
        try:
            theirs = remote.fetch()
            done = done if theirs is None else _pulled(repository, writing, head, theirs, done)
            return done if done.revision is None else _pushed(remote, done.revision, done)
        except OfflineError as exc:
            return replace(done, offline=exc.message)
        except RaceError:
            if attempt == MAX_TRIES - 1:
                raise
            time.sleep(_PAUSE * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
    return done


def preview(repository: Repository, edits: tuple[NotePath, ...]) -> Synced:
    """Return what `sync` would do; only what the remote has is fetched.

    Raises:
        NoRemoteError, RemoteError: as `sync`.
    """
    head = read_head(repository)
    remote = Remote.of(repository, head)
    try:
        theirs = remote.fetch()
    except OfflineError as exc:
        return Synced(remote.title, head.commit, edits, offline=exc.message, is_dry=True)
    found = compare(repository, head.commit, theirs)
    merging = _Merging(repository, found)
    came = tuple(change.path for change in merging.changes()) if found.is_behind else ()
    went = 0 if head.commit is None else remote.lacks(head.commit)
    return Synced(remote.title, head.commit, edits, came, went, disputed=merging.disputed, is_dry=True)


def standing(repository: Repository) -> Standing | None:
    """Return how far the branch is from what its remote last had, without asking it; None where it follows none.

    A detached HEAD follows none, and neither does a branch whose remote was never asked.
    """
    try:
        head = read_head(repository)
        remote = Remote.of(repository, head)
    except VaultMemError:
        return None
    known = remote.known()
    if head.commit is None or known is None:
        return None
    counts = repository.run("rev-list", "--left-right", "--count", f"{head.commit}...{known}").split()
    return Standing(remote.title, int(counts[0]), int(counts[1]))


def compare(repository: Repository, ours: CommitId | None, theirs: CommitId | None) -> Comparison:
    """Find the commit that both come from; of several, as after crossing merges, the first by its id."""
    if ours is None or theirs is None:
        return Comparison(ours, theirs, None)
    outcome = repository.attempt("merge-base", "--all", ours, theirs)
    bases = sorted(outcome.output.decode("ascii", "replace").split()) if outcome.status == 0 else []
    return Comparison(ours, theirs, CommitId(bases[0]) if bases else None)


def _part(repository: Repository, transaction: Transaction) -> tuple[NotePath, ...]:
    """Make two notes of each in which a merge of git's left another text; return the paths of the new ones."""
    if transaction.head is None:
        return ()
    found = repository.attempt("grep", "-l", "-z", "-F", "-e", MARK, transaction.head, "--", "*.md", env=_GLOBS)
    prefix = len(transaction.head) + 1
    listed = [_path(name[prefix:]) for name in split_nul(found.output)] if found.status == 0 else []
    paths = [path for path in listed if is_note(path)]
    names = [f"{transaction.head}:{path}" for path in paths]
    objects = (repository.read_object(name) for name in names)
    files = {path: found_[2] for path, found_ in zip(paths, objects, strict=True) if found_ is not None}
    if not any(parted(content)[1] for content in files.values()):
        return ()
    merged = merge_files(files, files, files, is_taken=_Taken(repository, transaction.head, frozenset(files)))
    changes = tuple(Change(path, content) for path, content in merged.items() if files.get(path) != content)
    transaction.commit(Act("resolve", changes, "A merge of git's left two texts in one note."))
    return _disputed(merged, files)


def _check_branch(transaction: Transaction, head: Head) -> None:
    """Refuse to go on where a person has switched to another branch, which is not to be shared by this one's name."""
    if transaction.ref != head.ref:
        raise VaultBusyError(f"The vault is on {transaction.ref} now, it was on {head.ref}", "Run sync again")


def _pulled(repository: Repository, writing: Writing, head: Head, theirs: CommitId, done: Synced) -> Synced:
    """Take the remote's commit over."""
    with writing() as transaction:
        _check_branch(transaction, head)
        found = compare(repository, transaction.head, theirs)
        if not found.is_behind:
            return replace(done, revision=transaction.head)
        merging = _Merging(repository, found)
        changes = merging.changes()
        for change in changes:
            check_brought(change.path, change.content or b"")
        receipt = transaction.merge(theirs, Act("merge", changes))
    return replace(
        done,
        revision=receipt.commit,
        came=tuple(sorted({*done.came, *(change.path for change in changes)})),
        merged=done.merged if receipt.commit == theirs else receipt.commit,
        disputed=tuple(sorted({*done.disputed, *merging.disputed})),
    )


def _pushed(remote: Remote, ours: CommitId, done: Synced) -> Synced:
    count = remote.lacks(ours)
    if count:
        remote.push(ours)
    return replace(done, went=count, is_pushed=True)


class _Merging:
    """The files of both sides, of all paths that either changed."""

    def __init__(self, repository: Repository, found: Comparison) -> None:
        self._repository = repository
        self._found = found
        self._modes: dict[str | None, dict[NotePath, tuple[str, str]]] = {}
        self.disputed: tuple[NotePath, ...] = ()

    def changes(self) -> tuple[Change, ...]:
        """Return in what both together differ from ours."""
        found = self._found
        ours, theirs = (self._changed(side) for side in (found.ours, found.theirs))
        paths = sorted({*ours, *theirs})
        at_base = {path: old for side in (ours, theirs) for path, (old, _) in side.items()}
        sides = [{path: side[path][1] if path in side else at_base[path] for path in paths} for side in (ours, theirs)]
        is_taken = _Taken(self._repository, found.ours, frozenset(paths))
        if not ours and not _has_twins(at_base, sides[1], is_taken):  # nothing of our own: theirs as it is
            contents = self._contents([sides[1]])
            return tuple(
                Change(path, contents[blob] if blob else None, self._mode(path) if blob else None)
                for path, blob in sides[1].items()
            )
        contents = self._contents([at_base, *sides])
        base_files, our_files, their_files = (
            {path: contents[blob] for path, blob in versions.items() if blob} for versions in (at_base, *sides)
        )
        merged = merge_files(base_files, our_files, their_files, is_taken=is_taken)
        self.disputed = _disputed(merged, {*our_files, *their_files})
        modes = {path: self._mode(path) for path in merged}
        differing = [
            path
            for path in sorted({*our_files, *merged})
            if our_files.get(path) != merged.get(path) or (path in merged and modes[path] != self._our_mode(path))
        ]
        return tuple(Change(path, merged.get(path), modes.get(path)) for path in differing)

    def _our_mode(self, path: NotePath) -> str | None:
        ours, theirs = (self._modes.get(side, {}).get(path) for side in (self._found.ours, self._found.theirs))
        mode = ours[1] if ours else theirs[0] if theirs else _NO_MODE
        return None if mode == _NO_MODE else mode

    def _mode(self, path: NotePath) -> str | None:
        """Return the mode that both sides together give a file: a changed one; of two new ones that of a program."""
        sides = [self._modes.get(side, {}).get(path) for side in (self._found.ours, self._found.theirs)]
        known = [modes for modes in sides if modes]
        changed = [new for old, new in known if new not in (old, _NO_MODE)]
        kept = [mode for modes in known for mode in modes if mode != _NO_MODE]
        return max(changed or kept, default=None)

    def _changed(self, side: CommitId | None) -> dict[NotePath, tuple[BlobId | None, BlobId | None]]:
        """Return the version at the base and at one side of all files that differ."""
        if side is None:
            return {}
        base = self._found.base or EMPTY_TREE
        output = self._repository.run(
            "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--end-of-options", base, side
        )
        fields = iter(split_nul(output))
        changed = {}
        modes_of = self._modes.setdefault(side, {})
        for meta in fields:
            path = _path(next(fields, b""))
            modes = meta.lstrip(b":").decode("ascii").split(" ")
            for mode in modes[:2]:
                if mode not in FILE_MODES and mode != _NO_MODE:
                    raise UnsafePathError(path, "is a link or a submodule on one side")
            old, new = (BlobId(blob) if blob != NO_OBJECT else None for blob in modes[2:4])
            changed[path] = (old, new)
            modes_of[path] = (modes[0], modes[1])
        return changed

    def _contents(self, sides: Iterable[Versions]) -> dict[BlobId, bytes]:
        wanted = list(dict.fromkeys(blob for side in sides for blob in side.values() if blob))
        found = {BlobId(name): content for name, content in self._repository.read_many(wanted)}
        for blob in wanted:
            if blob not in found:
                raise GitCommandError("cat-file", f"version {blob[:12]} is not here, as in a partial clone")
        return found


def _has_twins(base: Versions, side: Versions, is_taken: Callable[[str], bool]) -> bool:
    """Whether a side has made files whose names differ in case alone from others."""
    folded = [fold(path) for path, blob in side.items() if blob]
    new = [fold(path) for path, blob in side.items() if blob and not base.get(path)]
    return len(set(folded)) < len(folded) or any(map(is_taken, new))


def _disputed(merged: Mapping[NotePath, bytes], known: Collection[NotePath]) -> tuple[NotePath, ...]:
    """Return the paths of the notes that a merge has made of the other text of a clash."""
    new = (path for path in sorted(merged) if path not in known and is_note(path))
    return tuple(path for path in new if read(merged[path]).properties.get("status") == "disputed")


class _Taken:
    """Whether a folded path is that of a file which neither side changed; looked up when first asked."""

    def __init__(self, repository: Repository, ours: CommitId | None, changed: frozenset[NotePath]) -> None:
        self._repository = repository
        self._ours = ours
        self._changed = changed
        self._known: frozenset[str] | None = None

    def __call__(self, folded: str) -> bool:
        if self._known is None:
            listed = self._repository.run(
                "ls-tree", "-r", "-z", "--name-only", "--full-tree", str(self._ours or EMPTY_TREE)
            )
            self._known = frozenset(fold(path) for path in map(_path, split_nul(listed)) if path not in self._changed)
        return folded in self._known


def _path(name: bytes) -> NotePath:
    try:
        return NotePath(name.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise UnsafePathError(name.decode("utf-8", "replace"), "has a name that is not UTF-8") from exc
