"""The order of the commits behind one head: parents before children, and of two lines the first parent's first.

The order is depth-first post-order from the head. From it follows, without another walk: up to a commit of the head's
first-parent line stand exactly the commits that this one can reach; so the next one on the line brought what follows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate, islice

from vault_mem.notes.model import CommitId

Parents = Mapping[CommitId, tuple[CommitId, ...]]
Start = tuple[dict[CommitId, int], tuple[CommitId, ...]]


class Ancestry:
    """The commits reachable from a head, itself included, as far as their parents are known; never changed.

    Attributes:
        ranks: each commit's place, parents below children.
        line: the head's first-parent line, oldest first.
    """

    def __init__(
        self, head: CommitId, parents: Parents, times: Mapping[CommitId, str], known: Sequence[Ancestry] = ()
    ) -> None:
        """Walk from the head, down to what another ancestry knows already; what is behind its line is a part of it.

        Args:
            head: where to start.
            parents: of every known commit.
            times: committer time of every known commit, in one form that sorts as text.
            known: ancestries made of the same parents.
        """
        line: list[CommitId] = []
        commit: CommitId | None = head if head in parents else None
        start: Start | None = None
        while commit is not None and start is None:
            here = commit
            start = next((found for each in known if (found := each.behind(here)) is not None), None)
            if start is None:
                line.append(here)
                commit = next((parent for parent in parents[here][:1] if parent in parents), None)
        self._parents = parents
        self.ranks, before = start or ({}, ())
        for each in reversed(line):
            _number(each, parents, self.ranks)
        self.line: tuple[CommitId, ...] = (*before, *reversed(line))
        self._line_ranks = [self.ranks[each] for each in self.line]
        self._known_from = list(accumulate((times[each] for each in self.line), max))

    def __contains__(self, commit: CommitId) -> bool:
        """Whether the head can reach it."""
        return commit in self.ranks

    def behind(self, commit: CommitId) -> Start | None:
        """Return the ranks and the line of what a commit of this line can reach; None for any other commit."""
        if commit not in self.ranks or not self._is_on_line(commit):
            return None
        return dict(islice(self.ranks.items(), self.ranks[commit] + 1)), self.line[: self.place(commit) + 1]

    def newest_first(self) -> list[CommitId]:
        """Return the commits, children before parents."""
        return self._by_rank[::-1]

    def arrived(self, commit: CommitId) -> datetime:
        """Return from when on the head's line knows a commit that the head can reach.

        It is the running maximum of committer time (vault format §5) where the commit came in: a merge's, for a commit
        that was merged.
        """
        return datetime.fromisoformat(self._known_from[self.place(commit)])

    def before(self, moment: datetime) -> CommitId | None:
        """Return the last commit that the line knew before a moment, None if it knew none."""
        position = bisect_left(self._known_from, moment.astimezone(UTC).isoformat())
        return self.line[position - 1] if position else None

    def brought(self, commit: CommitId) -> list[CommitId]:
        """Return what a commit of the line added to the past of the one before it, itself the last; oldest first."""
        position = self.place(commit)
        start = self._line_ranks[position - 1] + 1 if position else 0
        return self._by_rank[start : self._line_ranks[position] + 1]

    @cached_property
    def _by_rank(self) -> list[CommitId]:
        return list(self.ranks)

    def reaches(self, descendant: CommitId, commit: CommitId) -> bool:
        """Whether `commit` is `descendant` or behind it; both are behind the head."""
        target = self.ranks[commit]
        waiting, seen = [descendant], {descendant}
        while waiting:
            here = waiting.pop()
            rank = self.ranks.get(here, -1)
            if here == commit or (rank >= target and self._is_on_line(here)):
                return True
            following = [parent for parent in self._parents[here] if self.ranks.get(parent, -1) >= target]
            waiting.extend(parent for parent in following if parent not in seen)
            seen.update(following)
        return False

    def last_on_line(self, commit: CommitId, candidates: Sequence[CommitId]) -> CommitId | None:
        """Return the last of some commits on another one's first-parent line, that one included; None without any.

        Args:
            commit: one that the head can reach.
            candidates: others that it can reach, parents before children.
        """
        here: CommitId | None = commit
        while here is not None and not self._is_on_line(here):
            place = bisect_left(candidates, self.ranks[here], key=self.ranks.__getitem__)
            if place < len(candidates) and candidates[place] == here:
                return here
            here = next((parent for parent in self._parents[here][:1] if parent in self.ranks), None)
        if here is None:
            return None
        end = bisect_right(candidates, self.ranks[here], key=self.ranks.__getitem__)
        return next(
            (candidates[place] for place in range(end - 1, -1, -1) if self._is_on_line(candidates[place])), None
        )

    def place(self, commit: CommitId) -> int:
        """Return the place on the line, from 0, of the commit that is or brought this one, which the head can reach."""
        return bisect_left(self._line_ranks, self.ranks[commit])

    def _is_on_line(self, commit: CommitId) -> bool:
        return self.line[self.place(commit)] == commit


def _number(head: CommitId, parents: Parents, ranks: dict[CommitId, int]) -> None:
    """Number what is reachable from head and has no rank yet, in depth-first post-order, first parents first."""
    stack: list[tuple[CommitId, bool]] = [(head, False)]
    while stack:
        commit, is_done = stack.pop()
        if commit in ranks or commit not in parents:
            continue
        if is_done:
            ranks[commit] = len(ranks)
            continue
        stack.append((commit, True))
        stack.extend((parent, False) for parent in reversed(parents[commit]))
