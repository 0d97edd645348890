"""What the verbs that write, read and link answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault_mem.notes.model import Lines, NotePath, Value


@dataclass(frozen=True, slots=True)
class Written:
    """One note after a write.

    Attributes:
        action: created, revised, superseded, archived, restored, linked or unchanged.
        similar: paths of notes that say nearly the same; the write happened all the same.
        warnings: links that lead nowhere and the like.
        commit: the act's commit, None if nothing had to change.
        revision: the commit that holds now.
    """

    id: str | None
    path: NotePath
    title: str
    version: str
    action: str
    similar: tuple[NotePath, ...] = ()
    warnings: tuple[str, ...] = ()
    commit: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The notes of one act of memory, in the order given; `commit` is None if nothing had to change."""

    revision: str | None
    commit: str | None
    notes: tuple[Written, ...]
    notice: tuple[str, ...] = ()

    @property
    def note(self) -> Written:
        """The first note: the only one, where one was written."""
        return self.notes[0]


@dataclass(frozen=True, slots=True)
class SkippedNote:
    """A note that was not imported: its place among those given (from 1), and the error with what to do about it."""

    position: int
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Imported:
    """How many notes an import created, revised, found unchanged and skipped, and in how many commits.

    Attributes:
        reasons: why notes were skipped, the first 1,000 of them.
        dry_run: whether nothing was written; what is given twice counts twice then.
    """

    revision: str | None
    commits: int
    created: int
    revised: int
    unchanged: int
    skipped: int
    reasons: tuple[SkippedNote, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class NoteAnswer:
    """A note, or a section of it, as it stands at a revision.

    Attributes:
        text: what was asked for: the whole file, a section, or lines.
        lines: where `text` stands in the file.
        properties: the frontmatter as written.
        sections: the headings it has, to ask for.
    """

    revision: str | None
    dirty: bool
    id: str | None
    path: NotePath
    title: str
    type: str
    status: str
    namespace: str
    text: str
    lines: Lines
    properties: Mapping[str, Value]
    sections: tuple[str, ...]
    version: str
    commit: str | None
    author: str | None
    agent: str | None
    changed: datetime | None
    superseded_by: tuple[NotePath, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A link between two notes.

    Attributes:
        relation: the frontmatter key; `links` for a link in the text.
        direction: `out` from the note asked for, `in` towards it.
        path: the note at the other end; None where the link is broken or ambiguous.
        target: the link's text as written.
        depth: hops from the note asked for, from 1.
        via: the note the hop starts from.
    """

    relation: str
    direction: str
    path: NotePath | None
    title: str
    target: str
    depth: int
    via: NotePath


@dataclass(frozen=True, slots=True)
class Related:
    """A note's links and backlinks, nearest first."""

    revision: str | None
    path: NotePath
    title: str
    relations: tuple[Relation, ...]
    commit: str | None = None
    version: str | None = None
