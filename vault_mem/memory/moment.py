"""The vault at one moment: a revision's notes, with what follows from all of them together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from vault_mem.errors import NoteNotFoundError
from vault_mem.index.index import Index
from vault_mem.index.view import IndexedNote, Positions, View
from vault_mem.memory.links import Edge, edges
from vault_mem.memory.references import References
from vault_mem.memory.succession import Replaced, find_successors
from vault_mem.notes.listing import Changes
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord
from vault_mem.notes.schema import DEFAULT_TIERS
from vault_mem.recall.query import ANSWERING
from vault_mem.recall.temporal import Times, Window, as_times, covered, day_of
from vault_mem.vault.layout import namespace_of


@dataclass(frozen=True)
class Moment:
    """A view of the vault with evidence; safe to share between threads, never changed.

    Attributes:
        commit: the revision it speaks for, None in a vault without a commit.
        dirty: notes whose work-tree text is not in that commit.
        gone: notes of that commit that the work tree has lost.
        view: the notes, as the index knows them.
        time: when the state was the present one; `expires` is judged by it.
        is_present: whether it is the vault as it is now, work tree included.
        is_complete: whether the index knows all of its notes.
    """

    commit: CommitId | None
    dirty: frozenset[NotePath]
    view: View
    time: datetime
    index: Index
    gone: frozenset[NotePath] = frozenset()
    is_present: bool = False
    is_complete: bool = True

    @property
    def differs(self) -> bool:
        """Whether the answer speaks of more than the commit: edits or deletions that it does not have."""
        return bool(self.dirty or self.gone)

    @cached_property
    def references(self) -> References:
        """Every name of every note."""
        return References(self.view.notes)

    @property
    def positions(self) -> Mapping[NotePath, int]:
        """Position of each note in the view, by path."""
        return self.view.places

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every link between notes, in the order of paths and of the text."""
        return edges(self.view.notes, self.references)

    @cached_property
    def successors(self) -> Mapping[NotePath, tuple[NotePath, ...]]:
        """Notes that replace a note, by its path; see `find_successors`.

        A note that was retired by one of our writes has `status: superseded` until `restore`, whoever is archived.
        """
        return find_successors(self._notes_at(self._stating), self.references)

    @cached_property
    def replaced(self) -> Replaced:
        """What replaces what, for rankings."""
        return Replaced(self.view.notes, self.positions, self.successors)

    @cached_property
    def _origins(self) -> dict[int, CommitRecord | None]:
        return {}

    def find(self, reference: str, *, at: str | None = None) -> IndexedNote:
        """Return the note that the reference means.

        Args:
            reference: an id, key, title, alias, path or link.
            at: how the caller named this moment, for the error.

        Raises:
            NoteNotFoundError, AmbiguousNoteError: see `References.find`.
        """
        path = self.references.find(reference, at=at)
        return self.view.notes[self.positions[path]]

    def note(self, path: NotePath) -> IndexedNote:
        """Return the note at a path.

        Raises:
            NoteNotFoundError: if there is none.
        """
        position = self.positions.get(path)
        if position is None:
            raise NoteNotFoundError(path)
        return self.view.notes[position]

    def blob(self, path: NotePath) -> BlobId | None:
        """Return a note's version, None if there is no note at the path."""
        position = self.positions.get(path)
        return None if position is None else self.view.notes[position].blob

    def owner(self, note_id: str) -> NotePath | None:
        """Return the note an id belongs to: where several have it, the one whose path had a commit first."""
        paths = self.references.with_id(note_id)
        if len(paths) < 2 or self.commit is None:
            return paths[0] if paths else None
        head = self.commit
        return min(paths, key=lambda path: (self.index.commits.first_rank(path, head), path))

    def origin(self, position: int) -> CommitRecord | None:
        """Return the commit that gave the note its present text, None if it is not committed."""
        if position not in self._origins:
            note = self.view.notes[position]
            known = self.commit is not None and note.path not in self.dirty
            self._origins[position] = (
                self.index.commits.introduced(note.path, note.blob, self.commit) if known and self.commit else None
            )
        return self._origins[position]

    # --- recall.filters.Facts ---

    def status(self, position: int) -> str:
        """Return the effective status: `superseded` where a successor names the note, else as stated."""
        note = self.view.notes[position]
        stated: str = note.stored.stated("status")
        return "superseded" if stated in ANSWERING and note.path in self.successors else stated

    def status_at(self, position: int, now: datetime) -> str:
        """Return the effective status, `expired` where `expires` (exclusive) has come."""
        expires = self.view.notes[position].stored.stated("expires")
        return "expired" if expires is not None and expires <= now else self.status(position)

    def answering(self, now: datetime) -> Positions:
        """Return the positions of the notes that answer unless told otherwise, in order."""
        over = [place for place in self._expiring if self.status_at(place, now) == "expired"]
        return self._answering[~np.isin(self._answering, over)] if over else self._answering

    @cached_property
    def _answering(self) -> Positions:
        """Positions of the notes whose status answers, whether they expire or not."""
        answers = np.ones(len(self.view.notes), dtype=np.bool_)
        for path in self._stating.union(self.successors):
            place = self.positions[path]
            answers[place] = self.status(place) in ANSWERING
        return np.flatnonzero(answers)

    @cached_property
    def _expiring(self) -> Sequence[int]:
        """Positions of the notes that have an end."""
        places = sorted(self.positions[path] for path in self._stating)
        return [place for place in places if self.view.notes[place].metadata.expires is not None]

    @cached_property
    def _stating(self) -> frozenset[NotePath]:
        """The notes that may state a status, an end, or what they supersede."""
        return frozenset(_stating(self.view.notes))

    def _notes_at(self, paths: Iterable[NotePath]) -> Iterator[IndexedNote]:
        return (self.view.notes[self.positions[path]] for path in sorted(paths))

    def follow(self, earlier: Moment, changes: Changes) -> None:
        """Take over what an earlier moment worked out, brought up to date by what changed since."""
        gone = [earlier.view.notes[earlier.positions[path]] for path in changes if path in earlier.positions]
        new = [self.view.notes[self.positions[path]] for path in changes if path in self.positions]
        if "references" in earlier.__dict__:
            self.__dict__["references"] = earlier.references.changed(self.view.notes, gone, new)
        if "_stating" in earlier.__dict__:
            self.__dict__["_stating"] = (earlier._stating - {note.path for note in gone}).union(_stating(new))

        for name, times_of in (("stated_times", _stated_times), ("created_times", _created_times)):
            if name in earlier.__dict__:
                left = np.delete(earlier.__dict__[name], [earlier.positions[note.path] for note in gone], axis=0)
                self.__dict__[name] = _placed(left, times_of(new), [self.positions[note.path] for note in new])

    def namespace(self, position: int) -> str:
        """Return the namespace, empty for the global one."""
        return namespace_of(self.view.notes[position].path)

    def changed(self, position: int) -> datetime | None:
        """Return when the note got its present text; this moment for text that is not committed."""
        origin = self.origin(position)
        if origin is not None:
            return origin.time
        return self.time if self.view.notes[position].path in self.dirty else None

    def note_time(self, position: int) -> tuple[datetime | None, datetime | None]:
        """Return the time that a note is about: as stated, else when it got its present text; the end exclusive."""
        start, end = self.stated_time(position)
        if start is None and end is None:
            start = end = self.changed(position)
        return start, end

    def stated_time(self, position: int) -> tuple[datetime | None, datetime | None]:
        """Return the time that a note states: its validity, the day in its name or title, or else when it was created.

        Both are None where it states none; both are the same where it states a moment, as an episode does that names
        only its beginning.
        """
        if position not in self._stated:
            self._stated[position] = _stated_time(self.view.notes[position])
        return self._stated[position]

    @cached_property
    def _stated(self) -> dict[int, tuple[datetime | None, datetime | None]]:
        return {}

    @cached_property
    def stated_times(self) -> Times:
        """The stated time of every note, in order."""
        return _stated_times(self.view.notes)

    @cached_property
    def created_times(self) -> Times:
        """When every note was created, as it states, in order."""
        return _created_times(self.view.notes)

    def touched(self, start: datetime | None, end: datetime | None) -> frozenset[int]:
        """Return the positions of the notes that were created or got their present text in a stretch of time.

        Text that is not committed is of this moment.
        """
        given = self.index.commits.given(self.commit, start=start, end=end) if self.commit else frozenset()
        found = {
            position
            for path, blob in given
            if (position := self.positions.get(path)) is not None and self.view.notes[position].blob == blob
        }
        found.update(np.flatnonzero(covered(Window(start, end, True, ""), self.created_times)).tolist())
        if self.dirty and _is_in(self.time, start, end):
            found.update(self.positions[path] for path in self.dirty if path in self.positions)
        return frozenset(found)

    def rank(self, position: int) -> float:
        """Return the place in history of the commit that gave the note its text; uncommitted text comes last."""
        origin = self.origin(position)
        if origin is None or self.commit is None:
            return math.inf
        return self.index.commits.rank(origin.id, self.commit)

    def people(self, position: int) -> frozenset[str]:
        """Return who wrote its present text, and the agent that wrote it first, case-folded."""
        origin = self.origin(position)
        names = [self.view.notes[position].metadata.agent]
        names += [origin.author, origin.agent] if origin else []
        return frozenset(name.casefold() for name in names if name)


