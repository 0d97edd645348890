"""One SQLite file shared by threads and processes: connections, transactions, and what its errors mean.

Readers never wait for a writer (write-ahead log); writers wait for each other. Every error of SQLite stops here.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault_mem.errors import IndexDamagedError, StorageError, VaultBusyError

_BUSY_SECONDS = 30.0
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}
_STORAGE = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"}


class Database:
    """A database file with a schema; made when it is missing.

    Raises, from every method:
        IndexDamagedError: if the file is not such a database, has another schema version, or cannot be read.
        StorageError: if the disk refuses.
        VaultBusyError: if another process holds a write for longer than half a minute.
    """

    def __init__(self, path: Path, *, schema: str, version: int) -> None:
        """Open or make the file.

        Args:
            path: the file; its folder exists.
            schema: statements that make the tables of an empty file.
            version: what SQLite's `user_version` must be; a file with another one is refused.
        """
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._file = (0, 0)
        self._use_log()
        if self._version() != version:
            with self.write() as connection:
                self._prepare(connection, schema, version)
        self._file = _identity(path)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; statements see the last commit."""
        with _translated(self._path):
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._give(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a transaction, committed at the end and rolled back on any error."""
        with self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def is_replaced(self) -> bool:
        """Whether another process has deleted or replaced the file since it was opened."""
        return _identity(self._path) != self._file

    def close(self) -> None:
        """Close every idle connection; one that is lent is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _use_log(self) -> None:
        """Switch the file to write-ahead logging, which stays with it.

        SQLite does not wait for its lock here, whatever the timeout: several processes may open a new file at once.
        """
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                with self.read() as connection:
                    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                        connection.execute("PRAGMA journal_mode = WAL")
                    return
            except VaultBusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _version(self) -> int:
        with self.read() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = OFF")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _prepare(self, connection: sqlite3.Connection, schema: str, version: int) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == version:
            return
        if found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise IndexDamagedError(f"{self._path.name} has schema {found}, not {version}")
        for statement in schema.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {int(version)}")


def database_files(path: Path) -> tuple[Path, ...]:
    """Return a database's file and those that SQLite keeps beside it while it is open."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_dev, status.st_ino)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as exc:
        name = getattr(exc, "sqlite_errorname", "")
        if any(name.startswith(busy) for busy in _BUSY):
            raise VaultBusyError("The recall index is being written by another process") from exc
        if any(name.startswith(storage) for storage in _STORAGE) and not any(map(Path.is_dir, database_files(path))):
            raise StorageError(path, str(exc)) from exc
        raise IndexDamagedError(f"{path.name}: {exc}") from exc
