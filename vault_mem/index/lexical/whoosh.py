"""BM25F over postings kept by whoosh; the seam to that library.

Whoosh keeps terms, durably and in segments that it swaps at once; what stands at a term is ours (see `segments`). The
scores are ours too: its own ones are computed from every document it holds, and here old versions of a note must not
change the ranking of today's.
"""

from __future__ import annotations

import pickle
import struct
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from whoosh import index
from whoosh.filedb.filetables import FileFormatError
from whoosh.reading import CorruptIndexError
from whoosh.util.filelock import try_for

from vault_mem.errors import IndexDamagedError, StorageError, VaultBusyError
from vault_mem.index.lexical.base import FIELDS, FieldWeights, Ids, LexicalDocument, Mask, Scores
from vault_mem.index.lexical.bm25f import Lengths, holding, score_terms
from vault_mem.index.lexical.postings import Postings, PostingsCache, token_bytes
from vault_mem.index.lexical.segments import Segment, Storage, Writer, cut_after, schema

_ATTEMPTS = 10
# What a torn or foreign file makes whoosh and its pickles raise, and what can only come from one while writing.
_CORRUPT = (index.IndexError, CorruptIndexError, FileFormatError)
_TORN = (EOFError, struct.error, zlib.error, pickle.UnpicklingError, *_CORRUPT)
_UNREADABLE = (*_TORN, ValueError, KeyError, IndexError, TypeError, AttributeError, ImportError, AssertionError)


class WhooshLexicalIndex:
    """A LexicalIndex in a folder of whoosh's; a folder that is not there is an empty index, made by the first `add`.

    Raises, from every method: IndexDamagedError if the files cannot be read, StorageError if the disk refuses,
    VaultBusyError if two processes write against the rule.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read or made yet."""
        self._folder = folder
        self._lock = threading.RLock()
        self._generation = -1
        self._segments: tuple[Segment, ...] = ()
        self._lengths = Lengths([])
        self._cache = PostingsCache()
        self._index: index.FileIndex | None = None

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add documents and commit; after a kill either all of them are there or none."""
        with self._seam():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._found() is None:
                self._index = index.FileIndex.create(Storage(str(self._folder)), schema())
        with self._seam(_TORN), self._writer() as writer:
            for document in documents:
                writer.add(document)

    def discard_after(self, last_id: int) -> None:
        """Remove every document whose id is greater than `last_id`, and commit."""
        with self._seam():
            self._refresh()
            if any(segment.last_id > last_id for segment in self._segments):
                with self._writer() as writer:
                    writer.mergetype = cut_after(last_id)

    def last_id(self) -> int:
        """Return the greatest document id that is stored, -1 if the index is empty."""
        with self._seam():
            self._refresh()
            return max((segment.last_id for segment in self._segments), default=-1)

    def score(self, terms: Sequence[str], *, live: Mask, allowed: Mask, weights: FieldWeights) -> Scores:
        """Return the BM25F score of every document for any of the terms; see `LexicalIndex.score`."""
        with self._seam():
            self._refresh()
            return score_terms(terms, self._postings, self._lengths, live=live, allowed=allowed, weights=weights)

    def holders(self, terms: Sequence[str], *, live: Mask, fields: Sequence[str] = FIELDS) -> list[Ids]:
        """Return the ids of the live documents that hold each term in any of the fields; see `LexicalIndex.holders`."""
        with self._seam():
            self._refresh()
            return [holding(term, self._postings, live=live, fields=fields) for term in terms]

    def stored_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return about how many stored documents hold each term; see `LexicalIndex.stored_frequencies`."""
        with self._seam():
            self._refresh()
            tokens = [token_bytes(term) for term in terms]
            return [sum(segment.about(token) for segment in self._segments) for token in tokens]

    def close(self) -> None:
        """Release files."""
        with self._lock:
            self._release()
            self._cache.clear()
            self._index = None

    def _release(self) -> None:
        for segment in self._segments:
            segment.close()
        self._segments, self._generation = (), -1

    # --- reading -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Open what the last commit, of this or another process, has left; keep the segments that stay."""
        for attempt in range(_ATTEMPTS):
            try:
                self._reopen()
            except FileNotFoundError:
                # Another process has committed, and removed what we were about to open.
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(0.02)
            else:
                return

    def _found(self) -> index.FileIndex | None:
        """Return whoosh's index, None if there is none in the folder."""
        if self._index is not None and self._index.latest_generation() < 0:
            self._index = None
        if self._index is None and self._folder.is_dir() and Storage(str(self._folder)).index_exists():
            self._index = index.FileIndex(Storage(str(self._folder)))
        return self._index

    def _reopen(self) -> None:
        found = self._found()
        generation = found.latest_generation() if found else -1
        if generation == self._generation:
            if not all(segment.is_whole for segment in self._segments):
                raise IndexDamagedError("lexical index (a file has changed)")
            return
        toc = index.TOC.read(found.storage, found.indexname) if found else None
        self._segments = self._opened(found.storage, toc) if found else ()
        self._generation = toc.generation if toc else generation
        self._lengths = Lengths([segment.rows for segment in self._segments], self._lengths)
        self._cache.keep({segment.name for segment in self._segments})

    def _opened(self, storage: Storage, toc: index.TOC) -> tuple[Segment, ...]:
        """Return the segments of a table of contents, those that stay as they are; the others are closed."""
        known = {segment.name: segment for segment in self._segments}
        with ExitStack() as unless_all:
            for segment in toc.segments:
                if segment.segment_id() not in known:
                    opened = Segment.open(storage, toc.schema, segment)
                    unless_all.callback(opened.close)
                    known[opened.name] = opened
            unless_all.pop_all()
        segments = tuple(known.pop(segment.segment_id()) for segment in toc.segments)
        for gone in known.values():
            gone.close()
        return segments

    def _postings(self, name: str, term: str) -> list[Postings]:
        """Return the term's postings in each segment that has it."""
        token = token_bytes(term)
        return self._cache.of(self._segments, name, token, lambda segment: segment.postings(name, token))

    # --- seams ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        """Lend a writer that commits at the end of the block, or changes nothing if that fails.

        The lock is held here, because a writer that cannot be made or closed keeps its own until the process ends.
        """
        if self._index is None:
            raise IndexDamagedError("lexical index (it is not there)")
        lock = self._index.lock("WRITELOCK")
        if not try_for(lock.acquire, timeout=10.0):
            raise VaultBusyError("The lexical index is being written by another process")
        try:
            writer = Writer(self._index)
            try:
                yield writer
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
        finally:
            lock.release()

    @contextmanager
    def _seam(self, damage: tuple[type[Exception], ...] = _UNREADABLE) -> Iterator[None]:
        """One thread at a time, as whoosh's readers share a file position; its errors become ours."""
        with self._lock:
            try:
                yield
            except FileNotFoundError as exc:
                raise IndexDamagedError(f"lexical index ({exc})") from exc
            except OSError as exc:
                raise StorageError(self._folder, str(exc)) from exc
            except damage as exc:
                raise IndexDamagedError(f"lexical index ({type(exc).__name__}: {exc})") from exc
