"""A vault with a past, and folders that show it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.vaults import git, make_vault, open_vault, write
from vault_mem.notes.model import CommitId
from vault_mem.vault.checkouts.registrations import Registration

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)


def two_commits(folder: Path) -> Path:
    """Make a vault of two commits: `a.md` and `deep/b.md`, then `a.md` with other text."""
    with make_vault(folder, a="one\n", deep__b="two\n"):
        pass
    write(folder, "a.md", "later\n")
    git(folder, "commit", "-qam", "later")
    return folder


def head(folder: Path, revision: str = "HEAD") -> CommitId:
    return CommitId(git(folder, "rev-parse", revision).strip())


def checkout(folder: Path, target: Path, revision: str = "HEAD~1", *, now: datetime = NOW) -> Registration:
    with open_vault(folder) as vault:
        return vault.checkouts.make(target, head(folder, revision), at=revision, now=now)


def listed(folder: Path) -> list[tuple[str, bool, tuple[str, ...]]]:
    with open_vault(folder) as vault:
        return [(entry.folder.name, now.is_there, now.changed) for entry, now in vault.checkouts.read()]


def prune(folder: Path) -> tuple[list[str], list[str]]:
    with open_vault(folder) as vault:
        removed, kept = vault.checkouts.prune()
    return [entry.folder.name for entry, _ in removed], [entry.folder.name for entry, _ in kept]


def remove(folder: Path, target: Path, *, force: bool = False) -> None:
    with open_vault(folder) as vault:
        vault.checkouts.remove(target, force=force)


def files(target: Path) -> set[str]:
    found = (path for path in target.rglob("*") if not path.is_dir() or path.is_symlink())
    return {path.relative_to(target).as_posix() for path in found if ".git" not in path.relative_to(target).parts}


def traces(folder: Path) -> list[Path]:
    """What the repository still knows of work trees."""
    return list((folder / ".git").glob("worktrees/*"))
