"""A deterministic stand-in for an embedder: a bag of hashed words, no model to load."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from vault_mem.index.embedders.base import Matrix


class HashingEmbedder:
    """Adds one direction a word; texts with words in common are alike."""

    def __init__(self, dimensions: int = 32, name: str = "hashing") -> None:
        self._dimensions = dimensions
        self._name = name

    @property
    def model_id(self) -> str:
        return f"{self._name}-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def trouble(self) -> str | None:
        return None

    def embed(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            for word in text.lower().split():
                seed = zlib.crc32(word.encode())
                rows[number] += np.random.default_rng(seed).standard_normal(self._dimensions).astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(lengths > 0, lengths, 1)
        return rows

    def embed_query(self, text: str) -> Matrix:
        row: Matrix = self.embed([text])[0]
        return row

    def close(self) -> None:
        pass
