"""At which revisions a question is asked, so that every change of its answer is found without asking at each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vault_mem.index.lineage import Lineage
from vault_mem.memory.answers import Belief
from vault_mem.memory.looking_back.beliefs import Beliefs, is_alike
from vault_mem.memory.session import Progress
from vault_mem.notes.model import CommitId, NotePath


@dataclass(frozen=True, slots=True)
class Effort:
    """How often a question is asked.

    Attributes:
        whole: a stretch of at most this many commits is asked at each of them.
        samples: at how many commits a longer one is asked first, both ends included, at least 2.
        notes: how many notes that answer now, or did before they were retired, are followed from the beginning;
            none is one recall less.
        changes: how many recalls may have been used before searches for exact acts go first.
        recalls: how often it is asked at most; more often than `whole` and `samples`.
    """

    whole: int = 48
    samples: int = 16
    notes: int = 5
    changes: int = 100
    recalls: int = 150


@dataclass(frozen=True, slots=True)
class Change:
    """A place on the line at which another answer was given than at the one asked before it.

    Attributes:
        place: of the later one.
        among: how many commits there are from the one asked before to this one; 1 where the act is found.
    """

    place: int
    among: int


class Soundings:
    """The answers to a question at places of a line of first parents, asked where they may change.

    First at some places, then wherever a note changed that was an answer, or would be one now if it were not retired,
    then by halving between neighbours that differ; within each, the newest first.
    """

    def __init__(
        self,
        beliefs: Beliefs,
        lineage: Lineage,
        stretch: range,
        *,
        effort: Effort,
        min_relevance: float,
        progress: Progress | None,
    ) -> None:
        """Ask nothing yet.

        Args:
            beliefs: the question.
            lineage: of the same head.
            stretch: places on the head's line, not empty.
            effort: how often to ask.
            min_relevance: an answer that is less sure counts as none, 0..1.
            progress: called with (stage, done, total) before each recall.
        """
        self._beliefs = beliefs
        self._lineage = lineage
        self._stretch = stretch
        self._effort = effort
        self._min_relevance = min_relevance
        self._progress = progress
        self._answers: dict[int, Belief | None] = {}
        self._samples = _spread(stretch, effort)
        self._changed: set[int] = set()
        self._notes: set[NotePath] = set()

    @property
    def line(self) -> Sequence[CommitId]:
        """The line that the places are on."""
        return self._beliefs.order.line

    def answer(self, place: int) -> Belief | None:
        """Return the answer at a place that was asked about, None for none that is sure.

        An answer is sure enough as long as it stays the same, if it is so at one of the places next to each other:
        other notes that come and go make the same words of the same note answer a little more or less surely.
        """
        return self._told()[place]

    def search(self) -> int | None:
        """Ask until nothing is left to be found, or as often as allowed.

        Returns:
            The newest place up to which a change may not be found, or be found too late; None if the search is over.
        """
        self._follow_notes()
        while (place := self._next()) is not None and self._beliefs.recalls < self._effort.recalls:
            if self._progress:
                self._progress("asking", self._beliefs.recalls, self._effort.recalls)
            self._ask(place)
        return max((*self._unasked(), *(later for _, later in self._open())), default=None)

    def changes(self) -> Iterator[Change]:
        """Return where the answer changed, oldest first."""
        told = self._told()
        for earlier, later in pairwise(told):
            if not is_alike(told[earlier], told[later]):
                yield Change(later, later - earlier)

    def _next(self) -> int | None:
        """Return the place to ask at next."""
        samples = self._samples - self._answers.keys()
        if samples:
            return max(samples)
        unasked = max(self._unasked(), default=None)
        if unasked is not None and self._beliefs.recalls < self._effort.changes:
            return unasked
        newest = max(self._open(), default=None)
        return unasked if newest is None else self._between(*newest)

    def _unasked(self) -> frozenset[int]:
        """Return the places of the first round, and those at which a note changed, that were not asked about."""
        return frozenset((self._samples | self._changed) - self._answers.keys())

    def _open(self) -> Iterator[tuple[int, int]]:
        """Return the places next to each other that answer differently, with others in between that were not asked."""
        told = self._told()
        for earlier, later in pairwise(told):
            if later - earlier > 1 and not is_alike(told[earlier], told[later]):
                yield earlier, later

    def _told(self) -> dict[int, Belief | None]:
        """Return the answers that count, by place, oldest first."""
        places = sorted(self._answers)
        sure = {place for place in places if self._is_sure(self._answers[place])}
        for order in (places, places[::-1]):
            for known, place in pairwise(order):
                if known in sure and is_alike(self._answers[known], self._answers[place]):
                    sure.add(place)
        return {place: self._answers[place] if place in sure else None for place in places}

    def _is_sure(self, belief: Belief | None) -> bool:
        return belief is not None and belief.relevance >= self._min_relevance

    def _between(self, earlier: int, later: int) -> int:
        """Return where to ask between two places: before the later one if a note changed there, else in the middle."""
        return later - 1 if later in self._changed else (earlier + later) // 2

    def _ask(self, place: int) -> None:
        belief = self._beliefs.at(self.line[place])
        self._answers[place] = belief
        if belief is not None and self._is_sure(belief):
            self._follow(belief.path)

    def _follow_notes(self) -> None:
        """Ask where notes changed that answer at the head; not in a short stretch, which is asked about as a whole."""
        if self._effort.notes and len(self._samples) < len(self._stretch):
            for path in self._beliefs.ever_known(self._effort.notes, min_relevance=self._min_relevance):
                self._follow(path)

    def _follow(self, path: NotePath) -> None:
        """Ask wherever the notes changed that were ever at a path."""
        if path not in self._notes:
            self._notes.add(path)
            places = map(self._beliefs.order.place, self._lineage.around(path))
            self._changed.update(place for place in places if place in self._stretch)


def _spread(stretch: range, effort: Effort) -> frozenset[int]:
    """Return the places to ask at first: all of a short stretch, else both ends and places evenly between them."""
    if len(stretch) <= effort.whole:
        return frozenset(stretch)
    steps = max(2, effort.samples) - 1
    return frozenset(stretch[(len(stretch) - 1) * step // steps] for step in range(steps + 1))
