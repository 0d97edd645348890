"""Notes come in lists that a transaction can hold."""

from __future__ import annotations

import pytest

from tests.index.samples import blob_of
from vault_mem.index import parsing
from vault_mem.index.parsing import parsed
from vault_mem.notes.model import BlobId


def blobs(count: int) -> list[tuple[BlobId, bytes]]:
    texts = [f"note {number}" for number in range(count)]
    return [(blob_of(text), text.encode()) for text in texts]


def test_every_note_comes_once_in_order() -> None:
    given = blobs(1_001)
    batches = list(parsed(given))
    assert [len(batch) for batch in batches] == [500, 500, 1]
    assert [(blob, document.text.encode()) for batch in batches for blob, document in batch] == given
    assert list(parsed([])) == []


def test_large_notes_come_in_shorter_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_BATCH_BYTES", 20)
    assert [len(batch) for batch in parsed(blobs(7))] == [4, 3]
