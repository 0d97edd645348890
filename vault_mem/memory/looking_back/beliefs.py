"""What recall answers first to one question, at many revisions of the branch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from vault_mem.index.ancestry import Ancestry
from vault_mem.memory.answers import Belief, Hit
from vault_mem.memory.recalling import answered
from vault_mem.memory.session import Session
from vault_mem.notes.model import CommitId, NotePath
from vault_mem.notes.schema import STATUSES
from vault_mem.recall.query import Question


@dataclass
class Beliefs:
    """The first answers to a question, each asked for once.

    Attributes:
        question: asked without `at`; one hit is all that it needs.
        head: the revision that the branch's line ends in.
        recalls: how often recall was asked.
    """

    session: Session
    question: Question
    head: CommitId
    recalls: int = field(default=0, init=False)
    _known: dict[CommitId, Belief | None] = field(default_factory=dict, init=False)

    @cached_property
    def order(self) -> Ancestry:
        """The commits behind the head."""
        return self.session.index.commits.order(self.head)

    def at(self, commit: CommitId) -> Belief | None:
        """Return the first answer at a commit, None if nothing was found."""
        if commit not in self._known:
            hits = self._hits(commit, self.question)
            self._known[commit] = self._belief(commit, hits[0]) if hits else None
        return self._known[commit]

    def ever_known(self, limit: int, *, min_relevance: float) -> tuple[NotePath, ...]:
        """Return the notes at the head that answer surely enough, best first, those retired, forgotten or expired too.

        Each call asks recall.
        """
        filters = replace(self.question.filters, statuses=frozenset((*STATUSES, "expired")))
        hits = self._hits(self.head, replace(self.question, filters=filters, limit=limit))
        return tuple(hit.path for hit in hits if (hit.relevance or 0.0) >= min_relevance)

    def _hits(self, commit: CommitId, question: Question) -> tuple[Hit, ...]:
        self.recalls += 1
        session, asked = self.session, replace(question, at=commit)
        return session.asking(lambda: answered(session, session.at_commit(commit), asked)).hits

    def _belief(self, commit: CommitId, hit: Hit) -> Belief:
        return Belief(
            revision=commit,
            known=self.order.arrived(commit),
            id=hit.id,
            path=hit.path,
            title=hit.title,
            excerpt=hit.excerpt,
            lines=hit.lines,
            relevance=hit.relevance or 0.0,
            version=hit.version,
            commit=hit.commit,
            author=hit.author,
            agent=hit.agent,
        )


def unseen(session: Session, until: str | None) -> tuple[str, ...]:
    """Return a notice if what ends at the last commit leaves out edits that no commit has."""
    if until is not None or not session.present().differs:
        return ()
    return ("Uncommitted edits are not looked at",)


def is_alike(one: Belief | None, other: Belief | None) -> bool:
    """Whether two answers say the same words out of one note, or neither says anything.

    A note is told by its id, or by its path as long as it has none. So moving it or changing its properties changes no
    answer, and neither does the id that a note written by hand gets later.
    """
    if one is None or other is None:
        return one is other
    is_same_note = one.id == other.id if one.id and other.id else one.path == other.path
    return is_same_note and one.excerpt.split() == other.excerpt.split()
