"""What the verbs that look back on the whole vault answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault_mem.notes.model import NotePath

KINDS = ("new", "revised", "superseded", "archived", "restored", "moved", "deleted")
"""What may have become of a note between two revisions, in the order of an answer."""


@dataclass(frozen=True, slots=True)
class Act:
    """One commit of the vault.

    Attributes:
        time: when it was written, by the committer's clock.
        arrived: when the branch's first-parent line got it, where that differs: it was merged, or a clock was wrong.
        operation: the act's verb, None for a commit that another program made.
        notes: the first notes it changed, by path, 20 at most; `count` says how many there were.
    """

    commit: str
    time: datetime
    arrived: datetime | None
    author: str
    agent: str | None
    session: str | None
    operation: str | None
    subject: str
    reason: str
    notes: tuple[NotePath, ...]
    count: int


@dataclass(frozen=True, slots=True)
class VaultLog:
    """Acts, newest first: children before parents, whatever the clocks said; `next_offset` is None at the end."""

    revision: str | None
    acts: tuple[Act, ...]
    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class ChangedNote:
    """What became of one note, and the last act that had to do with it.

    Attributes:
        kind: one of `KINDS`; `moved` with the same text only, else `revised` with the old path.
        path: where the note is, or was last.
        old_path: where it was before, None if it was there already (or not at all).
        commit: the act; the rest is said by it. None where a shallow clone does not have it, or where a merge left out
            a note that only the merged line had.
    """

    kind: str
    path: NotePath
    title: str
    old_path: NotePath | None
    commit: str | None
    time: datetime | None
    subject: str
    author: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in the vault between two revisions.

    Attributes:
        revision: the newer one.
        since: the older one, None for before the first commit.
        counts: notes by kind, over all pages; kinds without notes are left out.
        notes: one page, by kind and path.
        next_offset: where the next page begins, None at the end.
    """

    revision: str | None
    since: str | None
    counts: Mapping[str, int]
    notes: tuple[ChangedNote, ...]
    next_offset: int | None = None
