"""Passages as a reader takes them in: who says what, in which words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from vault_mem.index.analysis import analyze, said_words
from vault_mem.notes.model import Chunk
from vault_mem.notes.turns import said

MAX_WORDS = 512
"""Distinct words of a passage that are compared by meaning; a chunk of prose has about 200."""

KEPT = 4_096
"""Texts whose words are remembered; of long passages about 80 MB, of chat a tenth of that."""

_ASKS = re.compile(r"[?？](?=[\s\"'”’»)\]*_]|\Z)")


@dataclass(frozen=True, slots=True)
class Wording:
    """The distinct words of a text, as written but lower-cased, and its tokens."""

    words: tuple[str, ...]
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the features see it.

    Attributes:
        text: what is said, without the headings before it and the speaker's name.
        wording: of that text.
        place: of the title, aliases, headings and tags it stands under, and of the properties at its note's head.
        author: tokens of the speaker's name; empty where nobody speaks by name.
        asks: whether a sentence of it is a question.
    """

    text: str
    wording: Wording
    place: Wording
    author: frozenset[str]
    asks: bool

    def has(self, token: str) -> bool:
        """Whether the passage or what it stands under holds a token."""
        return token in self.wording.tokens or token in self.place.tokens


def read_passage(chunk: Chunk, place: str) -> Passage:
    """Return a chunk as the features see it; `place` is the text it stands under: names, headings, tags, properties."""
    return _read(chunk.text, chunk.author or "", place)


@lru_cache(maxsize=KEPT)
def wording(text: str) -> Wording:
    """Return the words and tokens of a text."""
    words, tokens = said_words(text)
    return Wording(words[:MAX_WORDS], tokens)


@lru_cache(maxsize=KEPT)
def _read(text: str, author: str, place: str) -> Passage:
    spoken = said(text) if author else text
    return Passage(
        text=spoken,
        wording=wording(spoken),
        place=wording(place),
        author=frozenset(analyze(author)),
        asks=_ASKS.search(spoken) is not None,
    )
