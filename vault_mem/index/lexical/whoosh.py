"""BM25F over postings kept by whoosh; the seam to that library.

Whoosh stores which document holds which token how often, durably and in segments. The scores are ours: its own ones are
computed from every document it holds, and here old versions of a note must not change the ranking of today's.
"""

from __future__ import annotations

import io
import pickle
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import columns, fields, formats, index
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.reading import CorruptIndexError, IndexReader, SegmentReader, TermNotFound
from whoosh.util.filelock import try_for
from whoosh.writing import SegmentWriter

from vault_mem.errors import IndexDamagedError, StorageError, VaultBusyError
from vault_mem.index.lexical.base import FIELDS, FieldWeights, Ids, LexicalDocument, Mask, Scores
from vault_mem.index.lexical.bm25f import Lengths, Postings, score_terms

_ROW = struct.Struct(f"<q{len(FIELDS)}I")
_ROW_TYPE = np.dtype([("id", "<i8"), ("lengths", "<u4", (len(FIELDS),))])
_LIKELY = ("body", *(name for name in FIELDS if name != "body"))
_TIER = 8
_ATTEMPTS = 10
_CACHED_POSTINGS = 8_000_000
# What a torn or foreign file makes whoosh and its pickles raise, and what can only come from one while writing.
_TORN = (EOFError, struct.error, zlib.error, pickle.UnpicklingError, index.IndexError, CorruptIndexError)
_UNREADABLE = (*_TORN, ValueError, KeyError, IndexError, TypeError, AttributeError, ImportError, AssertionError)


