"""Embedders: text to unit vectors, one file per library or service."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vault_mem.choices import BUNDLED, FOLDER, NONE, EmbedderChoice
from vault_mem.endpoint.client import Endpoint
from vault_mem.errors import InvalidConfigError
from vault_mem.index.embedders.base import Embedder
from vault_mem.index.embedders.bundle import bundled_model
from vault_mem.index.embedders.folders import is_sentence_model, model_folder
from vault_mem.index.embedders.model2vec import Model2VecEmbedder
from vault_mem.index.embedders.sentence import SentenceEmbedder
from vault_mem.index.embedders.service import EndpointEmbedder


def load_embedder(choice: EmbedderChoice, *, failures: Path | None = None) -> Embedder | None:
    """Return the embedder that was chosen, None for `none`; no library is loaded and nobody is asked yet.

    Args:
        choice: the setting.
        failures: the folder where it is kept that a service failed; None to ask it whatever other processes know.

    Raises:
        InvalidConfigError: if there is no such model.
        MissingExtraError: if its packages are not installed.
    """
    if choice.kind == NONE:
        return None
    if choice.kind == BUNDLED:
        return Model2VecEmbedder(bundled_model())
    if choice.kind == "endpoint":
        if choice.endpoint is None:
            raise InvalidConfigError("embedder", "an endpoint needs a url")
        return EndpointEmbedder(choice, choice.endpoint, connect=partial(Endpoint, folder=failures))
    return _local(choice, model_folder(choice.model, "embedder"))


def load_word_embedder(embedder: Embedder | None) -> Embedder | None:
    """Return the static embedder that single words are compared by: the given one if it is static, else the bundled."""
    if embedder is None or isinstance(embedder, Model2VecEmbedder):
        return embedder
    return Model2VecEmbedder(bundled_model())


def _local(choice: EmbedderChoice, folder: Path) -> Embedder:
    """Return the embedder of a model in a folder; which library reads it is told by its files if not by the choice."""
    if choice.kind == "sentence-transformers" or (choice.kind == FOLDER and is_sentence_model(folder)):
        return SentenceEmbedder(folder, choice)
    return Model2VecEmbedder(folder)
