"""Parsed notes to rows of the catalog, many in one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

from vault_mem.index.stored import encode_metadata, encode_outline
from vault_mem.index.texts import embedded_text, property_text, tag_text
from vault_mem.index.vocabulary import stretches_in
from vault_mem.notes.model import BlobId, Chunk, Document, Lines

MAX_SEEN = 100_000
"""Stretches of text whose words are known to be stored, the ones first seen; about 10 MB."""

_MAX_STRETCH = 64

_Row: TypeAlias = tuple[Any, ...]  # Any: what SQLite stores; the catalog's tables say which column is what


class SeenWords:
    """Which stretches of text have their words in the catalog already, so that most of a note is not looked at."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._epoch = ""
        self._stretches: set[str] = set()

    def unseen(self, stretches: set[str], epoch: str) -> set[str]:
        """Return those that were not seen in this epoch, which their words have to be stored of."""
        if epoch != self._epoch:
            self._epoch, self._stretches = epoch, set()
        return stretches - self._stretches

    def see(self, stretches: set[str], epoch: str) -> None:
        """Remember stretches whose words are stored for good."""
        if epoch == self._epoch and len(self._stretches) < MAX_SEEN:
            self._stretches.update(stretch for stretch in stretches if len(stretch) <= _MAX_STRETCH)


class Filling:
    """New rows of one transaction: ids are given when a note is added, and everything is written at the end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Begin behind the rows that are there."""
        self.stretches: set[str] = set()
        self._connection = connection
        self._next_document = next_id(connection)
        self._next_vector = next_row(connection)
        self._blobs: list[_Row] = []
        self._documents: list[_Row] = []
        self._names: list[_Row] = []
        self._vectors: dict[bytes, _Row] = {}

    def stored_blobs(self, blobs: Collection[BlobId]) -> set[BlobId]:
        """Return those of the blobs that are stored already."""
        query = "SELECT blob FROM blobs WHERE blob IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._connection.execute(query, (json.dumps(list(blobs)),))}

    def stored_names(self, names: Collection[str]) -> set[str]:
        """Return those of the file names, cleaned, that have a document id already."""
        query = "SELECT name FROM names WHERE name IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._connection.execute(query, (json.dumps(list(names)),))}

    def add_blob(self, blob: BlobId, document: Document) -> None:
        """Give each of a note's passages a document id; a note without text has one that is empty."""
        chunks = document.chunks or (Chunk(0, "", Lines(document.body_line, document.body_line)),)
        title = clean(document.title) if document.title else None
        first = self._next_document
        rows = [self._chunk_row(blob, title, chunk) for chunk in chunks]
        tags, properties = clean(tag_text(document)), clean(property_text(document.properties))
        texts = (encode_metadata(document.metadata), encode_outline(document))
        self._blobs.append((blob, title, tags, properties, *texts, first, len(chunks)))
        self._documents += rows
        spoken = (text for chunk in chunks for text in (chunk.text, *chunk.headings, chunk.author or ""))
        self.stretches |= stretches_in((title or "", tags, properties, *spoken))

    def add_name(self, name: str) -> None:
        """Give a file name a document id."""
        self._names.append((name, self._next_document))
        self._documents.append((self._next_document, None, 0, name, 0, 0, "[]", None, None))
        self._next_document += 1
        self.stretches |= stretches_in([name])

    def write(self, words: Iterable[str]) -> None:
        """Store what was added, and words that may be new."""
        execute = self._connection.executemany
        execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._documents)
        execute("INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._blobs)
        execute("INSERT INTO names VALUES (?, ?)", self._names)
        execute("INSERT INTO vectors VALUES (?, ?, ?)", self._vectors.values())
        execute("INSERT OR IGNORE INTO words (word) VALUES (?)", sorted((word,) for word in words))

    def _chunk_row(self, blob: BlobId, title: str | None, chunk: Chunk) -> _Row:
        document = self._next_document
        self._next_document += 1
        text = clean(chunk.text)
        author = clean(chunk.author) if chunk.author else None
        headings = [clean(heading) for heading in chunk.headings]
        row = self._vector_row(document, embedded_text(title=title, headings=headings, author=author, text=text))
        place = (chunk.lines.first, chunk.lines.last, json.dumps(headings))
        return (document, blob, chunk.ordinal, text, *place, author, row)

    def _vector_row(self, document: int, text: str) -> int:
        """Return the row of a text's vector; equal texts, such as an old version's unchanged chunks, share one."""
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        if digest in self._vectors:
            return int(self._vectors[digest][0])
        found = self._connection.execute("SELECT row FROM vectors WHERE hash = ?", (digest,)).fetchone()
        if found:
            return int(found[0])
        row = self._next_vector
        self._next_vector += 1
        self._vectors[digest] = (row, digest, document)
        return row


def next_id(connection: sqlite3.Connection) -> int:
    """Return the first document id that was never given."""
    return int(connection.execute("SELECT coalesce(max(id) + 1, 0) FROM documents").fetchone()[0])


def next_row(connection: sqlite3.Connection) -> int:
    """Return the row of the next new text to embed."""
    return int(connection.execute("SELECT coalesce(max(row) + 1, 0) FROM vectors").fetchone()[0])


def clean(text: str) -> str:
    """Return text that can be stored as UTF-8: lone surrogates (from YAML escapes, odd file names) become `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
