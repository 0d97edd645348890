"""Notes and commits for the index's tests, made from plain text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, CommitId, Document, NotePath
from vault_mem.notes.record import CommitRecord, FileChange

START = datetime(2026, 1, 1, tzinfo=UTC)


def blob_of(text: str) -> BlobId:
    data = text.encode()
    return BlobId(hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest())


def parsed(*texts: str) -> list[tuple[BlobId, Document]]:
    return [(blob_of(text), parse(text.encode())) for text in texts]


class Files:
    """A stand-in for a vault: text by path, and what was read of it."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts = {NotePath(path): text for path, text in (texts or {}).items()}
        self.history: dict[BlobId, str] = {}
        self.read: list[BlobId] = []
        self.notes()

    def notes(self) -> dict[NotePath, BlobId]:
        notes = {path: blob_of(text) for path, text in self.texts.items()}
        self.history |= {blob_of(text): text for text in self.texts.values()}
        return notes

    def reader(self) -> Callable[[Sequence[BlobId]], Iterable[tuple[BlobId, bytes]]]:
        def read(blobs: Sequence[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
            for blob in blobs:
                if blob in self.history:
                    self.read.append(blob)
                    yield blob, self.history[blob].encode()

        return read


def commit_id(name: str) -> CommitId:
    return CommitId(hashlib.sha1(name.encode()).hexdigest())


def commit(
    name: str, *parents: str, changes: Sequence[tuple[str, str | None, str | None]] = (), minutes: int = 0
) -> CommitRecord:
    """A commit named for a test; a change is (path, old text, new text)."""
    return CommitRecord(
        id=commit_id(name),
        parents=tuple(commit_id(parent) for parent in parents),
        time=START + timedelta(minutes=minutes),
        author="Ada",
        subject=name,
        changes=tuple(
            FileChange(NotePath(path), None if old is None else blob_of(old), None if new is None else blob_of(new))
            for path, old, new in changes
        ),
    )
