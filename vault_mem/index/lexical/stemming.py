"""The English stemmer, cached; the seam to the one whoosh brings."""

from __future__ import annotations

from functools import lru_cache

from whoosh.lang.porter2 import stem as _stem


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a lower-case word: `deploying`, `deploys` -> `deploy`; never empty.

    Words with anything but a-z in them (digits, other alphabets) come back unchanged: the rules are for English.

    Source: Porter's second algorithm (Snowball English, snowballstem.org/algorithms/english). Whoosh's version of the
    first one forgets double letters and the lost `e`, so that `running` and `run` do not meet.
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    return str(_stem(word)) or word
