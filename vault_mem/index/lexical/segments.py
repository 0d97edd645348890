"""Segments of whoosh's, in which a term leads to the bytes of whole arrays instead of to blocks of postings.

Whoosh's own blocks are read and written one posting at a time, in Python.
"""

from __future__ import annotations

import heapq
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats, index
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3Segment, W3TermInfo, W3TermsReader
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import SegmentWriter

from vault_mem.errors import IndexDamagedError
from vault_mem.index.lexical.base import FIELDS, LexicalDocument
from vault_mem.index.lexical.postings import LIKELY, Batch, Postings, decoded_rows, encoded_rows

_ROWS = "rows"
_TIER = 8
_CHUNK = 1 << 20
_SEAL = struct.Struct("<I")

_Entry = tuple[str, bytes, Postings]
Policy = Callable[["Writer", list[W3Segment]], list[W3Segment]]
"""Which segments a writer takes into its own, and which stay."""


class Content(fields.FieldType):  # type: ignore[misc]  # whoosh is not typed for us
    """A field whose terms lead to bytes."""

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.vector = None
        self.column_type = None
        self.scorable = False
        self.stored = False


def schema() -> fields.Schema:
    """Return the fields of a segment: those of documents, and one for their rows."""
    return fields.Schema(**{name: Content() for name in (*FIELDS, _ROWS)})


class ContentCodec(W3Codec):  # type: ignore[misc]  # whoosh is not typed for us
    """Whoosh's own files, except for what a term leads to."""

    length_stats = False

    def terms_reader(self, storage: Storage, segment: W3Segment) -> W3TermsReader:
        """Return what finds terms; where a file cannot be read, whoosh would leave the other one open."""
        with ExitStack() as unless_both:
            length = _sealed_length(_terms_file(storage, segment))
            terms = unless_both.enter_context(closing(storage.open_file(segment.make_filename(self.TERMS_EXT))))
            contents = unless_both.enter_context(closing(segment.open_file(storage, self.POSTS_EXT)))
            reader = W3TermsReader(self, terms, length, contents)
            unless_both.pop_all()
        return reader

    def field_writer(self, storage: Storage, segment: W3Segment) -> W3FieldWriter:
        """Return what writes terms."""
        return _SealingFieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: StructFile, byteids: bool = False) -> _ContentWriter:  # noqa: ARG002
        """Return what writes the bytes of terms, one after another."""
        return _ContentWriter(dbfile)

    def postings_reader(self, dbfile: StructFile, terminfo: W3TermInfo, *_: object, **__: object) -> bytes:
        """Return the bytes that a term leads to."""
        offset, length = terminfo.extent()
        # whoosh3 gives the length that it has read as a tuple of one.
        content: bytes = dbfile.get(offset, length if isinstance(length, int) else length[0])
        return content


class _SealingFieldWriter(W3FieldWriter):  # type: ignore[misc]  # whoosh is not typed for us
    """Puts a checksum behind the terms: a term that whoosh does not find in a damaged file is as one that is not there.

    What terms lead to has checksums of its own.
    """

    def close(self) -> None:
        """End both files."""
        super().close()
        terms = _terms_file(self._storage, self._segment)
        with terms.open("r+b") as file:
            file.write(_SEAL.pack(_checksum(file, terms.stat().st_size)))


class _ContentWriter:
    """Takes the bytes of a term in the place of a document, and the number of its documents in that of a weight."""

    def __init__(self, file: StructFile) -> None:
        self._file = file
        self._found = W3TermInfo()

    def start_postings(self, *_: object) -> None:
        """Begin a term."""

    def add_posting(self, content: bytes, documents: int, *_: object) -> None:
        """Write the one posting of a term."""
        self._found = W3TermInfo(df=documents)
        self._found.set_extent(self._file.tell(), len(content))
        self._file.write(content)

    def finish_postings(self) -> W3TermInfo:
        """End the term."""
        return self._found


