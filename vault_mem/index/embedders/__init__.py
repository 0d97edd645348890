"""Embedders: text to unit vectors, one file per library."""

from __future__ import annotations

from pathlib import Path

from vault_mem.config import BUNDLED_EMBEDDER
from vault_mem.index.embedders.base import Embedder
from vault_mem.index.embedders.bundle import bundled_model
from vault_mem.index.embedders.model2vec import Model2VecEmbedder

NO_EMBEDDER = "none"


def load_embedder(name: str) -> Embedder | None:
    """Return the embedder a setting names: `bundled`, a model2vec folder, or None for `none`.

    Raises:
        InvalidConfigError: if the folder holds no such model.
    """
    if name == NO_EMBEDDER:
        return None
    return Model2VecEmbedder(bundled_model() if name == BUNDLED_EMBEDDER else Path(name).expanduser())
