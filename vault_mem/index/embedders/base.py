"""The protocol of an embedder: text to a unit vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity."""

    @property
    def model_id(self) -> str:
        """Name and content hash of the model; vectors of different ids are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row a text, shape (len(texts), dimensions), float32.

        Each row has length 1, or 0 for a text without a known token, and is the same for the same text whatever else
        is in the batch.
        """