class Storage(FileStorage):  # type: ignore[misc]  # whoosh is not typed for us
    """A folder that leaves no file open where whoosh cannot make sense of it, or misses the next one.

    Tables of contents are read at once.
    """

    _opened: list[StructFile] | None = None

    def open_file(self, name: str, **options: object) -> StructFile:
        """Return a file to read from."""
        if not name.endswith(".toc"):
            file = super().open_file(name, **options)
            if self._opened is not None:
                self._opened.append(file)
            return file
        return StructFile(io.BytesIO(Path(self.folder, name).read_bytes()), name=name, **options)

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Close what was opened in the block if that fails; for one thread at a time."""
        opened: list[StructFile] = []
        self._opened = opened
        try:
            yield
        except BaseException:
            for file in opened:
                if not file.is_closed:
                    file.close()
            raise
        finally:
            self._opened = None


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment: its reader, name, each document's id and field lengths, and the file of its terms as opened."""

    reader: SegmentReader
    name: str
    rows: NDArray[np.void]
    terms: Path
    state: tuple[int, int]

    @staticmethod
    def open(storage: Storage, schema: fields.Schema, segment: W3Segment) -> Segment:
        """Open a segment."""
        terms = _terms_file(storage, segment)
        state = _state(terms)
        with storage.all_or_none():
            reader = SegmentReader(storage, schema, segment)
            return Segment(reader, segment.segment_id(), decoded_rows(reader.postings(_ROWS, b"")), terms, state)

    def close(self) -> None:
        """Release its files."""
        self.reader.close()

    @property
    def is_whole(self) -> bool:
        """Whether the file of its terms, which nobody writes again, is the one that was opened.

        Raises:
            FileNotFoundError: if it is gone.
        """
        return _state(self.terms) == self.state

    @property
    def last_id(self) -> int:
        """The greatest id in it, -1 if there is none."""
        return int(self.rows["id"].max(initial=-1))

    def postings(self, name: str, token: bytes) -> Postings:
        """Return the postings of a token in a field."""
        try:
            return Postings.decoded(self.reader.postings(name, token))
        except TermNotFound:
            return Postings.EMPTY

    def about(self, token: bytes) -> int:
        """Return how many documents hold a token in their body, else in the first field that has it."""
        counts = (int(self.reader.doc_frequency(name, token)) for name in LIKELY)
        return next((count for count in counts if count), 0)

    def entries(self) -> Iterator[_Entry]:
        """Yield (field, token, postings), by field and token."""
        codec, segment = self.reader.codec(), self.reader.segment()
        with closing(segment.open_file(self.reader.storage(), codec.POSTS_EXT)) as file:
            for (name, token), found in self.reader:
                if name != _ROWS:
                    yield name, token, Postings.decoded(codec.postings_reader(file, found))


class Writer(SegmentWriter):  # type: ignore[misc]  # whoosh is not typed for us
    """Writes a segment of documents, of other segments, or of both; the caller holds whoosh's lock."""

    def __init__(self, found: index.FileIndex) -> None:
        """Begin a segment; without documents it comes to nothing."""
        super().__init__(found, _lk=False, codec=ContentCodec(), compound=False)
        self.pool = self._contents = _Contents()
        self.mergetype: Policy = merge_full_tiers

    def add(self, document: LexicalDocument) -> None:
        """Add a document."""
        self._contents.batch.add(document)
        self._grown(1)

    def absorb(self, segment: W3Segment, *, until: int | None = None) -> None:
        """Add the documents of a segment; only those with ids below `until`, if it is given."""
        opened = Segment.open(self.storage, self.schema, segment)
        rows = opened.rows if until is None else opened.rows[opened.rows["id"] < until]
        self._contents.segments.append((opened, rows))
        self._grown(len(rows))

    def _grown(self, documents: int) -> None:
        self.docnum += documents
        if documents:
            self._added = True


