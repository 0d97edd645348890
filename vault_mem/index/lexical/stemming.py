"""Porter's stemmer, cached; the seam to the one whoosh brings."""

from __future__ import annotations

from functools import lru_cache

from whoosh.lang.porter import stem as _porter


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a lower-case word: `deploying`, `deploys` -> `deploi`; never empty.

    Words with anything but a-z in them (digits, other alphabets) come back unchanged: the rules are for English.

    Source: Porter, An algorithm for suffix stripping, Program 14(3), 1980; whoosh's version, measured equal to
    Snowball English on English chat (retrieval guide).
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    return str(_porter(word)) or word
