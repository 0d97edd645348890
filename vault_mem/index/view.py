"""A set of notes, such as a revision, as the index sees it: masks over document ids, and notes decoded when asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.lexical.base import Ids, Mask
from vault_mem.index.stored import StoredNote
from vault_mem.notes.listing import Changes
from vault_mem.notes.model import BlobId, Link, Metadata, NotePath, Problem


@dataclass(frozen=True, slots=True)
class IndexedNote:
    """A note at a path; what its text says is decoded at the first look and kept."""

    path: NotePath
    name: str
    stored: StoredNote

    @property
    def blob(self) -> BlobId:
        """The note's version."""
        return self.stored.blob

    @property
    def title(self) -> str:
        """The note's title, else its file name."""
        return self.stored.title or self.name

    @property
    def metadata(self) -> Metadata:
        """The note's typed keys."""
        return self.stored.metadata

    @property
    def links(self) -> tuple[Link, ...]:
        """The note's links, frontmatter first."""
        return self.stored.links

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know about the note's text."""
        return self.stored.problems

    @property
    def documents(self) -> range:
        """Document ids of the note's chunks, in reading order; at least one."""
        return self.stored.documents


Positions = NDArray[np.intp]
"""Positions in `View.notes`, ascending."""
_PATH = attrgetter("path")
_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class View:
    """Notes with their documents; immutable, safe to share between threads.

    Attributes:
        notes: the notes, by path.
        documents: length of every mask, one more than the greatest document id when the view was made.
        vectors: row of each document's vector, shape (documents,), -1 for those without.
        epoch: the filling of the catalog that the ids belong to.
        name_ids: document id of each note's file name, shape (len(notes),), -1 without one.
        owners: position of the (first) note that has each chunk, shape (documents,), -1 for what is none of theirs.
        twins: the notes that share a blob with another one, by blob.
    """

    notes: Sequence[IndexedNote]
    documents: int
    vectors: Ids
    epoch: str
    name_ids: Ids = field(repr=False)
    owners: NDArray[np.int32] = field(repr=False)
    twins: Mapping[BlobId, tuple[NotePath, ...]] = field(repr=False)

    @cached_property
    def live(self) -> Mask:
        """The chunks of these notes, shape (documents,)."""
        return _shared(self.owners >= 0)

    @cached_property
    def names(self) -> Mask:
        """The file names of these notes, shape (documents,)."""
        names = np.zeros(self.documents, dtype=np.bool_)
        names[self.name_ids[self.name_ids >= 0]] = True
        return _shared(names)

    @cached_property
    def sizes(self) -> NDArray[np.float32]:
        """How many chunks each note has, shape (len(notes),); of equal files the first has them."""
        return _shared(np.bincount(self.owners[self.live], minlength=len(self.notes)).astype(np.float32))

    @cached_property
    def places(self) -> Places:
        """Position of each note, by path."""
        return Places(self.notes)

    def entries(self, folder: str) -> Iterator[str]:
        """Yield the names of the notes and folders that stand in a folder, in order, without a look at those below."""
        place = bisect_left(self.notes, f"{folder}/", key=_PATH)
        while place < len(self.notes) and self.notes[place].path.startswith(f"{folder}/"):
            name, slash, _ = self.notes[place].path[len(folder) + 1 :].partition("/")
            yield name
            after = chr(ord("/") + 1) if slash else "\0"
            place = bisect_left(self.notes, f"{folder}/{name}{after}", lo=place, key=_PATH)

    def notes_of(self, document: int) -> tuple[int, ...]:
        """Return the positions in `notes` that have this chunk: none, one, or several for equal files."""
        if not 0 <= document < self.documents or self.owners[document] < 0:
            return ()
        position = int(self.owners[document])
        paths = self.twins.get(self.notes[position].blob, ())
        return tuple(self.places[path] for path in paths) or (position,)

    def note_mask(self, positions: Sequence[int] | Positions) -> Mask:
        """Return the chunks of the notes at these positions, each given once, shape (documents,)."""
        if len(positions) == len(self.notes):
            return self.live
        chosen = np.zeros(len(self.notes) + 1, dtype=np.bool_)  # the last one stands for nobody's chunks
        chosen[np.asarray(positions, dtype=np.intp)] = True
        for paths in self.twins.values():
            places = [self.places[path] for path in paths]
            chosen[places[0]] = chosen[places].any()
        return chosen[self.owners]

    def spread(self, name_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give each chunk the best score of its note's file names.

        Args:
            name_scores: by document id, shape (documents,), >= 0.

        Returns:
            Scores by document id, shape (documents,); 0 for what is not a chunk of these notes.
        """
        own = np.zeros(len(self.notes) + 1, dtype=np.float32)  # the last one stands for nobody's chunks
        own[:-1] = np.where(self.name_ids >= 0, name_scores[self.name_ids], np.float32(0))
        if not own.any():
            return np.zeros(self.documents, dtype=np.float32)
        for paths in self.twins.values():
            places = [self.places[path] for path in paths]
            own[places[0]] = own[places].max()
        return own[self.owners]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a view's passages can be found: all, by words, by meaning."""

    passages: int
    indexed: int
    embedded: int


@lru_cache(maxsize=1 << 17)
def name_of(path: NotePath) -> str:
    """Return a note's file name without folder and `.md`."""
    name = path.rpartition("/")[2]
    return name[:-3] if name[-3:].lower() == ".md" and len(name) > 3 else name


def build_view(
    notes: Mapping[NotePath, BlobId],
    *,
    stored: Mapping[BlobId, StoredNote],
    name_ids: Mapping[str, int],
    vectors: Ids,
    epoch: str,
) -> View:
    """Return the view of those notes that are stored.

    Args:
        notes: the blob at each path.
        stored: what is known of the blobs.
        name_ids: document id of each file name.
        vectors: vector row of every document of the catalog, -1 without one; its length is the view's.
        epoch: the filling of the catalog that all of this comes from.
    """
    count = len(vectors)
    known = sorted((path, stored[blob]) for path, blob in notes.items() if blob in stored)
    indexed = tuple([IndexedNote(path, name_of(path), note) for path, note in known])
    names = np.array([name_ids.get(note.name, -1) for note in indexed], dtype=np.int64)
    owners = _owners(indexed, count)
    return View(indexed, count, vectors, epoch, _shared(names), _shared(owners), _twins(indexed))


def changed_view(
    view: View,
    changes: Changes,
    *,
    stored: Mapping[BlobId, StoredNote],
    name_ids: Mapping[str, int],
    vectors: Ids,
) -> View:
    """Return what `build_view` would for a view's notes with a few changes, in time that hardly grows with the notes.

    Args:
        view: of the same epoch.
        changes: the version that each changed path has now, None where the note is gone.
        stored: what is known of the blobs.
        name_ids: document id of each file name.
        vectors: as in `build_view`.
    """
    following = _Following(view, len(vectors))
    for path, blob in changes.items():
        following.put(path, stored.get(blob) if blob else None, name_ids.get(name_of(path), -1))
    return following.view(vectors)


class _Following:
    """A view in the making: that of another one with a few changes."""

    def __init__(self, view: View, count: int) -> None:
        self._view = view
        self._notes = list(view.notes)
        self._names = view.name_ids
        self._owners = np.full(count, -1, dtype=np.int32)
        self._owners[: view.documents] = view.owners
        self._holders: dict[BlobId, tuple[StoredNote, set[NotePath]]] = {}

    def put(self, path: NotePath, stored: StoredNote | None, name_id: int) -> None:
        """Let a path have this note, None for none."""
        place = bisect_left(self._notes, path, key=_PATH)
        old = self._notes[place] if place < len(self._notes) and self._notes[place].path == path else None
        new = [] if stored is None else [IndexedNote(path, name_of(path), stored)]
        if old is not None:
            self._holding(old.stored).discard(path)
        if stored is not None:
            self._holding(stored).add(path)
        self._notes[place : place + (old is not None)] = new
        if old is None and new:
            self._names = np.insert(self._names, place, name_id)
            self._owners[self._owners >= place] += 1
        elif old is not None and not new:
            self._names = np.delete(self._names, place)
            self._owners[self._owners > place] -= 1

    def view(self, vectors: Ids) -> View:
        """Return the view as it is now."""
        for note, paths in self._holders.values():
            first = min(paths, default=None)
            owner = -1 if first is None else bisect_left(self._notes, first, key=_PATH)
            self._owners[note.documents.start : note.documents.stop] = owner
        twins = {blob: paths for blob, paths in self._view.twins.items() if blob not in self._holders}
        twins |= {blob: tuple(sorted(paths)) for blob, (_, paths) in self._holders.items() if len(paths) > 1}
        names, owners = _shared(self._names), _shared(self._owners)
        return View(tuple(self._notes), len(vectors), vectors, self._view.epoch, names, owners, twins)

    def _holding(self, note: StoredNote) -> set[NotePath]:
        """Return the paths that have a note's blob, as far as the changes have been made."""
        if note.blob not in self._holders:
            start = note.documents.start
            first = int(self._view.owners[start]) if start < self._view.documents else -1
            single = (self._view.notes[first].path,) if first >= 0 else ()
            self._holders[note.blob] = note, set(self._view.twins.get(note.blob, single))
        return self._holders[note.blob][1]


class Places(Mapping[NotePath, int]):
    """Position of each note in a sequence of notes that stand in the order of paths."""

    def __init__(self, notes: Sequence[IndexedNote]) -> None:
        """Look notes up in the sequence itself."""
        self._notes = notes

    def __getitem__(self, path: NotePath) -> int:
        place = place_of(self._notes, path)
        if place is None:
            raise KeyError(path)
        return place

    def __iter__(self) -> Iterator[NotePath]:
        return (note.path for note in self._notes)

    def __len__(self) -> int:
        return len(self._notes)


def place_of(notes: Sequence[IndexedNote], path: str) -> int | None:
    """Return the position of the note at a path among notes in the order of paths, None if there is none."""
    place = bisect_left(notes, path, key=_PATH)
    return place if place < len(notes) and notes[place].path == path else None


def _shared(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Make an array safe to share: nobody writes to it any more."""
    array.setflags(write=False)
    return array


def _owners(notes: Sequence[IndexedNote], count: int) -> NDArray[np.int32]:
    """Return the first note of each document, -1 for none."""
    owners = np.full(count, -1, dtype=np.int32)
    starts = np.fromiter((note.stored.documents.start for note in notes), dtype=np.int64, count=len(notes))
    sizes = np.fromiter((len(note.stored.documents) for note in notes), dtype=np.int64, count=len(notes))
    positions = np.repeat(np.arange(len(notes), dtype=np.int32), sizes)
    before = np.cumsum(sizes) - sizes
    documents = np.arange(len(positions)) + np.repeat(starts - before, sizes)
    # Backwards, so that the first of several notes with the same documents stays.
    owners[documents[::-1]] = positions[::-1]
    return owners


def _twins(notes: Sequence[IndexedNote]) -> dict[BlobId, tuple[NotePath, ...]]:
    """Return the paths of the notes that share a blob with another one."""
    if len({note.stored.blob for note in notes}) == len(notes):
        return {}
    paths: dict[BlobId, list[NotePath]] = {}
    for note in notes:
        paths.setdefault(note.stored.blob, []).append(note.path)
    return {blob: tuple(shared) for blob, shared in paths.items() if len(shared) > 1}
