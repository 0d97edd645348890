"""The engines that follow a catalog: words and vectors, each in a folder of its own, each rebuilt alone."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from vault_mem.errors import IndexDamagedError, ModelUnavailableError, StorageError
from vault_mem.index.analysis import analyze
from vault_mem.index.catalog import Catalog, DocumentText, VectorText
from vault_mem.index.embedders.base import Embedder, Matrix
from vault_mem.index.lexical.base import Ids, LexicalDocument, LexicalIndex, Scores
from vault_mem.index.lexical.choice import engine_folder, make_engine
from vault_mem.index.vectors.base import VectorIndex
from vault_mem.index.vectors.flat import FlatVectorIndex
from vault_mem.index.view import Coverage, View

Progress = Callable[[str, int, int], None]
_T = TypeVar("_T")

_LEXICAL_BATCH = 20_000
_VECTOR_BATCH = 256
_SMALL_BATCH = 32
"""A question waits for the model at most as long as it takes for so many texts."""

_BATCHES_HELD = 16
_HELD_SECONDS = 1.0
"""About how much work of a model is lost when it is killed; a fast one shall not wait for the disk at each batch."""


class Engines:
    """A lexical index and, with an embedder, a vector index, for one epoch of a catalog."""

    def __init__(self, folder: Path, embedder: Embedder | None, lexical: str) -> None:
        """Name both; nothing is read or made yet.

        Args:
            folder: belongs to one epoch; document ids of another mean nothing here.
            embedder: None for words only. Vectors of each model stand in a folder named by its id.
            lexical: name of the lexical engine, as `engine_name` gives it.
        """
        self._embedder = embedder
        self._folders = [engine_folder(lexical, folder)]
        self.lexical: LexicalIndex = make_engine(lexical, folder)
        self.vectors: VectorIndex | None = None
        if embedder:
            self._folders.append(folder / f"vectors-{_digest(embedder.model_id)}")
            self.vectors = FlatVectorIndex(self._folders[1], embedder.dimensions)

    def lacking(self, catalog: Catalog) -> int | None:
        """Return how many texts have no vector yet; None if words are not up to date, or either cannot be read."""
        try:
            if self.lexical.last_id() != catalog.last_document():
                return None
            count = self._unembedded(catalog)
        except IndexDamagedError:
            return None
        return count if count >= 0 else None

    def coverage(self, view: View) -> Coverage:
        """Return how many of a view's passages are here."""
        rows = view.vectors[view.live]
        indexed = int(np.count_nonzero(view.live[: self.lexical.last_id() + 1]))
        count = len(self.vectors) if self.vectors is not None else 0
        return Coverage(len(rows), indexed, int(np.count_nonzero((rows >= 0) & (rows < count))))

    def cosines(self, query: Matrix, rows: Ids) -> Scores:
        """Return the cosine of a vector with each row, shape (len(rows),); -1 for a row below 0 or not here yet."""
        scores = np.full(len(rows), -1.0, dtype=np.float32)
        if self.vectors is not None:
            found = np.flatnonzero((rows >= 0) & (rows < len(self.vectors)))
            scores[found] = np.clip(self.vectors.similarities(query, rows[found]), -1, 1)
        return scores

    def follow(
        self, catalog: Catalog, progress: Progress | None = None, *, leaves: Callable[[int], bool] = lambda _: False
    ) -> None:
        """Drop what a killed writer left, and copy what the catalog has beyond that. The caller holds the lock.

        What cannot be read is deleted and made again.

        Args:
            catalog: what to follow.
            progress: called with (`indexing` or `embedding`; done; total).
            leaves: whether so many texts shall stay without a vector for now.
        """
        try:
            self._follow(catalog, progress, leaves)
        except IndexDamagedError:
            self.discard()
            self._follow(catalog, progress, leaves)

    def embed_some(self, catalog: Catalog, seconds: float) -> bool:
        """Embed for about so long; returns whether more can be embedded. The caller holds the lock."""
        if self.vectors is None or self._embedder is None:
            return False
        end = time.monotonic() + seconds
        texts = catalog.vector_texts_from(len(self.vectors))
        for vectors in _embedded(self._embedder, texts, _SMALL_BATCH):
            self.vectors.append(vectors)
            if time.monotonic() >= end:
                return len(self.vectors) < catalog.vector_count()
        return False

    def discard(self) -> None:
        """Delete both, to begin with empty ones. The caller holds the lock."""
        self.close()
        for folder in self._folders:
            _remove(folder)

    def close(self) -> None:
        """Release files; both open them again when they are asked."""
        self.lexical.close()
        if self.vectors is not None:
            self.vectors.close()

    def _follow(self, catalog: Catalog, progress: Progress | None, leaves: Callable[[int], bool]) -> None:
        if self.vectors is not None:
            self.vectors.truncate(catalog.vector_count())
        self._follow_words(catalog, progress)
        if not leaves(self._unembedded(catalog)):
            self._follow_vectors(catalog, progress)

    def _unembedded(self, catalog: Catalog) -> int:
        return catalog.vector_count() - len(self.vectors) if self.vectors is not None else 0

    def _follow_words(self, catalog: Catalog, progress: Progress | None) -> None:
        target = catalog.last_document()
        self.lexical.discard_after(target)
        start = self.lexical.last_id()
        documents = _counted(catalog.texts_after(start), "indexing", target - start, progress)
        for batch in _batches(documents, _LEXICAL_BATCH):
            self.lexical.add(_analysed(document) for document in batch)

    def _follow_vectors(self, catalog: Catalog, progress: Progress | None) -> None:
        """Embed what has no vector; where the model does not answer, the rest waits for the next time."""
        if self.vectors is None or self._embedder is None:
            return
        target, start = catalog.vector_count(), len(self.vectors)
        texts: Iterator[VectorText] = _counted(catalog.vector_texts_from(start), "embedding", target - start, progress)
        for vectors in _gathered(_embedded(self._embedder, texts, _VECTOR_BATCH)):
            self.vectors.append(vectors)


def _embedded(embedder: Embedder, texts: Iterator[VectorText], size: int) -> Iterator[Matrix]:
    """Yield the vectors of up to `size` texts at a time, until the model does not answer."""
    for batch in _batches(texts, size):
        try:
            yield embedder.embed([item.text for item in batch])
        except ModelUnavailableError:
            return


def _gathered(parts: Iterator[Matrix]) -> Iterator[Matrix]:
    """Join parts until they are many, or have taken a second."""
    held: list[Matrix] = []
    since = time.monotonic()
    for part in parts:
        held.append(part)
        if len(held) >= _BATCHES_HELD or time.monotonic() - since > _HELD_SECONDS:
            yield np.concatenate(held)
            held, since = [], time.monotonic()
    if held:
        yield np.concatenate(held)


def _analysed(document: DocumentText) -> LexicalDocument:
    return LexicalDocument(document.id, {name: analyze(text) for name, text in document.fields.items()})


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise StorageError(folder, str(exc)) from exc


def _batches(items: Iterator[_T], size: int) -> Iterator[Iterable[_T]]:
    """Yield lists of up to `size` items; for words the list is what one commit holds."""
    while batch := list(islice(items, size)):
        yield batch


def _counted(items: Iterator[_T], stage: str, total: int, progress: Progress | None) -> Iterator[_T]:
    """Pass items through, telling how far it is at every five hundredth and at the end."""
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        if progress and done % 500 == 0:
            progress(stage, done, max(done, total))
    if progress and done:
        progress(stage, done, done)


def _digest(model_id: str) -> str:
    return hashlib.sha256(model_id.encode()).hexdigest()[:16]