class Tokens(fields.FieldType):  # type: ignore[misc]  # whoosh is not typed for us
    """A field of tokens that are analysed already; holds how often each stands in a document, nothing else."""

    scorable = False
    stored = False

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.vector = None
        self.column_type = None

    def index(self, value: Sequence[str], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield (token, count, count as weight, nothing) for each distinct token."""
        for token, count in Counter(value).items():
            yield _to_bytes(token), count, float(count), b""

    def separate_spelling(self) -> bool:
        """Say that no word list is kept beside the postings."""
        return False


class Storage(FileStorage):  # type: ignore[misc]  # whoosh is not typed for us
    """A folder whose tables of contents are read at once: whoosh leaves one open that it cannot make sense of."""

    def open_file(self, name: str, **options: object) -> StructFile:
        """Return a file to read from."""
        if not name.endswith(".toc"):
            return super().open_file(name, **options)
        return StructFile(io.BytesIO(Path(self.folder, name).read_bytes()), name=name, **options)


def _schema() -> fields.Schema:
    row = fields.COLUMN(columns.FixedBytesColumn(_ROW.size, default=_ROW.pack(-1, *([0] * len(FIELDS)))))
    return fields.Schema(row=row, **{name: Tokens() for name in FIELDS})


@dataclass(frozen=True, slots=True)
class _Segment:
    """An open segment: its reader, its name (another one after deletions), and each document's id and field lengths."""

    reader: Any  # Any: whoosh's SegmentReader
    name: str
    rows: NDArray[np.void]

    @property
    def ids(self) -> Ids:
        """Id of each document, -1 for deleted ones."""
        return self.rows["id"]


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
        self._segments: tuple[_Segment, ...] = ()
        self._lengths = Lengths.of([])
        self._cache: dict[tuple[str, str, str], Postings] = {}
        self._cached = 0
        self._index: index.FileIndex | None = None

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add documents and commit; after a kill either all of them are there or none."""
        with self._seam():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._found() is None:
                self._index = index.FileIndex.create(Storage(str(self._folder)), _schema())
        with self._seam(_TORN), self._writer() as writer:
            for document in documents:
                tokens = {name: document.fields.get(name, ()) for name in FIELDS}
                row = _ROW.pack(document.id, *(len(tokens[name]) for name in FIELDS))
                writer.add_document(row=row, **{name: list(found) for name, found in tokens.items() if found})
            writer.mergetype = _merge_full_tiers

    def discard_after(self, last_id: int) -> None:
        """Remove every document whose id is greater than `last_id`, and commit."""
        with self._seam():
            self._refresh()
            doomed: list[int] = []
            base = 0
            for segment in self._segments:
                doomed.extend((np.flatnonzero(segment.ids > last_id) + base).tolist())
                base += len(segment.ids)
            if not doomed:
                return
            with self._writer() as writer:
                for number in doomed:
                    writer.delete_document(number)
                writer.merge = False

    def last_id(self) -> int:
        """Return the greatest document id that is stored, -1 if the index is empty."""
        with self._seam():
            self._refresh()
            return max((int(segment.ids.max(initial=-1)) for segment in self._segments), default=-1)

    def score(self, terms: Sequence[str], *, live: Mask, allowed: Mask, weights: FieldWeights) -> Scores:
        """Return the BM25F score of every document for any of the terms; see `LexicalIndex.score`."""
        with self._seam():
            self._refresh()
            names = [name for name in FIELDS if weights.weights.get(name, 0) > 0]
            wanted = Counter(terms)
            found = [({name: self._postings(name, term) for name in names}, wanted[term]) for term in wanted]
            return score_terms(found, self._lengths, live=live, allowed=allowed, weights=weights)

    def holders(self, term: str, *, live: Mask) -> Ids:
        """Return the ids of the live documents that hold the term in any field; see `LexicalIndex.holders`."""
        with self._seam():
            self._refresh()
            holds = np.zeros(len(live), dtype=np.bool_)
            for name in FIELDS:
                for postings in self._postings(name, term):
                    holds[postings.ids[postings.ids < len(live)]] = True
            return np.flatnonzero(holds & live)

    def stored_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return about how many stored documents hold each term; see `LexicalIndex.stored_frequencies`."""
        with self._seam():
            self._refresh()
            tokens = [_to_bytes(term) for term in terms]
            return [sum(_about(segment.reader, token) for segment in self._segments) for token in tokens]

    def close(self) -> None:
        """Release files."""
        with self._lock:
            for segment in self._segments:
                segment.reader.close()
            self._segments, self._generation, self._cached = (), -1, 0
            self._cache.clear()
            self._index = None

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
            return
        reader = found.reader() if found else None
        leaves = [leaf for leaf, _ in reader.leaf_readers() if leaf.segment() is not None] if reader else []
        known = {segment.name: segment.rows for segment in self._segments}
        for old in self._segments:
            old.reader.close()
        self._segments = tuple(_open_segment(leaf, known) for leaf in leaves)
        self._generation = reader.generation() if reader and leaves else generation
        self._lengths = Lengths.of([segment.rows for segment in self._segments])
        names = {segment.name for segment in self._segments}
        for key in [key for key in self._cache if key[0] not in names]:
            self._forget(key)

    def _postings(self, name: str, term: str) -> list[Postings]:
        """Return the term's postings in each segment that has it; those used last are kept."""
        found = []
        for segment in self._segments:
            key = (segment.name, name, term)
            postings = self._cache.pop(key, None)
            if postings is None:
                postings = _read_postings(segment, name, term)
                self._cached += postings.size
            self._cache[key] = postings
            if len(postings.ids):
                found.append(postings)
        while self._cached > _CACHED_POSTINGS and self._cache:
            self._forget(next(iter(self._cache)))
        return found

    def _forget(self, key: tuple[str, str, str]) -> None:
        self._cached -= self._cache.pop(key).size

    # --- seams ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _writer(self) -> Iterator[SegmentWriter]:
        """Lend a writer that commits at the end of the block, or changes nothing if that fails.

        The lock is held here, because a writer that cannot be made or closed keeps its own until the process ends.
        """
        if self._index is None:
            raise IndexDamagedError("lexical index (it is not there)")
        lock = self._index.lock("WRITELOCK")
        if not try_for(lock.acquire, timeout=10.0):
            raise VaultBusyError("The lexical index is being written by another process")
        try:
            writer = SegmentWriter(self._index, _lk=False, limitmb=128)
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


def _rows(reader: IndexReader) -> NDArray[np.void]:
    """Return the (id, field lengths) of a segment's documents, deleted ones with id -1."""
    column = reader.column_reader("row", translate=False)
    rows = np.frombuffer(b"".join(column), dtype=_ROW_TYPE).copy()
    if reader.has_deletions():
        rows["id"][[number for number in range(len(rows)) if reader.is_deleted(number)]] = -1
    return rows


def _open_segment(reader: IndexReader, known: Mapping[str, NDArray[np.void]]) -> _Segment:
    name = f"{reader.segment().segment_id()}-{reader.segment().deleted_count()}"
    return _Segment(reader, name, known[name] if name in known else _rows(reader))


def _to_bytes(token: str) -> bytes:
    """Return a token as whoosh stores it; a lone surrogate cannot be stored and is never found."""
    return token.encode("utf-8", "replace")


def _read_postings(segment: _Segment, name: str, term: str) -> Postings:
    try:
        matcher = segment.reader.postings(name, _to_bytes(term))
    except TermNotFound:
        return Postings.EMPTY
    numbers: list[int] = []
    counts: list[float] = []
    while matcher.is_active():
        numbers.append(matcher.id())
        counts.append(matcher.weight())
        matcher.next()
    ids = segment.ids[np.asarray(numbers, dtype=np.int64)]
    kept = ids >= 0
    return Postings(ids[kept], np.asarray(counts, dtype=np.float32)[kept])


def _about(reader: Any, token: bytes) -> int:  # Any: whoosh's SegmentReader
    """Return how many documents of a segment hold a token in their body, else in the first field that has it."""
    counts = (int(reader.doc_frequency(name, token)) for name in _LIKELY)
    return next((count for count in counts if count), 0)


def _merge_full_tiers(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Merge eight segments of like size into one; returns the segments that stay.

    Whoosh's own policy rewrites large segments now and then in the caller's time; here a document is rewritten once per
    power of eight, and an index of n documents has at most 7 log8(n) segments. Source: tiered merging as in Lucene's
    LogMergePolicy.
    """
    tiers: dict[int, list[Any]] = {}
    for segment in segments:
        tiers.setdefault((max(1, segment.doc_count_all()).bit_length() - 1) // 3, []).append(segment)
    full = {tier for tier, members in tiers.items() if len(members) >= _TIER}
    for tier in sorted(full):
        for segment in tiers[tier]:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return [segment for tier, members in tiers.items() if tier not in full for segment in members]
