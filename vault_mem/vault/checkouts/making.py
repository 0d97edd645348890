"""Checkouts: the vault as it was, in a folder of its own, which git knows as a work tree with a detached HEAD.

Only ordinary files are written there: links and submodules of the state are left out, and no filter and no hook runs,
whoever configured it. Files outside hidden folders and Logseq's own are marked read-only; folders are not, so that
Obsidian can keep its settings there and a person can delete the whole.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vault_mem.errors import CheckoutError, GitCommandError, StorageError, VaultMemError
from vault_mem.notes.model import CommitId
from vault_mem.vault.checkouts.conditions import Condition, look, told
from vault_mem.vault.checkouts.destinations import check_destination, is_same, resolved
from vault_mem.vault.checkouts.registrations import MAX_TYPED, Registration, read_registrations
from vault_mem.vault.checkouts.removal import erase
from vault_mem.vault.failures import failure, reporting, said
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.objects import FILE_MODES
from vault_mem.vault.repository import Repository, split_nul

_TIMEOUT = 1_800.0
_WAIT = 5.0
# The whole state, as its bytes are in git, whatever the vault's own work tree is set to.
_OPTIONS = ("core.sparseCheckout=false", "core.autocrlf=false", "core.protectNTFS=true", "core.protectHFS=true")
# What git says in its C locale. Source: git's `entry.c`, `read-cache.c`, `object-file.c`, `promisor-remote.c`.
_MISSING = re.compile("promisor|unable to read|not a tree object|missing (blob|tree)|could not (read|fetch)|bad object")
_NO_NAME = re.compile(
    "File name too long|Illegal byte sequence|Invalid argument|invalid path|already exists, no checkout"
)


@dataclass(frozen=True, slots=True)
class _Contents:
    """The paths of a state: what is written, and what is left out (links, submodules)."""

    files: tuple[bytes, ...]
    others: tuple[bytes, ...]


Found = tuple[Registration, Condition]


class Checkouts:
    """The checkouts of one repository; one process at a time makes or removes them."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        """Keep the lock in `folder`, which all work trees of the repository share."""
        self._repository = repository
        self._folder = folder
        self._lock = WritersLock(folder, "checkouts.lock", doing="making or removing checkouts of the vault")

    def read(self) -> list[Found]:
        """Return all of them, newest first, and how they are now."""
        found = read_registrations(self._repository.common_dir)
        return [(registration, look(registration)) for registration in found]

    def make(self, folder: Path, commit: CommitId, *, at: str, now: datetime) -> Registration:
        """Make one, after forgetting those whose folder is gone; see `make`.

        Raises:
            VaultBusyError: if another process keeps making or removing checkouts.
        """
        with self._holding():
            for registration, condition in self.read():
                if not condition.is_there and condition.is_safe:
                    erase(registration)
            return make(self._repository, folder, commit, at=at, now=now)

    def remove(self, folder: Path, *, force: bool) -> Found:
        """Remove one, and return it, with what was lost.

        Raises:
            CheckoutError: if there is none of ours in that folder; if it is the open one; without `force`, if a person
                changed or added files in it or moved its HEAD.
            StorageError, VaultBusyError: if the disk refuses, or another process is at it.
        """
        target = resolved(folder)
        with self._holding():
            registration = self._find(target)
            condition = look(registration)
            if self._is_open(registration):
                raise CheckoutError(f"{target} is the vault that is open", "Remove it from the vault itself")
            if not condition.is_safe and not force:
                raise CheckoutError(f"{target} {told(condition)}", "Save what you need, then repeat with --force")
            erase(registration)
            return registration, replace(condition, is_there=False)

    def prune(self) -> tuple[list[Found], list[Found]]:
        """Remove all in which nobody changed anything, and return them; then those that are kept.

        Raises:
            StorageError, VaultBusyError: if the disk refuses, or another process is at it.
        """
        removed: list[Found] = []
        kept: list[Found] = []
        with self._holding():
            for registration, condition in self.read():
                if condition.is_safe and not self._is_open(registration):
                    erase(registration)
                    removed.append((registration, replace(condition, is_there=False)))
                else:
                    kept.append((registration, condition))
        return removed, kept

    def _find(self, target: Path) -> Registration:
        for registration in read_registrations(self._repository.common_dir):
            if registration.folder == target or is_same(registration.folder, target):
                return registration
        raise CheckoutError(
            f"{target} is no checkout of this vault", "'vault-mem checkout --list' shows those that are"
        )

    def _is_open(self, registration: Registration) -> bool:
        return registration.git_dir == self._repository.git_dir

    @contextmanager
    def _holding(self) -> Iterator[None]:
        with reporting(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock.hold(_WAIT):
            yield


def make(repository: Repository, folder: Path, commit: CommitId, *, at: str, now: datetime) -> Registration:
    """Make a checkout; where it fails, nothing is left behind.

    Args:
        repository: where the commit is.
        folder: a new or empty folder; folders above it are made.
        commit: the state.
        at: what was typed for it.
        now: the current moment.

    Raises:
        CheckoutError: if the folder cannot be one, an object of the state is not in this clone, or the system cannot
            hold one of its names.
        StorageError: if the disk refuses.
        GitCommandError: if git fails otherwise.
    """
    target = check_destination(repository, folder)
    contents = _contents(repository, commit)
    wanted = Registration(repository.common_dir, target, commit, at[:MAX_TYPED], now.replace(microsecond=0))
    new = [path for path in (target, *target.parents) if not path.exists()]
    try:
        with reporting(target):
            target.mkdir(parents=True, exist_ok=True)
        _add(repository, wanted)
        with closing(Repository.open(target, own_filters=False)) as tree:
            _fill(tree, commit, contents)
            return replace(wanted, git_dir=tree.git_dir)
    except BaseException:
        _take_back(repository, target, new)
        raise


def _contents(repository: Repository, commit: CommitId) -> _Contents:
    listed = repository.attempt("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    if listed.status:
        raise _failure("ls-tree", listed.error, repository.root)
    files: list[bytes] = []
    others: list[bytes] = []
    for record in split_nul(listed.output):
        facts, _, path = record.partition(b"\t")
        (files if facts.split(b" ")[0].decode("ascii") in FILE_MODES else others).append(path)
    return _Contents(tuple(files), tuple(others))


def _add(repository: Repository, wanted: Registration) -> None:
    command = ("worktree", "add", "--no-checkout", "--detach", "--lock", "--reason", wanted.reason)
    outcome = repository.attempt(*command, "--", str(wanted.folder), wanted.commit, options=_OPTIONS)
    if outcome.status:
        raise _failure("worktree", outcome.error, wanted.folder)


def _fill(tree: Repository, commit: CommitId, contents: _Contents) -> None:
    """Write the index and the files; the index comes first, so that none of the files looks like a person's."""
    _run(tree, "read-tree", "--end-of-options", commit)
    if contents.others:
        _run(tree, "update-index", "-z", "--skip-worktree", "--stdin", stdin=_listed(contents.others))
    if contents.files:
        _run(tree, "checkout-index", "-z", "--stdin", stdin=_listed(contents.files))
    with reporting(tree.root):
        for name in contents.files:
            _mark_read_only(tree.root, os.fsdecode(name))
    tree.attempt("update-index", "-q", "--refresh", options=_OPTIONS, timeout=_TIMEOUT)


