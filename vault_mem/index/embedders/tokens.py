"""Token numbers of texts, looked up by what stands between blanks: notes use the same words again and again.

A WordPiece tokenizer of the BERT kind reads each stretch of text alone, so a text's tokens are those of its stretches
in a row. Splitting and looking up takes a tenth of the time that tokenizing takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

MAX_KNOWN = 65_536
"""Stretches whose tokens are kept; about 15 MB."""

_MAX_STRETCH = 64
# Blanks to Python, but control characters to the tokenizer, which drops them: their neighbours are one word to it.
_GLUE = re.compile("[\x0b\x0c\x1c-\x1f\x85]")


def reads_stretches_alone(tokenizer: Any) -> bool:  # Any: the libraries are not typed for us
    """Whether a tokenizer gives each stretch between blanks the same tokens whatever stands around it.

    Source: Hugging Face's tokenizers, BertNormalizer (clean_text), BertPreTokenizer and WordPiece.
    """
    kinds = (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.model)
    if tuple(type(part).__name__ for part in kinds) != ("BertNormalizer", "BertPreTokenizer", "WordPiece"):
        return False
    added = tokenizer.get_added_tokens_decoder().values()
    return not any(
        token.lstrip or token.rstrip or token.single_word or len(token.content.split()) != 1 for token in added
    )


class StretchTokens:
    """Tokenizes as a static model's own method does; for one thread at a time."""

    def __init__(self, model: Any) -> None:  # Any: model2vec's StaticModel
        """Begin with no stretch known.

        Args:
            model: one whose tokenizer reads stretches alone; its settings are looked at again for each batch.
        """
        self._model = model
        self._whole = model.tokenize
        self._known: dict[str, tuple[int, ...]] = {}
        self._long: list[str] = []

    def __call__(self, sentences: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut at the model's length, unknown tokens left out."""
        if any(_GLUE.search(sentence) for sentence in sentences):
            ids: list[list[int]] = self._whole(sentences)
            return ids
        stretches = [sentence.split() for sentence in sentences]
        self._learn(set(chain.from_iterable(stretches)))
        limit = self._limit()
        found = [list(chain.from_iterable(map(self._known.__getitem__, words)))[:limit] for words in stretches]
        self._forget_long()
        unknown = self._model.unk_token_id
        if unknown is None:
            return found
        return [[token for token in row if token != unknown] if unknown in row else row for row in found]

    def _limit(self) -> int | None:
        truncation = self._model.tokenizer.truncation
        return int(truncation["max_length"]) if truncation else None

    def _learn(self, stretches: Iterable[str]) -> None:
        """Have the tokens of stretches, unknown ones included."""
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        fresh = [stretch for stretch in stretches if stretch not in self._known]
        if fresh:
            encodings = self._model.tokenizer.encode_batch_fast(fresh, add_special_tokens=False)
            self._known.update((stretch, tuple(found.ids)) for stretch, found in zip(fresh, encodings, strict=True))
            self._long = [stretch for stretch in fresh if len(stretch) > _MAX_STRETCH]

    def _forget_long(self) -> None:
        for stretch in self._long:
            del self._known[stretch]
        self._long = []
