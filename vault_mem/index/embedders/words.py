"""Vectors of single words, for matching words that mean nearly the same."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from vault_mem.index.embedders.base import Embedder, Matrix

MAX_WORDS = 32_000
"""Words that are kept; at 256 dimensions 32 MB."""


class WordVectors:
    """Word vectors of a static embedder, kept once they were asked for; safe to share between threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Begin with no word known.

        Args:
            embedder: embeds thousands of words in a blink, as static models do.
        """
        self._embedder = embedder
        self._lock = threading.Lock()
        self._rows: dict[str, int] = {}
        self._vectors: Matrix = np.zeros((0, embedder.dimensions), dtype=np.float32)

    def vectors(self, words: Sequence[str]) -> Matrix:
        """Return a vector a word, shape (len(words), dimensions), float32, of length 1, or 0 for an unknown word."""
        with self._lock:
            unknown = [word for word in dict.fromkeys(words) if word not in self._rows]
            if len(self._rows) + len(unknown) > MAX_WORDS:
                self._rows.clear()
                unknown = list(dict.fromkeys(words))
            if unknown:
                self._learn(unknown)
            return self._vectors[[self._rows[word] for word in words]]

    def _learn(self, words: Sequence[str]) -> None:
        first = len(self._rows)
        if first + len(words) > len(self._vectors):
            room = np.zeros((2 * (first + len(words)), self._embedder.dimensions), dtype=np.float32)
            room[:first] = self._vectors[:first]
            self._vectors = room
        self._vectors[first : first + len(words)] = self._embedder.embed(words)
        self._rows.update((word, first + place) for place, word in enumerate(words))
