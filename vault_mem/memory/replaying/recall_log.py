"""Where recalls are recorded: files of lines in the user's state folder, readable by that user only.

Each session has files of its own, named by a hash and a number, so that forgetting a session is deleting files, and no
program rewrites what another one appends to. A line is written by one call in append mode and begins with its line
break: one that a full disk cut short spoils no other.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.memory.replaying.records import RecallRecord, decode, encode
from vault_mem.vault.trailers import one_line

MAX_FILE = 2 * 1_048_576
"""Bytes after which a session goes on in its next file; it keeps two, so the older half goes when the third begins."""

MAX_TOTAL = 16 * 1_048_576
"""Bytes of all sessions together; beyond that those go that have asked nothing for longest."""

MAX_FILES = 2_000
_FILES_A_SESSION = 2
_NAME = re.compile(r"([0-9a-f]{32})\.(\d{1,9})\.jsonl\Z")
# Only a plain file is opened: no link is followed, no pipe waited for. Windows has neither flag.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recalls as they were read, the oldest first, and how many lines could not be."""

    records: tuple[RecallRecord, ...]
    skipped: int


class RecallLog:
    """The recorded recalls of one repository; safe to share between threads, and between processes.

    Attributes:
        folder: where the files are.
        is_on: whether the user lets recalls be recorded.
    """

    def __init__(self, folder: Path, *, is_on: bool) -> None:
        """Name the folder; nothing is made before the first recall."""
        self.folder = folder
        self.is_on = is_on
        self._lock = threading.Lock()
        self._last: tuple[str, int] = ("", 0)
        self._failure: str | None = None

    def append(self, record: RecallRecord) -> None:
        """Record a recall; where that cannot be done, `trouble` says why, and nobody else is told."""
        try:
            line = b"\n" + encode(record)
            with self._lock:
                self._append(_hashed(record.session), line)
        except OSError as exc:
            self._failure = f"{self.folder}: {exc.strerror or exc}"
        except (TypeError, ValueError) as exc:
            self._failure = f"the last one could not be: {exc}"
        else:
            self._failure = None

    @property
    def trouble(self) -> str | None:
        """Why recalls cannot be recorded, None if they can or are not to be; nothing is made to find out."""
        if not self.is_on or self._failure:
            return self._failure if self.is_on else None
        here = next((folder for folder in (self.folder, *self.folder.parents) if os.path.lexists(folder)), self.folder)
        is_open = here.is_dir() and os.access(here, os.W_OK | os.X_OK)
        return None if is_open else f"{here}: not a folder that can be written"

    def read(self, session: str | None = None) -> Recorded:
        """Return the recalls of one session, or of all for None.

        Raises:
            StorageError: if they are there and cannot be read.
        """
        name = None if session is None else session_name(session)
        lines = [line for file in self._files(name) for line in _lines(file)]
        records, skipped = [], 0
        for line in lines:
            try:
                record = decode(line)
            except ValueError:
                skipped += 1
                continue
            if name in {None, record.session}:
                records.append(record)
        records.sort(key=lambda record: record.question.now)
        return Recorded(tuple(records), skipped)

    def clear(self, session: str | None = None) -> int:
        """Delete what is recorded of one session, or everything for None; returns how many recalls that were.

        Raises:
            StorageError: if something could not be deleted.
        """
        name = None if session is None else session_name(session)
        count = len(self.read(session).records)
        for file in self._files(name):
            try:
                file.unlink(missing_ok=True)
            except OSError as exc:
                raise StorageError(file, exc.strerror or str(exc)) from exc
        return count

    def _append(self, hashed: str, line: bytes) -> None:
        number = self._last[1] if self._last[0] == hashed else self._newest(hashed)
        size = _written(self.folder / f"{hashed}.{number}.jsonl", line)
        self._last = hashed, number + (size > MAX_FILE)
        if size == len(line):
            self._prune()

    def _newest(self, hashed: str) -> int:
        """Return the number of a session's newest file, 1 if it has none."""
        return max((number for session, number, _ in self._numbered() if session == hashed), default=1)

    def _prune(self) -> None:
        """Delete what is too old or too much; another program may be doing the same."""
        files = self._numbered()
        newest = {hashed: number for hashed, number, _ in files}
        written = []
        for hashed, number, path in files:
            with suppress(OSError):
                known = path.lstat()
                written.append((known.st_mtime, path, known.st_size, number <= newest[hashed] - _FILES_A_SESSION))
        total = 0
        for count, (_, path, size, is_old) in enumerate(sorted(written, reverse=True), start=1):
            total += size
            if is_old or total > MAX_TOTAL or count > MAX_FILES:
                with suppress(OSError):
                    path.unlink()

    def _files(self, session: str | None) -> list[Path]:
        """Return the files of a session, or all, in the order they were written."""
        wanted = None if session is None else _hashed(session)
        try:
            return [path for hashed, _, path in self._numbered() if wanted in {None, hashed}]
        except OSError as exc:
            raise StorageError(self.folder, exc.strerror or str(exc)) from exc

    def _numbered(self) -> list[tuple[str, int, Path]]:
        """Return (hash of the session, number, path) of our files, in that order; none where there is no folder."""
        try:
            found = [(match, path) for path in self.folder.iterdir() if (match := _NAME.match(path.name))]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted((match[1], int(match[2]), path) for match, path in found)


def session_name(session: str) -> str:
    """Return a session as its commits name it: one line, 200 characters at most; empty where nothing is left of it."""
    return one_line(session)


def _hashed(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()[:32]


def _written(path: Path, line: bytes) -> int:
    """Append a line to a file that only the user may read, made with its folder if need be; returns its new size."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN
    try:
        handle = os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, flags, 0o600)
    try:
        os.write(handle, line)
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def _lines(path: Path) -> list[bytes]:
    """Return the lines of a file, none of one that is gone or no plain file."""
    try:
        handle = os.open(path, os.O_RDONLY | _PLAIN)
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise StorageError(path, exc.strerror or str(exc)) from exc
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return []
    with os.fdopen(handle, "rb") as file:
        return [line for line in file.read(2 * MAX_FILE).split(b"\n") if line.strip()]
