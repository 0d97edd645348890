"""A static model: a row a token, and a text is the mean of its tokens' rows; the seam to tokenizers and safetensors.

It reads the files of model2vec, and gives the vectors that model2vec gives. That library stays where models are made:
importing it takes longer than a whole recall, for a hub client and worker pools that reading a file does not need.

Source: model2vec 0.10, `StaticModel.encode`; Tulkens and van Dongen, Model2Vec, 2024.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.embedders.base import Matrix
from vault_mem.index.embedders.tokens import StretchTokens, Tokens, WholeTokens, reads_stretches_alone

_MAX_LENGTH = 512


class StaticModel:
    """Rows and a tokenizer, loaded; for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the model's three files.

        Raises:
            Exception: of any kind, if one cannot be read (tokenizers and safetensors raise nothing narrower).
        """
        from safetensors import safe_open
        from tokenizers import Tokenizer

        with safe_open(folder / "model.safetensors", framework="numpy") as file:
            parts: dict[str, NDArray[Any]] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._rows = parts["embeddings"]
        self._weights, self._places = parts.get("weights"), parts.get("mapping")
        self._max_length: int | None = config.get("max_length", _MAX_LENGTH)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._prepare()
        whole = WholeTokens(self._tokenizer, unknown=_unknown(self._tokenizer))
        alone = reads_stretches_alone(self._tokenizer)
        self._tokens: Tokens = StretchTokens(whole, most=self._max_length) if alone else whole

    def means(self, texts: Sequence[str]) -> Matrix:
        """Return the mean of each text's rows, shape (len(texts), dimensions), float32; 0 where no token is known."""
        means = np.zeros((len(texts), self._rows.shape[1]), dtype=np.float32)
        for number, tokens in enumerate(self._tokens([self._cut(text) for text in texts])):
            if tokens:
                means[number] = self._mean(tokens)
        return means

    def _mean(self, tokens: list[int]) -> NDArray[Any]:
        rows = self._rows.take(tokens if self._places is None else self._places[tokens], axis=0)
        if self._weights is not None:
            rows = rows * self._weights[tokens][:, None]
        total = np.int32 if rows.dtype == np.int8 else np.float64  # exact, and the first is fast
        summed: NDArray[Any] = rows.sum(axis=0, dtype=total)
        mean: NDArray[Any] = summed / len(tokens)
        return mean

    def _prepare(self) -> None:
        count = len(self._rows if self._places is None else self._places)
        if count != self._tokenizer.get_vocab_size():
            raise ValueError(f"{self._tokenizer.get_vocab_size()} tokens, but {count} rows")
        self._tokenizer.no_padding()
        if self._max_length is None:
            self._tokenizer.no_truncation()
        else:
            self._tokenizer.enable_truncation(self._max_length)

    def _cut(self, text: str) -> str:
        """Return as much of a text as may be read: so many characters a token as half of all tokens have at most."""
        if self._max_length is None or len(text) <= self._max_length:
            return text
        return text[: self._max_length * self._characters]

    @cached_property
    def _characters(self) -> int:
        return int(np.median([len(token) for token in self._tokenizer.get_vocab()]))


def _unknown(tokenizer: Any) -> int | None:  # Any: the library is not typed for us
    """Return the number of the token for what the tokenizer does not know, None without one."""
    if hasattr(tokenizer.model, "unk_token"):
        token = tokenizer.model.unk_token
        return None if token is None else tokenizer.token_to_id(token)
    number = json.loads(tokenizer.to_str())["model"].get("unk_id")
    return None if number is None else int(number)
