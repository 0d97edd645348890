"""How a checkout is now: whether it is there, and whether anything in it would be lost with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from vault_mem.errors import VaultMemError
from vault_mem.vault.checkouts.registrations import GIT_LINK, Registration
from vault_mem.vault.failures import reporting
from vault_mem.vault.repository import Repository, split_nul

MAX_CHANGED = 20
_STATUS = ("status", "--porcelain", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames")
# What an editor or a file browser writes when it only looks.
_SETTINGS = frozenset({".obsidian", "logseq"})
_TRACES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Condition:
    """How a checkout is now.

    Attributes:
        is_there: whether its folder is.
        changed: files that a person changed or added there, at most 20; deletions lose nothing.
        head: the branch or commit that a person has put HEAD on there, None if nobody has.
    """

    is_there: bool
    changed: tuple[str, ...] = ()
    head: str | None = None

    @property
    def is_safe(self) -> bool:
        """Whether nothing is lost with it."""
        return not self.changed and self.head is None


def look(registration: Registration) -> Condition:
    """Return how a checkout is now; only its own files are read."""
    if not registration.is_there:
        return Condition(is_there=False, head=registration.moved_head)
    changed = sorted(set(_changed(registration)))[:MAX_CHANGED]
    return Condition(is_there=True, changed=tuple(changed), head=registration.moved_head)


def told(condition: Condition) -> str:
    """Return why a checkout is kept, as the rest of a sentence that begins with its folder."""
    if condition.changed:
        more = ", …" if len(condition.changed) == MAX_CHANGED else ""
        return f"has files that were changed or added there: {', '.join(condition.changed)}{more}"
    return f"has its HEAD moved to {condition.head}"


def _changed(registration: Registration) -> Iterator[str]:
    """Yield the files that a person changed or added; all of them where git cannot tell."""
    try:
        with closing(Repository.open(registration.folder, own_filters=False)) as tree:
            names = [*_differing(tree), *_uncovered(tree)]
    except (VaultMemError, FileNotFoundError):
        with reporting(registration.folder):
            names = [path.name for path in registration.folder.iterdir() if path.name != GIT_LINK]
    yield from (name for name in names if not _is_trace(name))


def _differing(tree: Repository) -> Iterator[str]:
    for record in split_nul(tree.run(*_STATUS)):
        if record[:2].strip(b" D"):
            yield record[3:].decode("utf-8", "replace")


def _uncovered(tree: Repository) -> Iterator[str]:
    """Yield what stands where the state has a link or a submodule that was left out: git does not look there."""
    for record in split_nul(tree.run("ls-files", "-t", "-z")):
        if record.startswith(b"S ") and os.path.lexists(tree.root / os.fsdecode(record[2:])):
            yield record[2:].decode("utf-8", "replace")


def _is_trace(name: str) -> bool:
    parts = name.split("/")
    return parts[0] in _SETTINGS or ".obsidian" in parts or parts[-1] in _TRACES
