"""Controlled time: when commits are made, ours and a person's, and what a memory takes for now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory

NOW = datetime(2026, 2, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def day(number: int, hour: int = 12) -> datetime:
    """Return an hour of a day of January 2026, UTC."""
    return datetime(2026, 1, number, hour, tzinfo=UTC)


@contextmanager
def committing_at(moment: datetime) -> Iterator[None]:
    """Make commits and tags at this time, whoever makes them."""
    stopped = SimpleNamespace(**{**vars(time), "time": moment.timestamp})
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("GIT_COMMITTER_DATE", moment.isoformat())
        patches.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00+0000")  # never looked at
        patches.setattr("vault_mem.vault.identity.time", stopped)
        yield


@contextmanager
def remembering(vault: Path, *, now: datetime = NOW, agent: str | None = None) -> Iterator[Memory]:
    """Open a vault whose present is this time, for a `with` block."""
    with vault_mem.open_memory(vault, agent=agent) as memory:
        memory._session._clock = lambda: now
        yield memory


def make_empty(folder: Path) -> Path:
    """Make a vault on the first of January."""
    with committing_at(day(1)):
        vault_mem.initialise(folder)
    return folder


def commit(
    vault: Path, moment: datetime, files: Mapping[str, str | None] | None = None, *, subject: str = "by hand"
) -> str:
    """Commit the work tree as a person would, after writing these files (None: delete), and return the commit."""
    for path, text in (files or {}).items():
        if text is None:
            (vault / path).unlink()
        else:
            write(vault, path, text, age=0)  # git sees by the time that a file of the same size is another
    with committing_at(moment):
        git(vault, "add", "-A")
        git(vault, "commit", "-qm", subject)
    return head(vault)


def merge(vault: Path, moment: datetime, branch: str, *options: str) -> str:
    """Merge a branch by plain git, and return the merge."""
    with committing_at(moment):
        git(vault, "merge", "-q", "--no-edit", *options, branch)
    return head(vault)


def head(vault: Path, revision: str = "HEAD") -> str:
    return git(vault, "rev-parse", f"{revision}^{{commit}}").strip()
