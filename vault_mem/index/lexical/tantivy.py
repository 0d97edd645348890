"""BM25F over postings kept by tantivy; the seam to that library, an extra (`pip install 'git-vault-mem[fast]'`).

Tantivy indexes in native code. Its own scores count every document it holds and fix k1 and b, and its Python interface
gives no postings and no counts. So a token is stored together with how often it stands in the field (`cat` twice: the
term `cat`, NUL, `2`), each such term is asked for the ids of its documents, and the scores are ours: those of every
other engine, to the bit.

The interface hands ids over one Python object at a time, 25 ms for 100,000: what is read is kept, but the first
questions with frequent words are slower than whoosh's, of which whole arrays are read. Tantivy checks the ends of its
files when it opens them, not what stands between.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from vault_mem.errors import IndexDamagedError, StorageError, VaultBusyError
from vault_mem.index.lexical.base import FIELDS, FieldWeights, Ids, LexicalDocument, Mask, Scores
from vault_mem.index.lexical.bm25f import Lengths, holding, score_terms
from vault_mem.index.lexical.postings import LIKELY, ROW_TYPE, Postings, PostingsCache, token_bytes

_META = "meta.json"
_PACKED = ("lengths_a", "lengths_b")
_BITS = 21
_SHARE = 3
_MAX_PARTS = 8
_HEAP = 64 << 20
_LOCKED = "LockBusy"
_LOCK_WAIT = 10.0
_POLL = 0.02
_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of ids, both ends inclusive, that was there when it was first seen, with the rows of its documents."""

    first: int
    last: int
    rows: NDArray[np.void]

    @property
    def name(self) -> str:
        return f"{self.first}-{self.last}"


