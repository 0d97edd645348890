from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.index.samples import blob_of, parsed
from vault_mem.errors import IndexDamagedError, IndexReplacedError, StorageError
from vault_mem.index.catalog import Catalog
from vault_mem.index.stored import decode_metadata, encode_metadata
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, Document, Link, Metadata, NoteId

DECISION = """\
---
id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G
type: decision
tags:
  - api
aliases:
  - url versioning
created: 2026-11-20T10:30:00
confidence: 0.9
owner: "[[Platform Team]]"
supersedes:
  - "[[api-header-versioning]]"
---
# The public API is versioned by URL path

We pin the version in the path. See [[api-deprecation-policy#When|policy]].

## Why
Two clients cannot set headers.
"""


def test_a_blob_comes_back_as_it_was_parsed(catalog: Catalog) -> None:
    document = parse(DECISION.encode())
    blob = blob_of(DECISION)
    assert catalog.add_blobs([(blob, document)]) == 1
    note = catalog.stored([blob])[blob]
    assert (note.blob, note.title) == (blob, document.title)
    assert note.metadata == document.metadata
    assert (note.links, note.problems) == (document.links, document.problems)
    assert [catalog.chunk(number) for number in note.documents] == list(document.chunks)


def test_metadata_survives_key_by_key() -> None:
    moment = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    metadata = Metadata(
        id=NoteId("01K9ZQ3T8M5N2V7C4X6B1D0F9G"),
        type="fact",
        category="people",
        key="ada",
        tags=("a/b",),
        aliases=("x", "数据"),
        tier="semantic",
        created=moment,
        valid_from=moment,
        valid_to=moment,
        expires=moment,
        status="archived",
        confidence=0.0,
        importance=1.0,
        pinned=True,
        triggers=("*.py",),
        anchors=("a.py#L1",),
        source="s",
        agent="a",
        private=True,
        relations={"supersedes": ("x", "y"), "own": ()},
    )
    assert decode_metadata(encode_metadata(metadata)) == metadata
    assert decode_metadata(encode_metadata(Metadata())) == Metadata()


def test_a_blob_is_stored_once(catalog: Catalog) -> None:
    items = parsed("# One\n\ntext", "# Two\n\ntext")
    assert catalog.add_blobs(items) == 2
    last = catalog.last_document()
    assert catalog.add_blobs([*items, items[0]]) == 0
    assert catalog.last_document() == last
    assert catalog.stored([items[0][0], blob_of("unknown")]).keys() == {items[0][0]}


def test_a_note_without_text_has_a_document(catalog: Catalog) -> None:
    empty, titled = parsed("", "# Only a title\n")
    catalog.add_blobs([empty, titled])
    notes = catalog.stored([empty[0], titled[0]])
    assert all(len(note.documents) == 1 for note in notes.values())
    texts = {text.id: text.fields for text in catalog.texts_after(-1)}
    assert "Only a title" in texts[notes[titled[0]].documents[0]]["title"]


def test_texts_are_what_a_person_wrote(catalog: Catalog) -> None:
    catalog.add_blobs([(blob_of(DECISION), parse(DECISION.encode()))])
    catalog.add_names(["api-versioning"])
    *chunks, name = [text.fields for text in catalog.texts_after(-1)]
    assert chunks[0]["title"] == "The public API is versioned by URL path"
    assert chunks[0]["tags"].split("\n") == ["api", "url versioning"]
    assert "Platform Team" in chunks[0]["body"]
    assert "api-header-versioning" in chunks[0]["body"]
    assert "2026-11-20" not in chunks[0]["body"]
    assert "Two clients cannot set headers." in "".join(fields["body"] for fields in chunks)
    assert name == {"name": "api-versioning"}


def test_followers_continue_where_they_are(catalog: Catalog) -> None:
    catalog.add_blobs(parsed(*(f"# Note {number}\n\ntext {number}" for number in range(1_200))))
    every = [text.id for text in catalog.texts_after(-1)]
    assert every == sorted(every)
    assert len(every) == 1_200
    assert [text.id for text in catalog.texts_after(every[700])] == every[701:]
    assert [text.row for text in catalog.vector_texts_from(1_100)] == list(range(1_100, 1_200))


def test_equal_passages_share_a_vector(catalog: Catalog) -> None:
    shared = "# Title\n\n" + "\n\n".join(f"## Part {part}\n\n" + f"words {part} " * 150 for part in range(4))
    catalog.add_blobs(parsed(shared, shared.replace("words 3 words 3", "words 3 changed", 1)))
    rows = [row for _, row in catalog.vector_rows(-1)]
    assert len(rows) > len(set(rows)) == catalog.vector_count()


def test_names_are_given_ids_once(catalog: Catalog) -> None:
    catalog.add_names(["b", "a", "b"])
    first = catalog.name_documents(["a", "b", "unknown"])
    catalog.add_names(["a", "c"])
    assert catalog.name_documents(["a", "b"]) == first
    assert len(set(catalog.name_documents(["a", "b", "c"]).values())) == 3
    with pytest.raises(IndexReplacedError):
        catalog.chunk(first["a"])


def test_text_that_is_not_unicode_does_not_stop_it(catalog: Catalog) -> None:
    text = '---\nalias: "\\ud800"\ntags: ["\\udfff"]\n---\n# T \x00 \ufffd\n'
    blob = blob_of(text)
    document = parse(text.encode())
    odd = Document(
        document.text,
        {"x": "\ud800"},
        Metadata(tags=("\ud800",), relations={"\ud800": ("\udfff",)}),
        "\ud800",
        1,
        (),
        (Link("\ud800", 1),),
        (),
    )
    catalog.add_blobs([(blob, document), (BlobId("0" * 40), odd)])
    catalog.add_names(["\udcff"])
    assert len(list(catalog.texts_after(-1))) == 3
    assert catalog.stored([BlobId("0" * 40)])[BlobId("0" * 40)].links[0].target == "\ud800"
    assert catalog.name_documents(["\udcff"]).keys() == {"\udcff"}


def test_clearing_begins_a_new_epoch(catalog: Catalog) -> None:
    catalog.add_blobs(parsed("# One"))
    before = catalog.epoch
    catalog.clear()
    assert catalog.epoch != before
    assert catalog.last_document() == -1
    assert not list(catalog.texts_after(-1))


def test_a_failed_batch_leaves_nothing(catalog: Catalog) -> None:
    def broken() -> Iterator[tuple[BlobId, Document]]:
        yield from parsed("# One")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        catalog.add_blobs(broken())
    assert catalog.last_document() == -1


def test_threads_read_and_write_at_once(catalog: Catalog) -> None:
    def work(number: int) -> int:
        items = parsed(*(f"# Note {number} {part}" for part in range(5)))
        catalog.add_blobs(items)
        return len(catalog.stored([blob for blob, _ in items]))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(24))) == [5] * 24
    assert catalog.last_document() == 24 * 5 - 1


@pytest.mark.parametrize("content", [b"not a database" * 400, b"SQLite format 3\0" + b"\xff" * 4_000])
def test_a_damaged_file_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "catalog.sqlite"
    file.write_bytes(content)
    with pytest.raises(IndexDamagedError):
        Catalog(file)


def test_another_schema_is_not_trusted(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite"
    other = sqlite3.connect(file)
    other.execute("PRAGMA user_version = 999")
    other.execute("CREATE TABLE blobs (x)")
    other.close()
    with pytest.raises(IndexDamagedError, match="999"):
        Catalog(file)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission")
def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Catalog(tmp_path / "missing" / "catalog.sqlite")