def _stating(notes: Iterable[IndexedNote]) -> Iterator[NotePath]:
    return (note.path for note in notes if any(map(note.stored.may_state, ("status", "expires", "supersedes"))))


def _stated_time(note: IndexedNote) -> tuple[datetime | None, datetime | None]:
    metadata = note.metadata
    if metadata.valid_from is not None or metadata.valid_to is not None:
        is_event = metadata.valid_to is None and (metadata.tier or DEFAULT_TIERS.get(metadata.type)) == "episodic"
        return metadata.valid_from, metadata.valid_from if is_event else metadata.valid_to
    day = day_of(note.name, note.title)
    return (day.start, day.end) if day else (metadata.created, metadata.created)


def _stated_times(notes: Iterable[IndexedNote]) -> Times:
    return as_times(map(_stated_time, notes))


def _created_times(notes: Iterable[IndexedNote]) -> Times:
    return as_times((note.metadata.created, note.metadata.created) for note in notes)


def _placed(left: Times, new: Times, places: Sequence[int]) -> Times:
    """Return rows with others put among them, so that these stand at the given places."""
    rows = np.empty((len(left) + len(new), 2), dtype=np.int64)
    is_new = np.zeros(len(rows), dtype=np.bool_)
    is_new[list(places)] = True
    rows[~is_new] = left
    rows[list(places)] = new
    return rows


def _is_in(moment: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= moment) and (end is None or moment < end)
