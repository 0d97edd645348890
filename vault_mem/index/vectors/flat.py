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
        self._map: mmap.mmap | None = None
        self._matrix: Matrix = np.zeros((0, dimensions), dtype=np.float32)

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
        matrix = self._mapped(int(rows.max()) + 1)
        if int(rows.min()) < 0 or int(rows.max()) >= len(matrix):
            raise ValueError("no such row")
        query = np.ascontiguousarray(query, dtype=np.float32)
        if len(rows) * _PICKED > len(matrix):
            return (matrix @ query)[rows]
        return matrix[rows] @ query

    def close(self) -> None:
        """Release the file; the mapping goes when nothing reads it any more."""
        with self._lock:
            self._matrix = np.zeros((0, self._dimensions), dtype=np.float32)
            self._map = None

    def _mapped(self, rows: int) -> Matrix:
        """Return all rows of the file, mapped again if it has grown past what is mapped."""
        with self._lock:
            if len(self._matrix) >= rows:
                return self._matrix
            count = len(self)
            with self._seam(), self._path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), self._offset(count), access=mmap.ACCESS_READ)
            flat = np.frombuffer(self._map, dtype="<f4", offset=_START)
            self._matrix = flat.reshape(count, self._dimensions)
            return self._matrix

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
