"""Blobs to parsed notes, in lists that a transaction can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, Document

_BATCH = 500
_BATCH_BYTES = 16 << 20


def parsed(blobs: Iterable[tuple[BlobId, bytes]]) -> Iterator[list[tuple[BlobId, Document]]]:
    """Yield parsed notes in lists that a transaction can hold: some hundred notes, and a few megabytes, each."""
    batch: list[tuple[BlobId, Document]] = []
    size = 0
    for blob, data in blobs:
        batch.append((blob, parse(data)))
        size += len(data)
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
