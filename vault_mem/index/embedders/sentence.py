"""Sentence-transformers models, from a folder and offline; the seam to that library for embedding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vault_mem.choices import EmbedderChoice
from vault_mem.errors import InvalidConfigError, MissingExtraError
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.embedders.folders import fingerprint, is_sentence_model, model_name, read_json
from vault_mem.index.embedders.local import LocalModel
from vault_mem.index.embedders.rows import cut, filled, unit_rows

_WIDTHS = ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size", "dim", "d_model")
"""What the parts of a model call the length of what they give. Source: their `config.json` in the models' folders."""


class SentenceEmbedder:
    """Embeds with a sentence-transformers model; safe to share between threads, which take turns.

    Making one reads small files only; the library and the weights are loaded at the first text.
    """

    def __init__(self, folder: Path, choice: EmbedderChoice) -> None:
        """Check that the folder holds a model, and that the library is installed.

        Raises:
            InvalidConfigError: if it does not, or does not say how long its vectors are.
            MissingExtraError: if the library is not there.
        """
        if not is_sentence_model(folder):
            raise InvalidConfigError(
                f"embedder {folder}", "not a sentence-transformers model (modules.json is missing)"
            )
        if find_spec("sentence_transformers") is None:
            raise MissingExtraError("A sentence-transformers model", "sentence-transformers")
        self._folder = folder
        self._choice = choice
        self._dimensions = choice.dimensions or _dimensions(folder)
        prompts = read_json(folder, "config_sentence_transformers.json").get("prompts")
        self._query_prefix = _prefix(choice.query_prefix, prompts, "query")
        self._passage_prefix = _prefix(choice.passage_prefix, prompts, "document", "passage")
        self._model = LocalModel(model_name(folder), self._load)

    @cached_property
    def model_id(self) -> str:
        """The folder's name, and a hash of the model, the prefixes, the length, and where texts are cut."""
        prefixes, sizes = (self._query_prefix, self._passage_prefix), (self._dimensions, self._choice.max_chars)
        facts = (fingerprint(self._folder), *prefixes, *sizes)
        return f"{self._model.name}-{hashlib.sha256(repr(facts).encode()).hexdigest()}"

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    @property
    def trouble(self) -> str | None:
        """Why the model could not be used when it was last tried."""
        return f"{self._model.name}: {self._model.trouble}" if self._model.trouble else None

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one unit vector a passage, shape (len(texts), dimensions), float32; 0 for a blank one.

        Raises:
            ModelUnavailableError: if the model cannot be loaded or fails.
        """
        return filled(texts, lambda present: self._encoded(present, self._passage_prefix), self._dimensions)

    def embed_query(self, text: str) -> Matrix:
        """Return the unit vector of a question, shape (dimensions,), float32; 0 for a blank one.

        Raises:
            ModelUnavailableError: if the model cannot be loaded or fails.
        """
        row: Matrix = filled([text], lambda present: self._encoded(present, self._query_prefix), self._dimensions)[0]
        return row

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _encoded(self, texts: Sequence[str], prefix: str) -> Matrix:
        def encode(model: Any) -> Matrix:  # Any: sentence-transformers is imported late
            rows = model.encode(
                [cut(text, self._choice.max_chars) for text in texts],
                prompt=prefix,
                batch_size=self._choice.batch,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            return unit_rows(rows, len(texts), self._dimensions)

        return self._model.run(encode)

    def _load(self) -> Any:  # Any: as above
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(
            str(self._folder), local_files_only=True, trust_remote_code=False, truncate_dim=self._choice.dimensions
        )


def _prefix(chosen: str | None, prompts: object, *names: str) -> str:
    """Return what is put before a text: as chosen, else as the model's own `prompts` say, else nothing."""
    if chosen is not None:
        return chosen
    known = prompts if isinstance(prompts, dict) else {}
    return next((str(known[name]) for name in names if isinstance(known.get(name), str)), "")


def _dimensions(folder: Path) -> int:
    """Return the length of the vectors: what the last part that says so gives.

    Raises:
        InvalidConfigError: if none says so.
    """
    modules = read_json(folder, "modules.json").get("items")
    for module in reversed(modules if isinstance(modules, list) else []):
        path = Path(str(module.get("path", "") if isinstance(module, dict) else "/"))
        if path.is_absolute() or ".." in path.parts:
            continue
        config = read_json(folder, (path / "config.json").as_posix())
        width = next((config[name] for name in _WIDTHS if isinstance(config.get(name), int)), None)
        if width is not None and 0 < width <= 16_384:
            return int(width)
    raise InvalidConfigError(
        f"embedder {folder}", "the model does not say how long its vectors are", "Set dimensions in [embedder]"
    )
