"""What `recall` and `context` answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault_mem.notes.model import Lines, NotePath


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a ranked passage: `share` = value * weight, what it adds to the log-odds that it answers."""

    name: str
    value: float
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers, with its evidence.

    Attributes:
        id: the note's ULID, None for a note that has none yet.
        excerpt: the passage as written; of a long one, or where there is little room, the best part of it.
        lines: where the excerpt stands.
        matched: up to five of those lines that hold most of what was asked about.
        score: 0..1, comparable within one answer.
        relevance: 0..1, how surely it answers, comparable across answers; None for a list without a question.
        scores: what the first stage added up, by name, and `claim`, the factor of what the note says of itself; with
            `explain` also what `relevance` comes from.
        confidence: the note's own claim, 0..1.
        commit, author, agent: who gave the note this text and when; None where it is not committed (`dirty`).
        age_days: whole days since that commit (since `created` if not committed).
        trusted, staleness: None while nothing has judged them.
        superseded_by: paths of the notes that replace this one.
        similar: paths of notes that say nothing more than this one, left out of the answer.
        features: the second stage's features, with `explain=True` only.
    """

    id: str | None
    path: NotePath
    title: str
    excerpt: str
    lines: Lines
    score: float
    relevance: float | None
    scores: Mapping[str, float]
    confidence: float
    commit: str | None
    author: str | None
    agent: str | None
    dirty: bool
    version: str
    created: datetime | None
    age_days: int | None
    status: str
    type: str
    tags: tuple[str, ...]
    namespace: str
    vault: str
    trusted: bool | None = None
    staleness: str | None = None
    superseded_by: tuple[NotePath, ...] = ()
    similar: tuple[NotePath, ...] = ()
    features: tuple[Feature, ...] = ()
    matched: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The time a question speaks of, as it was understood.

    Attributes:
        start: inclusive, None where it reaches back for ever.
        end: exclusive, None where it has no end.
        explicit: whether notes far from it were left out; else they only rank lower.
        phrase: the words of the question.
        tag: the tag that is a bound, None where none is.
    """

    start: datetime | None
    end: datetime | None
    explicit: bool
    phrase: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """Hits, best first; of an empty query, newest first.

    Attributes:
        total: how many notes passed the filters and matched.
        next_offset: where the next page begins, None at the end.
        is_relevant: whether a hit answers surely enough to be told to somebody who did not ask.
        did_you_mean: the question that was answered, where words of the one asked seem misspelt; else None.
        notice: things the caller should know: an index that is still catching up, unknown words.
        explanation: lines of text on how the ranking came about, with `explain=True` only.
        window: the time that the question speaks of, None if it speaks of none.
    """

    revision: str | None
    dirty: bool
    query: str
    hits: tuple[Hit, ...]
    total: int
    next_offset: int | None = None
    is_relevant: bool = True
    did_you_mean: str | None = None
    notice: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()
    window: TimeWindow | None = None


@dataclass(frozen=True, slots=True)
class ContextItem:
    """A note in a context block and why it is there: pinned, hand-off, open question, triggered or relevant."""

    reason: str
    path: NotePath
    title: str
    text: str
    lines: Lines
    commit: str | None
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Context:
    """What to know before starting, within a token budget; `text` is the whole block, ready to read."""

    revision: str | None
    dirty: bool
    text: str
    items: tuple[ContextItem, ...]
    tokens: int
    left_out: int = 0
