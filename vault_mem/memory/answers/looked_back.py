"""What the verbs that look back answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault_mem.memory.answers.written import NoteAnswer
from vault_mem.notes.model import NotePath


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a note in its log, newest first.

    Attributes:
        time: when it was written, by the committer's clock.
        arrived: when the branch's first-parent line got it, where that differs: it was merged, or a clock was wrong.
        blob: None where the commit deleted the note.
    """

    commit: str
    time: datetime
    author: str
    agent: str | None
    session: str | None
    operation: str | None
    subject: str
    reason: str
    path: NotePath
    blob: str | None
    arrived: datetime | None = None


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """One line of a note and the commit that gave it its present text; `commit` is None for an uncommitted line."""

    line: int
    text: str
    commit: str | None
    time: datetime | None
    author: str | None
    agent: str | None
    session: str | None
    reason: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How a note changed between two versions; `patch` is a unified diff."""

    old_commit: str | None
    new_commit: str | None
    old_version: str | None
    new_version: str | None
    properties: tuple[str, ...]
    sections: tuple[str, ...]
    links_added: tuple[str, ...]
    links_removed: tuple[str, ...]
    patch: str


@dataclass(frozen=True, slots=True)
class History:
    """A note's past in the view asked for; the parts of the other views are empty.

    Attributes:
        view: log, diff, blame or as-of.
        versions: for log, newest first.
        difference: for diff.
        blame: for blame, by line.
        note: for as-of.
    """

    revision: str | None
    path: NotePath
    title: str
    view: str
    versions: tuple[Version, ...] = ()
    difference: Difference | None = None
    blame: tuple[BlamedLine, ...] = ()
    note: NoteAnswer | None = None
