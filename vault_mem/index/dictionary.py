"""English words that are spelt right: what the bundled model has a vector for, read without loading the model."""

from __future__ import annotations

import json
from functools import lru_cache

from vault_mem.index.embedders.bundle import bundled_model


def is_english(word: str) -> bool:
    """Whether a lower-case word is among the about 20,000 common English words and names of the model's vocabulary.

    The first call of a process takes about 10 ms.
    """
    return word in _words()


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the whole words of the vocabulary; its other entries are pieces (`##ing`), digits and signs.

    Source: the file format of Hugging Face's tokenizers, WordPiece model.
    """
    tokenizer = json.loads((bundled_model() / "tokenizer.json").read_text(encoding="utf-8"))
    return frozenset(word for word in tokenizer["model"]["vocab"] if word.isalpha())
