"""The catalog: what every blob says, as chunks with permanent document ids; the source the engines follow.

A document id stands for one chunk of one blob, or for one distinct file name; it is given once and never again. A blob
is stored once whatever its paths, branches and dates are. Engines (lexical, vectors) copy what is above their own last
id, so each can be deleted and made again alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from vault_mem.errors import IndexDamagedError, IndexReplacedError
from vault_mem.index.database import Database
from vault_mem.index.filling import Filling, SeenWords, clean, next_id, next_row
from vault_mem.index.stored import StoredNote
from vault_mem.index.texts import embedded_text
from vault_mem.index.vocabulary import spelt_in, words_in
from vault_mem.notes.model import BlobId, Chunk, Document, Lines

SCHEMA_VERSION = 5
"""Raised with every change of the tables or of what is put into them (chunking, field texts, analysis)."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('epoch', lower(hex(randomblob(8))));
CREATE TABLE blobs (
  blob TEXT PRIMARY KEY, title TEXT, tags TEXT NOT NULL, properties TEXT NOT NULL,
  metadata TEXT NOT NULL, outline TEXT NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL
);
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, blob TEXT, ordinal INTEGER NOT NULL, text TEXT NOT NULL,
  first_line INTEGER NOT NULL, last_line INTEGER NOT NULL, headings TEXT NOT NULL, author TEXT, vector INTEGER
);
CREATE TABLE names (name TEXT PRIMARY KEY, document INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT UNIQUE NOT NULL);
CREATE TABLE vectors (row INTEGER PRIMARY KEY, hash BLOB UNIQUE NOT NULL, document INTEGER NOT NULL);
CREATE TABLE commits (seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, parents TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE changes (seq INTEGER NOT NULL, path BLOB NOT NULL, old TEXT, new TEXT);
CREATE INDEX changes_by_path ON changes (path, seq);
CREATE INDEX changes_by_commit ON changes (seq)
"""
_PAGE = 500
_Row: TypeAlias = tuple[Any, ...]  # Any: what SQLite returns; the tables above say which column is what


_DOCUMENTS = """SELECT d.id, d.blob, d.ordinal, d.text, d.headings, d.author, b.title, b.tags, b.properties
                FROM documents d LEFT JOIN blobs b ON b.blob = d.blob"""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document to index: its id, and its text by field (fields without text left out)."""

    id: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VectorText:
    """A text to embed, and the row its vector stands in."""

    row: int
    text: str


class Catalog:
    """Parsed notes in one SQLite file; safe for several threads and processes.

    Every method raises IndexDamagedError if the file cannot be read, StorageError if the disk refuses, VaultBusyError
    if another process writes for longer than half a minute.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self.database = Database(path, schema=_SCHEMA, version=SCHEMA_VERSION)
        self._seen = SeenWords()

    @property
    def epoch(self) -> str:
        """What this filling of the catalog is called; ids of two epochs have nothing to do with each other."""
        with self.database.read() as connection:
            return _epoch(connection)

    def clear(self) -> None:
        """Forget everything and begin a new epoch."""
        with self.database.write() as connection:
            for table in ("blobs", "documents", "names", "words", "vectors", "commits", "changes"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  (a name from the line above)
            connection.execute("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE key = 'epoch'")

    def close(self) -> None:
        """Release the file."""
        self.database.close()

    # --- writing -------------------------------------------------------------------------------------------------

    def add_blobs(self, items: Iterable[tuple[BlobId, Document]]) -> int:
        """Store what is not there yet, in one transaction; returns how many blobs were new."""
        given = dict(items)
        with self._filling() as filling:
            known = filling.stored_blobs(given)
            for blob, document in given.items():
                if blob not in known:
                    filling.add_blob(blob, document)
        return len(given) - len(known)

    def add_names(self, names: Iterable[str]) -> None:
        """Give each file name (without folder and `.md`) that is new a document id."""
        given = {clean(name) for name in names}
        with self._filling() as filling:
            for name in sorted(given - filling.stored_names(given)):
                filling.add_name(name)

    @contextmanager
    def _filling(self) -> Iterator[Filling]:
        """Lend rows to add to in one transaction; their words are stored too."""
        with self.database.write() as connection:
            epoch = _epoch(connection)
            filling = Filling(connection)
            yield filling
            filling.write(spelt_in(self._seen.unseen(filling.stretches, epoch)))
        self._seen.see(filling.stretches, epoch)

    # --- look-up -------------------------------------------------------------------------------------------------

    def name_documents(self, names: Collection[str]) -> dict[str, int]:
        """Return the document id of every name that has one."""
        query = "SELECT name, document FROM names WHERE name IN (SELECT value FROM json_each(?))"
        with self.database.read() as connection:
            found = dict(connection.execute(query, (json.dumps([clean(name) for name in names]),)).fetchall())
        return {name: found[clean(name)] for name in names if clean(name) in found}

    def stored(self, blobs: Collection[BlobId]) -> dict[BlobId, StoredNote]:
        """Return what is known of the blobs; those that are not stored are left out."""
        query = """SELECT blob, title, first, count, metadata, outline FROM blobs
                   WHERE blob IN (SELECT value FROM json_each(?))"""
        given = {blob: blob for blob in blobs}  # a hundred thousand ids are kept once, not as SQLite's copies too
        with self.database.read() as connection:
            rows = connection.execute(query, (json.dumps(list(given)),))
            return {
                given[blob]: StoredNote(given[blob], title, range(first, first + count), metadata, outline)
                for blob, title, first, count, metadata, outline in rows
            }

    def chunk(self, document: int) -> Chunk:
        """Return a chunk by its document id.

        Raises:
            IndexReplacedError: if no chunk has this id (any more).
        """
        return self.chunks([document])[document]

    def chunks(self, documents: Collection[int]) -> dict[int, Chunk]:
        """Return chunks by their document ids.

        Raises:
            IndexReplacedError: if no chunk has one of these ids (any more).
        """
        query = """SELECT id, ordinal, text, first_line, last_line, headings, author FROM documents
                   WHERE id IN (SELECT value FROM json_each(?)) AND blob IS NOT NULL"""
        with self.database.read() as connection:
            rows = connection.execute(query, (json.dumps([int(document) for document in documents]),)).fetchall()
        found = {row[0]: _chunk(row[1:]) for row in rows}
        if len(found) < len(set(documents)):
            raise IndexReplacedError
        return found

    def properties(self, documents: Collection[int]) -> dict[int, str]:
        """Return what people wrote into the frontmatter, by the id of a note's first chunk; empty ones left out."""
        query = """SELECT d.id, b.properties FROM documents d JOIN blobs b ON b.blob = d.blob
                   WHERE d.id IN (SELECT value FROM json_each(?)) AND d.ordinal = 0 AND b.properties != ''"""
        with self.database.read() as connection:
            return dict(connection.execute(query, (json.dumps([int(document) for document in documents]),)).fetchall())

    def words_after(self, number: int, *, limit: int) -> list[tuple[int, str]]:
        """Return (number, word) of the words of all notes with a greater number, by number, `limit` at most.

        Words are as written but lower-cased, each once, those that can be misspelt; a number is never given twice.
        """
        query = "SELECT number, word FROM words WHERE number > ? ORDER BY number LIMIT ?"
        with self.database.read() as connection:
            return connection.execute(query, (number, limit)).fetchall()

    def has_word(self, word: str, documents: Collection[int]) -> bool:
        """Whether a word, lower-cased, is written in any of these documents as `words_after` has it."""
        query = _DOCUMENTS + " WHERE d.id IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant
        with self.database.read() as connection:
            for row in connection.execute(query, (json.dumps([int(document) for document in documents]),)):
                texts = _document_text(row).fields.values()
                if any(word in text.lower() for text in texts) and word in words_in(texts):
                    return True
        return False

    # --- for the engines that follow -------------------------------------------------------------------------------

    def last_document(self) -> int:
        """Return the greatest document id, -1 if there is none; ids begin at 0."""
        with self.database.read() as connection:
            return next_id(connection) - 1

    def vector_count(self) -> int:
        """Return how many distinct texts there are to embed; their rows are 0 to this, exclusive."""
        with self.database.read() as connection:
            return next_row(connection)

    def texts_after(self, document: int) -> Iterator[DocumentText]:
        """Yield every document with a greater id, by id; a bounded number is held at a time."""
        query = _DOCUMENTS + " WHERE d.id > ? ORDER BY d.id LIMIT ?"
        while rows := self._page(query, document):
            yield from (_document_text(row) for row in rows)
            document = rows[-1][0]

    def vector_texts_from(self, row: int) -> Iterator[VectorText]:
        """Yield every text to embed from a row on, by row; a bounded number is held at a time."""
        query = """SELECT v.row, d.text, d.headings, d.author, b.title FROM vectors v
                   JOIN documents d ON d.id = v.document JOIN blobs b ON b.blob = d.blob
                   WHERE v.row > ? ORDER BY v.row LIMIT ?"""
        last = row - 1
        while rows := self._page(query, last):
            for found, text, headings, author, title in rows:
                yield VectorText(
                    found, embedded_text(title=title, headings=json.loads(headings), author=author, text=text)
                )
            last = rows[-1][0]

    def vector_rows(self, after: int) -> list[tuple[int, int]]:
        """Return (document id, vector row) of every chunk with a greater id, by id."""
        query = "SELECT id, vector FROM documents WHERE id > ? AND vector IS NOT NULL ORDER BY id"
        with self.database.read() as connection:
            return connection.execute(query, (after,)).fetchall()

    def _page(self, query: str, after: int) -> list[_Row]:
        with self.database.read() as connection:
            return connection.execute(query, (after, _PAGE)).fetchall()


def _epoch(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
    if row is None:
        raise IndexDamagedError("the catalog has no epoch")
    return str(row[0])


def _chunk(row: _Row) -> Chunk:
    ordinal, text, first, last, headings, author = row
    return Chunk(ordinal, text, Lines(first, last), tuple(json.loads(headings)), author)


def _document_text(row: _Row) -> DocumentText:
    document, blob, ordinal, text, headings, author, title, tags, properties = row
    if blob is None:
        return DocumentText(document, {"name": text})
    fields = {
        "title": title,
        "tags": tags,
        "headings": "\n".join(json.loads(headings)),
        "body": text if ordinal else f"{properties}\n{text}",
        "author": author,
    }
    return DocumentText(document, {name: value for name, value in fields.items() if value and value.strip()})
