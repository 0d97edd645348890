"""What this process has read of a catalog, so that a view of mostly known notes costs little."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np

from vault_mem.index.catalog import Catalog
from vault_mem.index.lexical.base import Ids
from vault_mem.index.stored import StoredNote
from vault_mem.index.view import View, build_view, changed_view, name_of
from vault_mem.notes.listing import Changes, Listing
from vault_mem.notes.model import BlobId, NotePath

_VIEWS = 4
_SPARE = 10_000


class Known:
    """Notes, file names and vector rows of one epoch of a catalog, and the last few views; safe for several threads."""

    def __init__(self, catalog: Catalog) -> None:
        """Begin with nothing read."""
        self._catalog = catalog
        self._epoch = catalog.epoch
        self._lock = threading.RLock()
        self._stored: dict[BlobId, StoredNote] = {}
        self._names: dict[str, int] = {}
        self._rows: Ids = np.empty(0, dtype=np.int64)
        self._views: list[tuple[Listing, View]] = []

    def missing(self, notes: Mapping[NotePath, BlobId]) -> list[BlobId]:
        """Return the blobs that are not stored, each once, in the order of the notes."""
        with self._lock:
            changes, _ = self._since_known(notes)
            blobs = notes.values() if changes is None else [blob for blob in changes.values() if blob]
            unknown = [blob for blob in dict.fromkeys(blobs) if blob not in self._stored]
            if unknown:
                if len(self._stored) > 4 * len(notes) + _SPARE:
                    self._stored = {blob: self._stored[blob] for blob in notes.values() if blob in self._stored}
                self._stored.update(self._catalog.stored(unknown))
            return [blob for blob in unknown if blob not in self._stored]

    def missing_names(self, notes: Mapping[NotePath, BlobId]) -> set[str]:
        """Return the file names that have no document id."""
        with self._lock:
            changes, _ = self._since_known(notes)
            names = {name_of(path) for path in (notes if changes is None else changes)}
            # Not by set algebra: that takes a copy of all the names there are.
            unknown = {name for name in names if name not in self._names}
            if unknown:
                self._names.update(self._catalog.name_documents(unknown))
            return {name for name in unknown if name not in self._names}

    def view(self, notes: Mapping[NotePath, BlobId]) -> View:
        """Return the view of those of the notes that are stored."""
        with self._lock:
            is_whole = not self.missing(notes) and not self.missing_names(notes)
            changes, known = self._since_known(notes)
            if known is not None and not changes:
                return known
            rows = self._vector_rows()
            if known is not None and changes is not None:
                view = changed_view(known, changes, stored=self._stored, name_ids=self._names, vectors=rows)
            else:
                view = build_view(notes, stored=self._stored, name_ids=self._names, vectors=rows, epoch=self._epoch)
            if is_whole:
                key = notes if isinstance(notes, Listing) else Listing(notes)
                self._views = [(key, view), *self._views[: _VIEWS - 1]]
            return view

    def _since_known(self, notes: Mapping[NotePath, BlobId]) -> tuple[Changes | None, View | None]:
        """Return what changed since a view that is kept, and that view; None twice if none is near."""
        for position, (key, view) in enumerate(self._views):
            changes = notes.since(key) if isinstance(notes, Listing) else ({} if notes == key else None)
            if changes is not None:
                self._views.insert(0, self._views.pop(position))
                return changes, view
        return None, None

    def _vector_rows(self) -> Ids:
        """Return the vector row of every document of the catalog, -1 without one; read-only."""
        count = self._catalog.last_document() + 1
        if len(self._rows) < count:
            rows = np.full(count, -1, dtype=np.int64)
            rows[: len(self._rows)] = self._rows
            found = np.array(self._catalog.vector_rows(len(self._rows) - 1), dtype=np.int64).reshape(-1, 2)
            found = found[found[:, 0] < count]
            rows[found[:, 0]] = found[:, 1]
            rows.setflags(write=False)
            self._rows = rows
        return self._rows
