"""What `bisect` and `timeline` answer: what recall said first, and the acts that changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault_mem.memory.acts import Act
from vault_mem.memory.answers.looked_back import Difference
from vault_mem.notes.model import Lines, NotePath


@dataclass(frozen=True, slots=True)
class Belief:
    """The first answer of recall to a question, as of a revision.

    Attributes:
        revision: as of which commit.
        known: from when on the branch knew that commit.
        excerpt, lines: the passage, and where it stands.
        relevance: how surely it answers, 0..1.
        version: the note's.
        commit, author, agent: who gave the note this text.
    """

    revision: str
    known: datetime
    id: str | None
    path: NotePath
    title: str
    excerpt: str
    lines: Lines
    relevance: float
    version: str
    commit: str | None
    author: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class ChangedText:
    """A note that an act changed, and how."""

    path: NotePath
    difference: Difference


@dataclass(frozen=True, slots=True)
class Bisected:
    """The first act after which recall answered otherwise.

    Attributes:
        revision: the later one of the two that were asked about; `since` is the earlier one.
        commits: how many acts there were in between, along the branch; `recalls` is how often it was asked.
        act: the one that changed the answer, None if both ends are alike in it. Of merged ones it is the merge.
        is_right: where nothing changed, whether the answer is the expected one at both ends or at neither; else None.
        before, after: the first answer before and after it, or at both ends where nothing changed; None for none.
        changed: what the act did to the notes of the two answers; where it changed neither, to others, five at most.
        notice: things the caller should know, such as edits that were not looked at.
        brought: of a merge, the acts it brought that changed those notes, newest first.
    """

    revision: str | None
    since: str | None
    query: str
    commits: int
    recalls: int
    act: Act | None
    before: Belief | None
    after: Belief | None
    changed: tuple[ChangedText, ...] = ()
    brought: tuple[Act, ...] = ()
    is_right: bool | None = None
    notice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """From one act on, another answer to a question, or another version of a note.

    Attributes:
        act: the commit that began it, a merge's where a merge brought it; None for what held at the beginning.
        belief: the answer from then on, None for nothing that is sure, and in a note's timeline.
        path: where the note is from then on, or was last if the act deleted it; None without an answer.
        old_path: in a note's timeline, where the note was until then, if it moved.
        difference: in a note's timeline, how the note changed.
        edits: in a note's timeline, the lines of its text that were removed (`-`) and added (`+`), without frontmatter.
        among: where the search ended early, of how many commits, `act` the last of them, one began it; None if `act`
            did.
    """

    act: Act | None
    belief: Belief | None = None
    path: NotePath | None = None
    old_path: NotePath | None = None
    difference: Difference | None = None
    edits: str = ""
    among: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """How the answer to a question, or a note, changed.

    Attributes:
        revision: the end of the stretch that was looked at; `since` is its beginning, None for the first commit.
        query: the question, None in a note's timeline.
        path: the note's, None for a question.
        turns: oldest first.
        recalls: how often recall was asked.
        notice: what was left out, or could not be looked at.
    """

    revision: str | None
    since: str | None
    query: str | None
    path: NotePath | None
    turns: tuple[Turn, ...] = ()
    recalls: int = 0
    notice: tuple[str, ...] = ()
