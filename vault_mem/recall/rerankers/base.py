"""The protocol of a reranker: a question and passages to scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vault_mem.recall.scores import FloatArray


class Reranker(Protocol):
    """Reads the question and each passage together, which is better and slower than comparing vectors; thread-safe."""

    @property
    def name(self) -> str:
        """What people call it: the model, and where it runs."""

    @property
    def trouble(self) -> str | None:
        """Why it did not answer when it was last asked, None if it did or was not asked yet; asks nobody."""

    def scores(self, query: str, passages: Sequence[str]) -> FloatArray:
        """Return how well each passage answers, shape (len(passages),), float32, finite, higher is better, any range.

        Equal passages get equal scores, and a passage the same one whatever else is in the call.

        Raises:
            ModelUnavailableError: if it does not answer in time.
        """

    def close(self) -> None:
        """Release connections; a second call does nothing, and `scores` opens them again."""