class TantivyLexicalIndex:
    """A LexicalIndex in a folder of tantivy's; a folder that is not there is an empty index, made by the first `add`.

    Raises, from every method: IndexDamagedError if the files cannot be read, StorageError if the disk refuses,
    VaultBusyError if two processes write against the rule.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read or made yet."""
        self._folder = folder
        self._schema = _schema()
        self._lock = threading.RLock()
        self._cache = PostingsCache()
        self._forget()

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add documents and commit; after a kill either all of them are there or none."""
        with self._seam():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._writing() as writer:
            for document in documents:
                with self._seam():
                    writer.add_document(_stored(document))

    def discard_after(self, last_id: int) -> None:
        """Remove every document whose id is greater than `last_id`, and commit."""
        if self.last_id() > last_id:
            with self._writing() as writer, self._seam():
                writer.delete_documents_by_query(self._between(last_id + 1, _MOST))

    def last_id(self) -> int:
        """Return the greatest document id that is stored, -1 if the index is empty."""
        with self._seam():
            self._refresh()
            return self._parts[-1].last if self._parts else -1

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
            counts = ((sum(df for _, _, df in self._counted(name, term)) for name in LIKELY) for term in terms)
            return [next((count for count in found if count), 0) for found in counts]

    def close(self) -> None:
        """Release files."""
        with self._lock:
            self._cache.clear()
            self._forget()

    # --- reading -------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._meta = b""
        self._searcher: tantivy.Searcher | None = None
        self._parts: list[_Part] = []
        self._lengths = Lengths([])

    def _refresh(self) -> None:
        """Open what the last commit, of this or another process, has left; read only the documents that are new."""
        meta = self._read_meta()
        if meta == self._meta:
            return
        if not meta:
            self.close()
            return
        searcher = self._search(meta)
        known, parts = self._parts[-1].last if self._parts else -1, self._parts
        new = self._rows(searcher, known + 1)
        if sum(len(part.rows) for part in parts) + len(new) != searcher.num_docs or len(parts) >= _MAX_PARTS:
            parts, new = [], self._rows(searcher, 0)
        if len(new):
            parts = [*parts, _Part(parts[-1].last + 1 if parts else 0, int(new["id"].max()), new)]
        self._parts, self._searcher, self._meta = parts, searcher, meta
        self._lengths = Lengths([part.rows for part in parts], self._lengths)
        self._cache.keep({part.name for part in parts})

    def _read_meta(self) -> bytes:
        """Return what tantivy replaces at every commit, nothing if there is no index."""
        try:
            return (self._folder / _META).read_bytes()
        except FileNotFoundError:
            return b""

    def _search(self, meta: bytes) -> tantivy.Searcher:
        """Return what searches the last commit; another process may commit, and remove files, in the meantime."""
        while True:
            try:
                return tantivy.Index.open(str(self._folder)).searcher()
            except ValueError:
                before, meta = meta, self._read_meta()
                if meta == before:
                    raise

    def _rows(self, searcher: tantivy.Searcher, first: int) -> NDArray[np.void]:
        """Return the id and lengths of every document from an id on."""
        query = self._between(first, _MOST)
        hits = searcher.search(query, max(1, searcher.num_docs), count=False, order_by_field="id").hits
        rows = np.zeros(len(hits), dtype=ROW_TYPE)
        rows["id"] = np.fromiter((value for value, _ in hits), dtype=np.int64, count=len(hits))
        places = [place for _, place in hits]
        for at, name in enumerate(_PACKED):
            packed = np.array(searcher.fast_field_values(name, places), dtype=np.int64)
            for place in range(_SHARE):
                rows["lengths"][:, at * _SHARE + place] = packed >> (_BITS * place) & ((1 << _BITS) - 1)
        return rows

    def _postings(self, name: str, term: str) -> list[Postings]:
        """Return the term's postings in each part that has it."""
        return self._cache.of(self._parts, name, token_bytes(term), lambda part: self._read(part, name, term))

    def _read(self, part: _Part, name: str, term: str) -> Postings:
        read = []
        for stored, count, documents in self._counted(name, term):
            query = tantivy.Query.term_query(self._schema, name, stored, "basic")
            if len(self._parts) > 1:
                only = self._between(part.first, part.last)
                query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, only)])
            hits = self._opened.search(query, documents, count=False, order_by_field="id").hits
            ids = np.fromiter((value for value, _ in hits), dtype=np.uint32, count=len(hits))
            read.append(Postings(ids, np.full(len(ids), count, dtype=np.uint32)))
        return Postings.joined(read) if read else Postings.EMPTY

    def _counted(self, name: str, term: str) -> list[tuple[str, int, int]]:
        """Return (stored term, count, about how many documents) of each count with which a token stands in a field."""
        if self._searcher is None or not _is_text(term):
            return []
        found = self._searcher.terms_with_prefix(name, f"{term}\0")
        return [(stored, int(stored.rpartition("\0")[2]), documents) for stored, documents in found]

    def _between(self, first: int, last: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._schema, "id", tantivy.FieldType.Unsigned, first, last)

    @property
    def _opened(self) -> tantivy.Searcher:
        if self._searcher is None:
            raise IndexDamagedError("lexical index (it is not there)")
        return self._searcher

    # --- seams ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """Lend a writer that commits at the end of the block, or changes nothing if that fails."""
        with self._lock:
            with self._seam():
                writer = self._writer()
            try:
                yield writer
            except BaseException:
                writer.rollback()
                raise
            with self._seam():
                writer.commit()
                writer.wait_merging_threads()

    def _writer(self) -> tantivy.IndexWriter:
        """Return a writer; a program that another thread starts may hold the last one's lock for a moment."""
        end = time.monotonic() + _LOCK_WAIT
        while True:
            try:
                return tantivy.Index(self._schema, str(self._folder)).writer(_HEAP, 1)
            except ValueError as exc:
                if _LOCKED not in str(exc) or time.monotonic() > end:
                    raise
                time.sleep(_POLL)

    @contextmanager
    def _seam(self) -> Iterator[None]:
        """One thread at a time; tantivy's errors, which are ValueErrors or panics, become ours."""
        with self._lock:
            try:
                yield
            except OSError as exc:
                raise StorageError(self._folder, str(exc)) from exc
            except (ValueError, OverflowError, TypeError, LookupError) as exc:
                if _LOCKED in str(exc):
                    raise VaultBusyError("The lexical index is being written by another process") from exc
                raise IndexDamagedError(f"lexical index ({exc})") from exc
            except BaseException as exc:
                if type(exc).__name__ != "PanicException":
                    raise
                raise IndexDamagedError(f"lexical index ({exc})") from exc


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", *_PACKED):
        builder.add_unsigned_field(name, fast=True, indexed=name == "id")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def _stored(document: LexicalDocument) -> tantivy.Document:
    """Return a document as tantivy stores it: its id, its lengths, three to a number, and its counted tokens.

    Analysed tokens hold no white space, at which tantivy tells them apart.
    """
    stored = tantivy.Document()
    stored.add_unsigned("id", document.id)
    lengths = [len(document.fields.get(name, ())) for name in FIELDS]
    for at, name in enumerate(_PACKED):
        share = lengths[at * _SHARE : (at + 1) * _SHARE]
        stored.add_unsigned(name, sum(length << (_BITS * place) for place, length in enumerate(share)))
    for name in FIELDS:
        if tokens := document.fields.get(name):
            counted = Counter(token for token in tokens if _is_text(token))
            stored.add_text(name, " ".join([f"{token}\0{count}" for token, count in counted.items()]))
    return stored


def _is_text(token: str) -> bool:
    """Whether a token can be stored: one with a lone surrogate cannot, and is never found."""
    return token.isascii() or token.encode("utf-8", "replace").decode() == token
