"""Vectors in one flat file, mapped into memory; similarities are exact.

Layout: a header of 64 bytes (magic, version, dimensions, rows; little-endian), then float32 rows. The header's row
count is written after the rows are on disk, so what lies beyond it (a torn tail) is never read. The file never shrinks:
truncating lowers the count, because a process that reads a mapped page that is gone would be killed.

Rows are float32 because that is fast enough: of 200,000 rows of 256 on two cores all are compared in 7 ms; int8 in a
quarter of the memory took 19 ms, float16 250 ms, as numpy multiplies neither without a copy. Picking a tenth of the
rows takes as long as comparing all.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from vault_mem.errors import IndexDamagedError, StorageError
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.vectors.base import Rows, Similarities

_HEADER = struct.Struct("<8sIIQ")
_MAGIC = b"vmvector"
_VERSION = 1
_START = 64
_FILE = "vectors.f32"
_PICKED = 12
"""Rows are picked where they are less than one in so many."""
_KEPT_SHARE = 1.125
"""The file is mapped as a whole again when it has grown by so much."""


class FlatVectorIndex:
    """A VectorIndex in a folder; a folder that is not there is an empty one, made by the first `append`; thread-safe.

    Raises, from every method: IndexDamagedError if the file is not such a file or has other dimensions, StorageError if
    the disk refuses.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        """Remember the folder; nothing is read or made yet."""
        self._path = folder / _FILE
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._parts: tuple[Matrix, ...] = ()

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    def __len__(self) -> int:
        """Return the number of rows, those that other processes have added included."""
        with self._seam():
            try:
                with self._path.open("rb") as file:
                    header = file.read(_HEADER.size)
                    size = os.fstat(file.fileno()).st_size
            except FileNotFoundError:
                return 0
            if not any(header):
                return 0  # the first append was killed before its count was written
            magic, version, dimensions, rows = _HEADER.unpack(header)
        if (magic, version, dimensions) != (_MAGIC, _VERSION, self._dimensions):
            raise IndexDamagedError(f"{_FILE} is not a file of {self._dimensions} dimensions")
        if size < self._offset(rows):
            raise IndexDamagedError(f"{_FILE} is shorter than its {rows} rows")
        return int(rows)

    def append(self, vectors: Matrix) -> None:
        """Add rows at the end, durable when this returns."""
        if vectors.ndim != 2 or vectors.shape[1] != self._dimensions:
            raise ValueError(f"expected rows of {self._dimensions}, not shape {vectors.shape}")
        rows = len(self)
        with self._seam():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = np.ascontiguousarray(vectors, dtype="<f4").tobytes()
            self._write(rows, content, header_rows=rows + len(vectors))

    def truncate(self, rows: int) -> None:
        """Keep the first `rows` rows only."""
        if rows < len(self):
            with self._seam():
                self._write(rows, b"", header_rows=rows)

    def similarities(self, query: Matrix, rows: Rows) -> Similarities:
        """Return the dot product of the query, shape (dimensions,), with the given rows, shape (n,), float32.

        Raises:
            ValueError: if a row is not there.
        """
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        parts = self._mapped(int(rows.max()) + 1)
        count = sum(map(len, parts))
        if int(rows.min()) < 0 or int(rows.max()) >= count:
            raise ValueError("no such row")
        query = np.ascontiguousarray(query, dtype=np.float32)
        if len(rows) * _PICKED > count:
            return np.concatenate([part @ query for part in parts])[rows]
        found = np.empty(len(rows), dtype=np.float32)
        first = 0
        for part in parts:
            inside = (rows >= first) & (rows < first + len(part))
            found[inside] = part[rows[inside] - first] @ query
            first += len(part)
        return found

    def close(self) -> None:
        """Release the file; the mapping goes when nothing reads it any more."""
        with self._lock:
            self._parts = ()

    def _mapped(self, rows: int) -> tuple[Matrix, ...]:
        """Return all rows of the file, in order, in a part that is kept and one that follows the file as it grows.

        Each page of a new mapping is looked for once more, which for 200,000 rows takes as long as comparing them.
        """
        with self._lock:
            if sum(map(len, self._parts)) < rows:
                count = len(self)
                kept = self._parts[:1] if self._parts and count < _KEPT_SHARE * len(self._parts[0]) else ()
                first = len(kept[0]) if kept else 0
                self._parts = (*kept, self._map(first, count))
            return self._parts

    def _map(self, first: int, count: int) -> Matrix:
        """Map the rows from `first` to `count`."""
        start = self._offset(first) // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
        with self._seam(), self._path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), self._offset(count) - start, access=mmap.ACCESS_READ, offset=start)
        flat = np.frombuffer(mapped, dtype="<f4", offset=self._offset(first) - start)
        return flat.reshape(count - first, self._dimensions)

    def _write(self, row: int, content: bytes, *, header_rows: int) -> None:
        """Write rows, then, once they are on disk, the count that makes them valid."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.seek(self._offset(row) if content else 0)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            file.write(_HEADER.pack(_MAGIC, _VERSION, self._dimensions, header_rows).ljust(_START, b"\0"))
            file.flush()
            os.fsync(file.fileno())

    def _offset(self, row: int) -> int:
        return _START + row * self._dimensions * 4

    @contextmanager
    def _seam(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as exc:
            raise IndexDamagedError(f"{_FILE} is gone") from exc
        except OSError as exc:
            raise StorageError(self._path, str(exc)) from exc
        except struct.error as exc:
            raise IndexDamagedError(f"{_FILE}: {exc}") from exc
