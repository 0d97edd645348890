"""The notes of one commit, kept in the user's cache: a process that asks once need not have git list them.

Derived, and named by its commit: a file that is missing, cut off, damaged or of another program is as none.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import cast

from vault_mem import __version__
from vault_mem.notes.model import BlobId, CommitId, NotePath

FEWEST = 2_000
"""Notes below which git lists them as fast."""

_END = b"\n"


class SavedNotes:
    """One file, replaced as a whole; safe for several processes."""

    def __init__(self, file: Path) -> None:
        """Use this file, which need not be there."""
        self._file = file

    def load(self) -> tuple[CommitId, dict[NotePath, BlobId]] | None:
        """Return the commit and its notes, None if there is nothing of use."""
        try:
            head, _, body = self._file.read_bytes().partition(_END)
            program, commit, checksum = head.decode("ascii").split(" ")
            if program != __version__ or int(checksum) != zlib.crc32(body):
                return None
            paths, _, blobs = body.decode("utf-8").partition("\0\0")
            notes = dict(zip(paths.split("\0"), blobs.split("\0"), strict=True))
        except (OSError, ValueError):
            return None
        return CommitId(commit), cast("dict[NotePath, BlobId]", notes)

    def save(self, commit: CommitId, notes: Mapping[NotePath, BlobId]) -> None:
        """Keep the notes of a commit; nothing if there are few, or the disk refuses."""
        if len(notes) < FEWEST:
            return
        body = ("\0".join(notes) + "\0\0" + "\0".join(notes.values())).encode("utf-8")
        head = f"{__version__} {commit} {zlib.crc32(body)}".encode("ascii")
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                part.write_bytes(head + _END + body)
                part.replace(self._file)
            finally:
                part.unlink(missing_ok=True)
