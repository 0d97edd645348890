"""Stems of English and Russian words, cached; the seam to the stemmers that whoosh brings."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from whoosh.lang.porter2 import stem as _english

from vault_mem.index.lexical.irregular import LEMMAS

_RUSSIAN = re.compile("[а-яё]{4,}")
# Ends that British and American English spell differently: colour, organise, centre, analyse.
_BRITISH = re.compile(
    r"(?<=\w{3})(?:(our)(?=(?:s|ed|ing|ite|ites|able|al|hood|ly)?$)|(is)(?=(?:e|es|ed|ing|ation|ations|er|ers)$)"
    r"|(tre)(?=s?$)|(ys)(?=(?:e|ed|ing|er|ers)$))"
)
_AMERICAN = {"our": "or", "is": "iz", "tre": "ter", "ys": "yz"}


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return what the forms of a lower-case word have in common: `deploying`, `deploys` -> `deploy`; never empty.

    Irregular forms (`went` -> `go`) and British spellings come first. Words of the Russian alphabet get Russian rules.
    What has anything else in it (digits, other alphabets) comes back unchanged.

    Source: Porter's second algorithm and the Russian one (snowballstem.org/algorithms). Whoosh's version of the first
    algorithm forgets double letters and the lost `e`, so that `running` and `run` do not meet.
    """
    if len(word) >= 3 and word.isascii() and word.isalpha():
        lemma = LEMMAS.get(word) or _BRITISH.sub(lambda found: _AMERICAN[found.group()], word)
        return str(_english(lemma)) or word
    if _RUSSIAN.fullmatch(word):
        return str(_russian().stem(word)) or word
    return word


@lru_cache(maxsize=1)
def _russian() -> Any:  # whoosh is not typed for us
    from whoosh.lang.snowball.russian import RussianStemmer  # it builds its tables, and few vaults need it

    return RussianStemmer()
