"""The protocol of an embedder: text to a unit vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity; safe to share between threads."""

    @property
    def model_id(self) -> str:
        """Name of the model, `-`, and a hash of all that its vectors depend on; those of two ids are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    @property
    def trouble(self) -> str | None:
        """Why it did not answer when it was last asked, None if it did or was not asked yet; asks nobody."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row a passage, shape (len(texts), dimensions), float32.

        Each row has length 1, or 0 for a text without a known token, and is the same for the same text whatever else
        is in the batch.

        Raises:
            ModelUnavailableError: if the model does not answer; the passages can be embedded later.
        """

    def embed_query(self, text: str) -> Matrix:
        """Return the vector of a question, shape (dimensions,), float32, of length 1 or 0.

        Some models want other words before a question than before a passage; for the others it is a passage.

        Raises:
            ModelUnavailableError: if the model does not answer, within the time that a person waits.
        """

    def close(self) -> None:
        """Release connections; a second call does nothing, and `embed` opens them again."""
