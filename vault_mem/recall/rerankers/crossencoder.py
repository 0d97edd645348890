"""Cross-encoders of sentence-transformers, from a folder and offline; the seam to that library for reranking."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from vault_mem.choices import RerankerChoice
from vault_mem.errors import InvalidConfigError, MissingExtraError
from vault_mem.index.embedders.folders import model_name
from vault_mem.index.embedders.local import LocalModel
from vault_mem.index.embedders.rows import cut
from vault_mem.recall.rerankers.answers import score_row
from vault_mem.recall.scores import FloatArray


class CrossEncoderReranker:
    """Reranks with a cross-encoder; the library and the weights are loaded at the first question."""

    def __init__(self, folder: Path, choice: RerankerChoice) -> None:
        """Check that the folder holds a model, and that the library is installed.

        Raises:
            InvalidConfigError: if it does not.
            MissingExtraError: if the library is not there.
        """
        if not (folder / "config.json").is_file():
            raise InvalidConfigError(f"reranker {folder}", "not a cross-encoder (config.json is missing)")
        if find_spec("sentence_transformers") is None:
            raise MissingExtraError("A cross-encoder", "sentence-transformers")
        self._folder = folder
        self._choice = choice
        self._model = LocalModel(model_name(folder), self._load)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._model.name

    @property
    def trouble(self) -> str | None:
        """Why the model could not be used when it was last tried."""
        return f"{self.name}: {self._model.trouble}" if self._model.trouble else None

    def scores(self, query: str, passages: Sequence[str]) -> FloatArray:
        """Return how well each passage answers, shape (len(passages),), float32, higher is better.

        Raises:
            ModelUnavailableError: if the model cannot be loaded or fails.
        """
        if not passages:
            return np.zeros(0, dtype=np.float32)
        question = cut(query, self._choice.max_chars)
        pairs = [(question, cut(passage, self._choice.max_chars)) for passage in passages]

        def predict(model: Any) -> FloatArray:  # Any: sentence-transformers is imported late
            found = model.predict(pairs, batch_size=self._choice.batch, show_progress_bar=False, convert_to_numpy=True)
            return score_row(np.asarray(found).tolist(), len(passages))

        return self._model.run(predict)

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _load(self) -> Any:  # Any: as above
        from sentence_transformers import CrossEncoder

        return CrossEncoder(str(self._folder), local_files_only=True, trust_remote_code=False)
