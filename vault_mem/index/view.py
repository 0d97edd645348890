"""A set of notes, such as a revision, as the index sees it: masks over document ids, and notes decoded when asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.lexical.base import Ids, Mask
from vault_mem.index.stored import StoredNote
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


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Notes with their documents; immutable, safe to share between threads.

    Attributes:
        notes: the notes, by path.
        documents: length of every mask, one more than the greatest document id when the view was made.
        live: the chunks of these notes, shape (documents,).
        names: the file names of these notes, shape (documents,).
        vectors: row of each document's vector, shape (documents,), -1 for those without.
        epoch: the filling of the catalog that the ids belong to.
        owners: position of the (first) note that has each chunk, shape (documents,), -1 for what is none of theirs.
    """

    notes: tuple[IndexedNote, ...]
    documents: int
    live: Mask
    names: Mask
    vectors: Ids
    epoch: str
    _name_ids: Ids = field(repr=False)
    owners: NDArray[np.int32] = field(repr=False)
    _twins: Mapping[BlobId, tuple[int, ...]] = field(repr=False)

    def notes_of(self, document: int) -> tuple[int, ...]:
        """Return the positions in `notes` that have this chunk: none, one, or several for equal files."""
        if not 0 <= document < self.documents or self.owners[document] < 0:
            return ()
        position = int(self.owners[document])
        return self._twins.get(self.notes[position].blob, (position,))

    def note_mask(self, positions: Collection[int]) -> Mask:
        """Return the chunks of the notes at these positions, each given once, shape (documents,)."""
        if len(positions) == len(self.notes):
            return self.live
        mask = np.zeros(self.documents, dtype=np.bool_)
        for position in positions:
            documents = self.notes[position].documents
            mask[documents.start : documents.stop] = True
        return mask

    def spread(self, name_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give each chunk the best score of its note's file names.

        Args:
            name_scores: by document id, shape (documents,), >= 0.

        Returns:
            Scores by document id, shape (documents,); 0 for what is not a chunk of these notes.
        """
        spread = np.zeros(self.documents, dtype=np.float32)
        own = np.where(self._name_ids >= 0, name_scores[self._name_ids], np.float32(0))
        for position in np.flatnonzero(own):
            documents = self.notes[position].documents
            part = spread[documents.start : documents.stop]
            np.maximum(part, own[position], out=part)
        return spread


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
    name_mask = np.zeros(count, dtype=np.bool_)
    name_mask[names[names >= 0]] = True
    owners, twins = _owners(indexed, count)
    live = owners >= 0
    for shared in (live, name_mask, names, owners):
        shared.setflags(write=False)
    return View(indexed, count, live, name_mask, vectors, epoch, names, owners, twins)


def _owners(notes: tuple[IndexedNote, ...], count: int) -> tuple[NDArray[np.int32], dict[BlobId, tuple[int, ...]]]:
    """Return the first note of each document, -1 for none, and the notes that share a blob."""
    owners = np.full(count, -1, dtype=np.int32)
    ranges = np.array([(note.stored.documents.start, len(note.stored.documents)) for note in notes], dtype=np.int64)
    starts, sizes = ranges.reshape(-1, 2).T
    positions = np.repeat(np.arange(len(notes), dtype=np.int32), sizes)
    before = np.cumsum(sizes) - sizes
    documents = np.arange(len(positions)) + np.repeat(starts - before, sizes)
    # Backwards, so that the first of several notes with the same documents stays.
    owners[documents[::-1]] = positions[::-1]
    return owners, _twins(notes)


def _twins(notes: tuple[IndexedNote, ...]) -> dict[BlobId, tuple[int, ...]]:
    """Return the positions of the notes that share a blob with another one."""
    if len({note.stored.blob for note in notes}) == len(notes):
        return {}
    positions: dict[BlobId, list[int]] = {}
    for position, note in enumerate(notes):
        positions.setdefault(note.stored.blob, []).append(position)
    return {blob: tuple(shared) for blob, shared in positions.items() if len(shared) > 1}