def _mark_read_only(root: Path, name: str) -> None:
    if name.startswith((".", "logseq/")) or "/." in name:
        return
    path = root / name
    path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def _take_back(repository: Repository, target: Path, new: Sequence[Path]) -> None:
    """Remove what a failed attempt made, the folders above included; the failure itself is what the caller hears of."""
    with suppress(VaultMemError):
        for registration in read_registrations(repository.common_dir):
            if registration.folder == target:
                erase(registration)
    for path in new:
        with suppress(OSError):
            path.rmdir()


def _run(tree: Repository, *arguments: str, stdin: bytes | None = None) -> None:
    outcome = tree.attempt(*arguments, stdin=stdin, options=_OPTIONS, timeout=_TIMEOUT)
    if outcome.status:
        raise _failure(arguments[0], outcome.error, tree.root)


def _failure(command: str, error: str, where: Path) -> CheckoutError | StorageError | GitCommandError:
    if _MISSING.search(error):
        return CheckoutError(
            f"This clone does not have all of that state: {said(error)}", "Fetch the rest with git, then repeat"
        )
    if _NO_NAME.search(error):
        return CheckoutError(
            f"That state has a name that cannot be written here: {said(error)}", "Read it with --at instead"
        )
    return failure(command, error, where)


def _listed(names: tuple[bytes, ...]) -> bytes:
    return b"\0".join(names) + b"\0"
