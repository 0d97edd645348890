"""Where a checkout may be made: in a folder of its own, empty, and apart from the repository and its work trees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vault_mem.errors import CheckoutError
from vault_mem.vault.failures import reporting
from vault_mem.vault.repository import Repository

_HINT = "Give a new or empty folder outside the vault"
_WORK_TREE = b"worktree "


def check_destination(repository: Repository, folder: Path) -> Path:
    """Return the folder, resolved, if a checkout may be made there; nothing is made yet.

    Raises:
        CheckoutError: if it is a file, is not empty, cannot be a name, or lies within the repository's own folders or
            around them.
        StorageError: if it cannot be looked at.
    """
    target = resolved(folder)
    for taken in _taken(repository):
        if target == taken:
            raise CheckoutError(f"{target} is a work tree of the vault already", f"{_HINT}; see 'git worktree list'")
        if is_within(target, taken):
            raise CheckoutError(f"{target} is inside {taken}", _HINT)
        if is_within(taken, target):
            raise CheckoutError(f"{target} has {taken} in it", _HINT)
    with reporting(target):
        if target.exists() and not target.is_dir():
            raise CheckoutError(f"{target} is a file", _HINT)
        if target.exists() and any(target.iterdir()):
            raise CheckoutError(f"{target} is not empty", _HINT)
    return target


def resolved(folder: Path) -> Path:
    """Return an absolute path without links.

    Raises:
        CheckoutError: if no folder can have that name, or git could not be told of it.
    """
    try:
        target = folder.resolve()
        os.fsencode(target)
        is_circle = any(path.is_symlink() for path in (target, *target.parents))
    except (OSError, RuntimeError, ValueError) as exc:
        raise CheckoutError(f"{str(folder)[:200]!r} cannot be the name of a folder", _HINT) from exc
    if is_circle:  # a link that is left over; before Python 3.13 `resolve` refuses it itself
        raise CheckoutError(f"{str(folder)[:200]!r} cannot be the name of a folder", _HINT)
    if "\n" in str(target) or "\0" in str(target):
        raise CheckoutError(f"{str(folder)[:200]!r} has a line break in it, where git's answers end", _HINT)
    return target


def is_within(inner: Path, outer: Path) -> bool:
    """Whether a folder is another one or lies in it, whatever case or links they are typed with."""
    return inner.is_relative_to(outer) or any(is_same(folder, outer) for folder in (inner, *inner.parents))


def _taken(repository: Repository) -> Iterator[Path]:
    """Yield the repository's folders: git directories, and every work tree."""
    yield from (repository.root, repository.git_dir, repository.common_dir)
    for line in repository.run("worktree", "list", "--porcelain").split(b"\n"):
        if line.startswith(_WORK_TREE):
            yield Path(os.fsdecode(line.removeprefix(_WORK_TREE)))


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file or folder that is there."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False
