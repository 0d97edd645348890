"""Static embeddings from a folder of model2vec's files."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from vault_mem.errors import InvalidConfigError
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.embedders.bundle import MODEL_FILES
from vault_mem.index.embedders.static import StaticModel

_MAX_HEADER = 1 << 20


class Model2VecEmbedder:
    """Embeds with a model2vec model from a folder; offline, and safe to share between threads.

    Making one reads only the model's header; the libraries and the weights are loaded at the first `embed`.
    """

    def __init__(self, folder: Path) -> None:
        """Check that the folder holds a model.

        Raises:
            InvalidConfigError: if it does not.
        """
        self._folder = folder
        self._lock = threading.Lock()
        self._dimensions = _read_dimensions(folder)

    @cached_property
    def model_id(self) -> str:
        """The folder's name and the SHA-256 of weights, tokenizer and configuration."""
        digest = hashlib.sha256()
        try:
            for name in MODEL_FILES:
                with (self._folder / name).open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as exc:
            raise InvalidConfigError(f"embedder {self._folder}", str(exc)) from exc
        return f"{self._folder.name}-{digest.hexdigest()}"

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    @property
    def trouble(self) -> str | None:
        """None: a model that cannot be used raises InvalidConfigError."""
        return None

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one unit vector a text, shape (len(texts), dimensions), float32; 0 where no token is known.

        Raises:
            InvalidConfigError: if the model cannot be loaded.
        """
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        with self._lock:
            rows = self._model.means(texts)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(norms > 0, norms, 1)
        return rows

    def embed_query(self, text: str) -> Matrix:
        """Return the unit vector of a question, shape (dimensions,), float32: as of a passage.

        Raises:
            InvalidConfigError: if the model cannot be loaded.
        """
        row: Matrix = self.embed([text])[0]
        return row

    def close(self) -> None:
        """Do nothing: there are no connections."""

    @cached_property
    def _model(self) -> StaticModel:
        try:
            return StaticModel(self._folder)
        except Exception as exc:  # (tokenizers and safetensors raise nothing narrower)
            raise InvalidConfigError(f"embedder {self._folder}", f"the model cannot be loaded ({exc})") from exc


def _read_dimensions(folder: Path) -> int:
    """Return the width of the embedding matrix, from the header of the weights alone.

    Source: safetensors format: 8 bytes little-endian length, then a JSON object of tensors with `shape`.
    """
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise InvalidConfigError(f"embedder {folder}", f"not a model2vec model ({name} is missing)")
    try:
        with (folder / "model.safetensors").open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            shape = json.loads(file.read(min(length, _MAX_HEADER)))["embeddings"]["shape"]
        return int(shape[1])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as exc:
        raise InvalidConfigError(f"embedder {folder}", f"model.safetensors cannot be read ({exc})") from exc
