"""Rerankers: a second look at the best passages, one file per library or service; none by default."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vault_mem.choices import NONE, RerankerChoice
from vault_mem.endpoint.client import Endpoint
from vault_mem.errors import InvalidConfigError
from vault_mem.index.embedders.folders import model_folder
from vault_mem.recall.rerankers.base import Reranker
from vault_mem.recall.rerankers.crossencoder import CrossEncoderReranker
from vault_mem.recall.rerankers.service import EndpointReranker


def load_reranker(choice: RerankerChoice, *, failures: Path | None = None) -> Reranker | None:
    """Return the reranker that was chosen, None for `none`; no library is loaded and nobody is asked yet.

    Args:
        choice: the setting.
        failures: the folder where it is kept that a service failed; None to ask it whatever other processes know.

    Raises:
        InvalidConfigError: if there is no such model.
        MissingExtraError: if its packages are not installed.
    """
    if choice.kind == NONE:
        return None
    if choice.kind == "endpoint":
        if choice.endpoint is None:
            raise InvalidConfigError("reranker", "an endpoint needs a url")
        return EndpointReranker(choice, choice.endpoint, connect=partial(Endpoint, folder=failures))
    return CrossEncoderReranker(model_folder(choice.model, "reranker"), choice)
