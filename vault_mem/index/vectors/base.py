"""The protocol of a vector index: rows in, similarities out."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.embedders.base import Matrix

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]


class VectorIndex(Protocol):
    """An append-only matrix on disk, one unit vector a row; rows never change and are never reused.

    One writer at a time; readers in other processes see the rows that were there when they opened or refreshed.
    """

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def append(self, vectors: Matrix) -> None:
        """Add rows at the end, durable when this returns; float32, shape (n, dimensions)."""

    def truncate(self, rows: int) -> None:
        """Keep the first `rows` rows only (drops what a killed writer left)."""

    def similarities(self, query: Matrix, rows: Rows) -> Similarities:
        """Return the dot product of the query, shape (dimensions,), with the given rows, shape (n,), float32."""

    def close(self) -> None:
        """Release files."""