class _Contents:
    """What a writer writes, in the shape of whoosh's pool of postings."""

    def __init__(self) -> None:
        self.batch = Batch()
        self.segments: list[tuple[Segment, NDArray[np.void]]] = []

    def iter_postings(self) -> Iterator[tuple[str, bytes, bytes, int, bytes]]:
        """Yield (field, term, content, number of documents, nothing), by field and term."""
        rows = np.concatenate([*(rows for _, rows in self.segments), self.batch.rows])
        contents = ((name, token, postings.encoded(), len(postings.ids)) for name, token, postings in self._postings())
        every = heapq.merge(contents, [(_ROWS, b"", encoded_rows(rows), len(rows))], key=lambda entry: entry[0])
        return ((*entry, b"") for entry in every)

    def _postings(self) -> Iterator[_Entry]:
        place: Callable[[_Entry], tuple[str, bytes]] = lambda entry: entry[:2]  # noqa: E731
        sources = (_kept(segment, rows) for segment, rows in self.segments)
        for (name, token), parts in groupby(heapq.merge(*sources, self.batch.postings(), key=place), key=place):
            yield name, token, Postings.joined([postings for _, _, postings in parts])

    def cleanup(self) -> None:
        """Release what was absorbed."""
        for segment, _ in self.segments:
            segment.close()


def _kept(segment: Segment, rows: NDArray[np.void]) -> Iterator[_Entry]:
    """Yield the entries of a segment, without the documents that are not among the rows."""
    if len(rows) == len(segment.rows):
        return segment.entries()
    until = int(rows["id"].max(initial=-1)) + 1
    entries = ((name, token, postings.below(until)) for name, token, postings in segment.entries())
    return (entry for entry in entries if len(entry[2].ids))


def merge_full_tiers(writer: Writer, segments: list[W3Segment]) -> list[W3Segment]:
    """Merge eight segments of like size into one; returns the segments that stay.

    Whoosh's own policy rewrites large segments now and then in the caller's time; here a document is rewritten once per
    power of eight, and an index of n documents has at most 7 log8(n) segments. Source: tiered merging as in Lucene's
    LogMergePolicy.
    """
    tiers: dict[int, list[W3Segment]] = {}
    for segment in segments:
        tiers.setdefault((max(1, segment.doc_count_all()).bit_length() - 1) // 3, []).append(segment)
    full = {tier for tier, members in tiers.items() if len(members) >= _TIER}
    for tier in sorted(full):
        for segment in tiers[tier]:
            writer.absorb(segment)
    return [segment for tier, members in tiers.items() if tier not in full for segment in members]


def cut_after(last_id: int) -> Policy:
    """Return a policy that rewrites the segments with greater ids, without those; it returns those that stay."""

    def cut(writer: Writer, segments: list[W3Segment]) -> list[W3Segment]:
        stay = []
        for segment in segments:
            with closing(Segment.open(writer.storage, writer.schema, segment)) as opened:
                is_below = opened.last_id <= last_id
            if is_below:
                stay.append(segment)
            else:
                writer.absorb(segment, until=last_id + 1)
        return stay

    return cut


def _terms_file(storage: Storage, segment: W3Segment) -> Path:
    return Path(storage.folder, segment.make_filename(ContentCodec.TERMS_EXT))


def _state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _sealed_length(file: Path) -> int:
    """Return the length of what stands before a file's checksum.

    Raises:
        IndexDamagedError: if the checksum is of something else.
    """
    length = file.stat().st_size - _SEAL.size
    with file.open("rb") as opened:
        crc = _checksum(opened, length)
        if opened.read() != _SEAL.pack(crc):
            raise IndexDamagedError("lexical index (checksum of the terms)")
    return length


def _checksum(file: BinaryIO, length: int) -> int:
    """Return the checksum of so many bytes; read in pieces, as a map of the whole file would count as memory."""
    crc = 0
    while length > 0 and (chunk := file.read(min(length, _CHUNK))):
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc
