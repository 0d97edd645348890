"""Whether the repository is in a state in which a commit of ours does no harm; reading needs none of this."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vault_mem.errors import DetachedHeadError, OperationInProgressError, StorageError, UnsupportedRepositoryError
from vault_mem.notes.model import CommitId
from vault_mem.vault.checkouts.registrations import read_registration
from vault_mem.vault.gitindex.staging import GitIndex
from vault_mem.vault.repository import Repository

# What git leaves in a work tree's git directory during an operation. Source: git's `wt-status.c`.
_MARKS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
_BRANCH = re.compile(r"ref: (refs/heads/\S+)\s*\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """The branch HEAD is on, and its commit, None before the first one."""

    ref: str
    commit: CommitId | None


def read_head(repository: Repository) -> Head:
    """Return the branch and commit as they are on disk now.

    Raises:
        DetachedHeadError: if HEAD is on no branch.
        UnsupportedRepositoryError: if the branch is not there but is no new branch either.
    """
    try:
        text = (repository.git_dir / "HEAD").read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise StorageError(repository.git_dir / "HEAD", exc.strerror or str(exc)) from exc
    match = _BRANCH.match(text)
    if match is None:
        shown = read_registration(repository.git_dir)
        raise DetachedHeadError(checkout_of=shown.at if shown else None)
    found = repository.read_object(match[1])
    if found is not None and found[1] != "commit":
        raise UnsupportedRepositoryError(f"{match[1]} is no commit", "Look at it with 'git show-ref'")
    return Head(match[1], CommitId(found[0]) if found else None)


def operation_in_progress(repository: Repository) -> str | None:
    """Return what git is in the middle of, as git names it: merge, rebase, cherry-pick, revert or bisect."""
    return next((name for mark, name in _MARKS.items() if (repository.git_dir / mark).exists()), None)


def check_ready(repository: Repository, index: GitIndex) -> None:
    """Refuse to write in the middle of somebody's operation.

    Raises:
        OperationInProgressError: during a merge, rebase, cherry-pick, revert or bisect, or with unmerged files.
    """
    operation = operation_in_progress(repository)
    if operation is not None:
        raise OperationInProgressError(operation)
    if index.is_unmerged():
        raise OperationInProgressError("merge")
