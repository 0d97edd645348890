"""What `replay` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault_mem.memory.answers.plain import Json
from vault_mem.notes.model import NotePath


@dataclass(frozen=True, slots=True)
class AnsweredNote:
    """A hit as it is recorded: the note's ULID (None for a note without), where it was, and its version."""

    id: str | None
    path: NotePath
    version: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that changed since a recall.

    Attributes:
        code: rewritten, dirty, program, index, weights, model, reranker, engine, zone, tags, refused or unexplained.
        message: what it was and what it is, one sentence without a final stop.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReplayedRecall:
    """One recall, asked again at the revision it saw.

    Attributes:
        time: when it was asked.
        question: what was asked, by the names of `recall`'s parameters; defaults are left out, times are UTC.
        revision: what the answer spoke for; `dirty` says whether work-tree text took part, which no commit has.
        is_same: whether the same ids (paths, of notes without) came in the same order.
        before: the hits then.
        now: the hits now; empty where the revision is gone.
        causes: what changed since, whether it made a difference or not; `unexplained` alone if nothing did.
    """

    time: datetime
    agent: str | None
    question: Mapping[str, Json]
    revision: str | None
    dirty: bool
    is_same: bool
    before: tuple[AnsweredNote, ...]
    now: tuple[AnsweredNote, ...]
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """A session whose recalls are recorded: how many, when, and the agent that asked last."""

    session: str
    agent: str | None
    recalls: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """The recalls of one session asked again, or the sessions that have some.

    Attributes:
        session: whose recalls, None for the list of sessions.
        recalls: one page, the oldest first.
        sessions: one page, the last one first.
        total: how many recalls, or sessions, there are.
        same, differing: recalls of this page.
        skipped: lines of the records that could not be read.
        next_offset: where the next page begins, None at the end.
        notice: why recalls are not recorded, if they are not.
    """

    revision: str | None
    session: str | None
    recalls: tuple[ReplayedRecall, ...] = ()
    sessions: tuple[RecordedSession, ...] = ()
    total: int = 0
    same: int = 0
    differing: int = 0
    skipped: int = 0
    next_offset: int | None = None
    notice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearedRecalls:
    """What was deleted: recalls of one session, or (`session` is None) all of them."""

    revision: str | None
    session: str | None
    recalls: int
