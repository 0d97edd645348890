"""Token numbers of texts, looked up by what stands between blanks: notes use the same words again and again.

A WordPiece tokenizer of the BERT kind reads each stretch of text alone, so a text's tokens are those of its stretches
in a row. Splitting and looking up takes a tenth of the time that tokenizing takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Protocol

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


class Tokens(Protocol):
    """Gives the token numbers of texts."""

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut first, those of unknown tokens then left out."""


class WholeTokens:
    """Tokenizes whole texts."""

    def __init__(self, tokenizer: Any, *, unknown: int | None) -> None:
        """Keep a tokenizer, which cuts by itself, and the token to leave out, None to leave out none."""
        self._tokenizer = tokenizer
        self._unknown = unknown

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut first, those of unknown tokens then left out."""
        return [self.known(row) for row in self.all(texts)]

    def all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut, unknown ones included."""
        return [found.ids for found in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def known(self, row: list[int]) -> list[int]:
        """Return the token numbers of a text without the unknown ones."""
        return [token for token in row if token != self._unknown] if self._unknown in row else row


class StretchTokens:
    """Gives the tokens of whole texts by looking their stretches up; for one thread at a time."""

    def __init__(self, whole: WholeTokens, *, most: int | None) -> None:
        """Begin with no stretch known.

        Args:
            whole: tokens by a tokenizer that reads stretches alone.
            most: tokens it cuts a text at, None if it cuts none.
        """
        self._whole = whole
        self._most = most
        self._tokens: dict[str, list[int]] = {}

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut first, those of unknown tokens then left out."""
        if any(_GLUE.search(text) for text in texts):
            return self._whole(texts)
        stretches = [text.split() for text in texts]
        fresh = self._learn(set(chain.from_iterable(stretches)))
        rows = [list(chain.from_iterable(map(self._tokens.__getitem__, parts)))[: self._most] for parts in stretches]
        for stretch in fresh:
            if len(stretch) > _MAX_STRETCH:
                del self._tokens[stretch]
        return [self._whole.known(row) for row in rows]

    def _learn(self, stretches: Iterable[str]) -> list[str]:
        """Have the tokens of stretches, unknown ones included; returns those that were not known."""
        if len(self._tokens) > MAX_KNOWN:
            self._tokens.clear()
        fresh = [stretch for stretch in stretches if stretch not in self._tokens]
        self._tokens.update(zip(fresh, self._whole.all(fresh), strict=True))
        return fresh
