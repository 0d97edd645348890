"""What the verbs answer: immutable values that every shell prints as they are.

Every answer names the `revision` (commit) it speaks for; `dirty` says that work-tree text not yet in it was read too.
Times are aware UTC. `lines` are 1-based and count in the whole file. `version` is the note's blob id: give it back with
a write, and the write is refused if the note has changed since.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vault_mem.notes.model import Lines, NotePath, Value
from vault_mem.notes.times import format_time


class Answer(Protocol):
    """Any of the dataclasses below."""

    @property
    def revision(self) -> str | None:
        """Full commit id, None in a vault without a commit."""


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
        excerpt: the passage as written, cut to fit.
        score: 0..1, comparable within one answer.
        relevance: 0..1, how surely it answers, comparable across answers; None for a list without a question.
        scores: what the first stage added up, by name, and `claim`, the factor of what the note says of itself; with
            `explain` also what `relevance` comes from.
        confidence: the note's own claim, 0..1.
        commit, author, agent: who gave the note this text and when; None where it is not committed (`dirty`).
        age_days: whole days since that commit (since `created` if not committed).
        trusted, staleness: None while nothing has judged them.
        superseded_by: paths of the notes that replace this one.
        similar: paths of near-duplicates left out of the answer.
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
    notice: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()
    window: TimeWindow | None = None


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


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a note in its log, newest first; `blob` is None where the commit deleted the note."""

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


@dataclass(frozen=True, slots=True)
class Status:
    """The vault and its index in figures.

    Attributes:
        changed: notes with edits that no commit holds yet.
        by_type, by_status: notes counted.
        indexed, embedded: passages the index can find by words and by meaning, of `passages`.
        embedder, reranker: the models in use, None for none; neither is asked whether it answers.
        operation: a merge, rebase, … in progress, None otherwise.
    """

    revision: str | None
    vault: str
    branch: str | None
    notes: int
    changed: tuple[NotePath, ...]
    commits: int
    by_type: Mapping[str, int]
    by_status: Mapping[str, int]
    passages: int
    indexed: int
    embedded: int
    embedder: str | None
    lexical: str
    index_bytes: int
    index_folder: str
    operation: str | None = None
    is_writable: bool = True
    notice: tuple[str, ...] = ()
    reranker: str | None = None


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a reindex did; `seconds` is wall time."""

    revision: str | None
    notes: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `check`, `fsck` or `doctor` found.

    Attributes:
        severity: error, warning or info.
        code: kebab-case name of the kind of finding.
        path: the note or file, None for the vault as a whole.
        hint: the next step, empty if there is none.
    """

    severity: str
    code: str
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, the worst first; `checked` says what was looked at."""

    revision: str | None
    checked: tuple[str, ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def is_ok(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not any(finding.severity == "error" for finding in self.findings)


Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """Turn an answer (or a part of one) into plain JSON values: dataclasses by field, times in UTC with a `Z`.

    Raises:
        TypeError: for anything that is not an answer.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime):
        return format_time(value) + "Z"
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [to_json(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} is not part of an answer")
