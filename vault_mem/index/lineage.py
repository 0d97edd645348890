"""The versions of a note: where they were, which commits gave them, and which one was made from which.

A note keeps its lineage where it moves: the commit that takes it from one path puts it at another. What a path holds at
a commit follows from the changes along that commit's first parents, because changes are kept against the first parent.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vault_mem.index.commits import CommitLog, PathChange
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord

IdOf = Callable[[BlobId], str | None]
"""The id in the frontmatter of a version, None where it has none."""

_MOVES = 1_000
_Place = tuple[NotePath, CommitId]
"""Where a note is: a path, at a commit."""


@dataclass(frozen=True, slots=True)
class Version:
    """A note at one commit of its history: the path it had, and its content there (None: deleted).

    The record comes without its changes.
    """

    record: CommitRecord
    path: NotePath
    blob: BlobId | None


class Lineage:
    """The versions of notes, among the commits that one head can reach."""

    def __init__(self, log: CommitLog, head: CommitId, *, note_id: IdOf) -> None:
        """Look back from a head; `note_id` tells notes that move and change places from each other."""
        self._log = log
        self._head = head
        self._order = log.order(head)
        self._id = note_id
        self._known: dict[NotePath, tuple[Sequence[PathChange], Sequence[CommitId]]] = {}

    def rank(self, commit: CommitId) -> int:
        """Return the commit's place among those that the head can reach, parents below children."""
        return self._order.ranks[commit]

    def trace(self, path: NotePath) -> tuple[Version, ...]:
        """Return the note's versions, newest first, under the paths it had.

        Where the note first appears at a path in a commit that takes the same note away from another path, its history
        goes on there; where a merged line still has it at an earlier path, there too. Merges that only brought a
        version are left out.

        Args:
            path: where the note is at the head (or was last).
        """
        found: list[Version] = []
        waiting = [(path, self._head)]
        seen: dict[_Place, None] = {}
        while waiting and len(seen) < _MOVES:
            place = waiting.pop(0)
            seen[place] = None
            versions, further = self._line(*place)
            found.extend(versions)
            waiting += [there for there in further if there not in seen]
            if not waiting:
                elsewhere = self._elsewhere(found, dict.fromkeys(path for path, _ in seen))
                waiting = [there for there in elsewhere if there not in seen]
        once = {(version.record.id, version.path): version for version in found}
        return tuple(sorted(once.values(), key=lambda version: -self.rank(version.record.id)))

    def at(self, path: NotePath, commit: CommitId) -> Version | None:
        """Return what a path holds at a commit that the head can reach, None if nothing was ever there.

        The record is of the commit that gave it this content, as in `CommitLog.introduced`.
        """
        last = self._last(path, commit)
        return None if last is None else self._version(self._log.origin(last, self._all(path)[0], self._order), path)

    def held(self, versions: Sequence[Version], commit: CommitId) -> Version | None:
        """Return which of a note's versions a commit has, None if it has none of them.

        Args:
            versions: as `trace` gives them.
            commit: any commit; one that the head cannot reach has none.
        """
        own = {(version.path, version.blob): None for version in versions if version.blob is not None}
        paths = dict.fromkeys(path for path, _ in own)
        there = [found for path in paths if (found := self.at(path, commit)) and (path, found.blob) in own]
        identity = next((known for _, blob in own if blob and (known := self._id(blob))), None)
        with_id = (found for found in there if identity and found.blob and self._id(found.blob) == identity)
        return next(with_id, None) or next(iter(there), None)

    def made_from(self, version: Version, places: Collection[NotePath] = ()) -> tuple[Version, ...]:
        """Return the versions that one was made from: one for each parent of its commit that has the note.

        It is looked for at the version's own path, at that from which the commit took it, and at other places. A merge
        that only brought the version was made from it, too.

        Args:
            version: as `trace` or `at` gives it.
            places: where the note was at some time.
        """
        record = self._log.record(version.record.id)
        if record is None or version.blob is None:
            return ()
        source = self._taken_from(record, version.path, version.blob)
        sure = (version.path, source) if source else (version.path,)
        found = [self._before(version, parent, sure, places) for parent in record.parents]
        return tuple(before for before in found if before is not None)

    def around(self, path: NotePath) -> frozenset[CommitId]:
        """Return the commits, among those the head can reach, that changed any note that was ever at a path.

        A note is followed both ways, to the paths it had before and after; merges that brought a change are named, too.
        """
        found: set[CommitId] = set()
        waiting, seen = [path], {path}
        while waiting and len(seen) < _MOVES:
            place = waiting.pop()
            for change in self._log.changes(place, self._order):
                found.add(change.commit)
                others = self._other_places(change, place) - seen
                seen |= others
                waiting += sorted(others)
        return frozenset(found)

    def _other_places(self, change: PathChange, path: NotePath) -> set[NotePath]:
        """Return from where a change took the note that came to a path, and where it put the one that left it."""
        if not self._leaves(change.old, change.new) and not self._leaves(change.new, change.old):
            return set()
        record = self._log.record(change.commit)
        if record is None:
            return set()
        came = self._taken_from(record, path, change.new) if change.new else None
        went = self._put_at(record, path, change.old) if change.old else None
        return {place for place in (came, went) if place is not None}

    def _before(
        self, version: Version, parent: CommitId, sure: Collection[NotePath], places: Collection[NotePath]
    ) -> Version | None:
        """Return the version of a note that a parent of its commit has, None if it has none."""
        for place in dict.fromkeys((*sure, *places)):
            last = self._last(place, parent)
            if last is None or last.new is None or version.blob is None or self._is_other(last.new, version.blob):
                continue
            if place in sure or self._is_same(last.new, version.blob):
                return self._version(last, place)
        return None

    def _elsewhere(self, versions: Sequence[Version], places: Collection[NotePath]) -> list[_Place]:
        """Return where merged lines have a note that its merge has at another path."""
        merges = [version for version in versions if len(version.record.parents) > 1 and version.blob is not None]
        return [
            (before.path, parent)
            for version in merges
            for parent in version.record.parents[1:]
            if (before := self._before(version, parent, (version.path,), places)) and before.path != version.path
        ]

    def _last(self, path: NotePath, commit: CommitId) -> PathChange | None:
        """Return the last change of a path on a commit's first-parent line, None if there is none."""
        changes, commits = self._all(path)
        last = self._order.last_on_line(commit, commits) if commit in self._order else None
        if last is None:
            return None
        return changes[-1 - bisect_left(commits, self.rank(last), key=self.rank)]

    def _all(self, path: NotePath) -> tuple[Sequence[PathChange], Sequence[CommitId]]:
        """Return the changes of a path behind the head, newest first, and their commits, oldest first; read once."""
        if path not in self._known:
            changes = self._log.changes(path, self._order)
            self._known[path] = changes, [change.commit for change in reversed(changes)]
        return self._known[path]

    def _changes(self, path: NotePath, commit: CommitId) -> list[PathChange]:
        if commit not in self._order:
            return []
        return [change for change in self._all(path)[0] if self._order.reaches(commit, change.commit)]

    def _version(self, change: PathChange, path: NotePath) -> Version | None:
        headline = self._log.headline(change.commit)
        return Version(headline, path, change.new) if headline is not None else None

    def _line(self, path: NotePath, tip: CommitId) -> tuple[list[Version], list[_Place]]:
        """Return the versions at one path that tip can reach, and where the note was before it came there.

        What stands at the path behind the commit in which the note arrives there is another note's.
        """
        changes = self._changes(path, tip)
        last = self._last(path, tip)
        own = (last.new or last.old) if last else None
        strangers = self._strangers(path, changes, own)
        found: list[Version] = []
        further: list[_Place] = []
        arrivals: list[CommitId] = []
        for position, change in enumerate(changes):
            if change.commit in strangers:
                continue
            if any(self._order.reaches(arrival, change.commit) for arrival in arrivals):
                continue
            if self._log.origin(change, changes[position:], self._order) is not change:
                continue
            version = self._own_version(change, path, own)
            if version is None:
                continue
            found.append(version)
            if version.blob is not None and self._leaves(version.blob, change.old):
                before = self._came_from(change, path, version.blob)
                further += before
                is_new = change.old is None or self._is_other(change.old, version.blob)
                if before or (is_new and not self._goes_on(changes[position + 1 :], version.blob)):
                    arrivals.append(change.commit)
        return found, further

    def _strangers(self, path: NotePath, changes: Sequence[PathChange], own: BlobId | None) -> frozenset[CommitId]:
        """Return the commits that gave or took a version without an id that is none of the note with one at a path.

        It is one of the note's if the note was given its id on top of it, lost its id there, or if it follows on its
        line from one that is.
        """
        if own is None or self._id(own) is None:
            return frozenset()
        without = [change for change in reversed(changes) if not self._has_id(change.new or change.old)]
        if not without:
            return frozenset()
        given = [change.commit for change in changes if self._gives_id(path, change, own)]
        known: set[CommitId] = set()
        for change in without:
            is_behind = any(self._order.reaches(commit, change.commit) for commit in given)
            if is_behind or self._drops_id(path, change, own) or (change.old and self._follows(path, change, known)):
                known.add(change.commit)
        return frozenset(change.commit for change in without) - known

    def _follows(self, path: NotePath, change: PathChange, known: Collection[CommitId]) -> bool:
        """Whether what a commit changed at a path was put there by one of some commits."""
        headline = self._log.headline(change.commit)
        for parent in headline.parents[:1] if headline else ():
            before = self._last(path, parent)
            return before is not None and before.commit in known
        return False

    def _gives_id(self, path: NotePath, change: PathChange, own: BlobId) -> bool:
        """Whether a commit gave a note its id where it stood: no merge, and neither note is also at another path."""
        if not change.old or not change.new or self._id(change.old) is not None or not self._is_same(change.new, own):
            return False
        record = self._log.record(change.commit)
        if record is None or len(record.parents) > 1:
            return False
        return self._taken_from(record, path, change.new) is None and self._put_at(record, path, change.old) is None

    def _drops_id(self, path: NotePath, change: PathChange, own: BlobId) -> bool:
        """Whether a commit took the id out of a note where it stood: it put the note nowhere else."""
        if not change.old or not self._is_same(change.old, own):
            return False
        record = self._log.record(change.commit)
        return record is not None and self._put_at(record, path, change.old) is None

    def _own_version(self, change: PathChange, path: NotePath, own: BlobId | None) -> Version | None:
        """Return what a change did to the note that a line is about: gone where another took its place."""
        version = self._version(change, path)
        if version is None or own is None:
            return version
        was_other = change.old is None or self._is_other(change.old, own)
        if change.new is None or self._is_other(change.new, own):
            return None if was_other else replace(version, blob=None)
        return version

    def _came_from(self, change: PathChange, path: NotePath, blob: BlobId) -> list[_Place]:
        """Return where a note was before the commit in which it arrives at a path; of a merge, at that path too."""
        record = self._log.record(change.commit)
        source = self._taken_from(record, path, blob) if record else None
        if record is None or source is None or not record.parents:
            return []
        return [(source, record.parents[0]), *((path, parent) for parent in record.parents[1:])]

    def _taken_from(self, record: CommitRecord, path: NotePath, blob: BlobId) -> NotePath | None:
        """Return the path the commit took the note from, the one with the same bytes first."""
        left = ((each.path, each.old) for each in record.changes if self._leaves(each.old, each.new))
        return self._with_note(left, path, blob)

    def _put_at(self, record: CommitRecord, path: NotePath, blob: BlobId) -> NotePath | None:
        """Return the path the commit moved the note to, the one with the same bytes first."""
        came = ((each.path, each.new) for each in record.changes if self._leaves(each.new, each.old))
        return self._with_note(came, path, blob)

    def _has_id(self, blob: BlobId | None) -> bool:
        return blob is not None and self._id(blob) is not None

    def _leaves(self, blob: BlobId | None, other: BlobId | None) -> bool:
        """Whether what is at a path on one side of a change may be gone on the other: nothing there, or another id."""
        return blob is not None and (other is None or self._id(blob) != self._id(other))

    def _with_note(
        self, places: Iterable[tuple[NotePath, BlobId | None]], path: NotePath, blob: BlobId
    ) -> NotePath | None:
        others = [(place, content) for place, content in places if place != path and content]
        same = (place for place, content in others if content == blob)
        return next(same, None) or next((place for place, content in others if self._is_same(content, blob)), None)

    def _goes_on(self, older: Sequence[PathChange], blob: BlobId) -> bool:
        """Whether what was taken from the path before is the note that appears there now (it was brought back)."""
        gone = (
            change.old for change in older if change.old and (not change.new or self._is_other(change.old, change.new))
        )
        before = next(gone, None)
        return before is not None and self._is_same(before, blob)

    def _is_same(self, one: BlobId, other: BlobId) -> bool:
        """Whether two versions are surely of one note: the same bytes, or the same id."""
        return one == other or (self._id(one) is not None and self._id(one) == self._id(other))

    def _is_other(self, one: BlobId, other: BlobId) -> bool:
        """Whether two versions are surely of two notes: each has an id, and not the same."""
        return one != other and None not in (self._id(one), self._id(other)) and self._id(one) != self._id(other)
