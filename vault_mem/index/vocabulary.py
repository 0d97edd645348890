"""The words of the notes as people wrote them, to find the one that a misspelt word may stand for.

Tokens are stems, and the stem of a misspelt word is rarely near the right one (`deploymnet` stays whole, `deployment`
becomes `deploy`). So the catalog keeps every distinct word of its notes beside the tokens, lower-cased.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol

from vault_mem.index.analysis import MAX_CHARACTERS, written_words

MIN_LETTERS = 4
MAX_LETTERS = 32
LONG = 8
"""From this many letters on a word may be two letters off, or one with another first letter."""

MAX_WORDS = 200_000
"""Words that are compared, the ones first seen; about 20 MB."""

MAX_NEAR = 12


class Words(Protocol):
    """Where the words are kept."""

    def words_after(self, number: int, *, limit: int) -> list[tuple[int, str]]:
        """Return (number, word) of the words with a greater number, by number, `limit` at most."""


def words_in(texts: Iterable[str]) -> set[str]:
    """Return the distinct words of texts, lower-cased, that a misspelt one may be compared with."""
    return spelt_in(stretches_in(texts))


def stretches_in(texts: Iterable[str]) -> set[str]:
    """Return what stands between blanks in texts, each once: a fraction of the text, and no word goes past a blank."""
    found: set[str] = set()
    for text in texts:
        found.update(text[:MAX_CHARACTERS].split())
    return found


def spelt_in(stretches: Iterable[str]) -> set[str]:
    """Return the words of stretches without blanks as `words_in` does."""
    return {word for stretch in stretches for word in written_words(stretch) if is_spelt(word)}


def is_spelt(word: str) -> bool:
    """Whether a word can be misspelt: letters only (no code, version or number), neither too short nor too long."""
    return MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isalpha()


class Vocabulary:
    """The words of one epoch of a catalog, read when first asked and kept up to date; safe for several threads."""

    def __init__(self, words: Words) -> None:
        """Begin with nothing read."""
        self._words = words
        self._lock = threading.Lock()
        self._last = 0
        self._count = 0
        self._by_length: dict[int, dict[str, list[str]]] = {}

    def near(self, word: str, is_wanted: Callable[[str], bool] = lambda _: True) -> list[tuple[int, str]]:
        """Return (distance, word) of the words that a word may be a misspelling of, nearest first, then by word.

        Words that are not wanted, such as those of other versions, are as good as not there.

        Distance is edits of one letter (insertion, deletion, substitution, transposition of neighbours): 1, for 8
        letters and more also 2. The first letter is the same, unless one edit is all there is in such a long word.

        Source: optimal string alignment, the restricted form of Damerau, CACM 7(3), 1964, which finds four in five
        misspellings to be one such edit; that few are in the first letter: Pollock and Zamora, CACM 27(4), 1984.
        """
        if not is_spelt(word):
            return []
        with self._lock:
            self._catch_up()
            found = self._within(word, self._sharing_first(word), 2 if len(word) >= LONG else 1)
        kept = _wanted(found, is_wanted)
        if len(word) >= LONG and not kept:
            with self._lock:
                found = self._within(word, self._of_length(word), 1)
            kept = _wanted(found, is_wanted)
        return [pair for pair in kept if pair[0]]

    def _catch_up(self) -> None:
        while self._count < MAX_WORDS and (rows := self._words.words_after(self._last, limit=10_000)):
            for _, word in rows:
                self._by_length.setdefault(len(word), {}).setdefault(word[0], []).append(word)
            self._last = rows[-1][0]
            self._count += len(rows)

    def _sharing_first(self, word: str) -> Iterator[list[str]]:
        reach = 2 if len(word) >= LONG else 1
        for length in range(len(word) - reach, len(word) + reach + 1):
            yield self._by_length.get(length, {}).get(word[0], [])

    def _of_length(self, word: str) -> Iterator[list[str]]:
        for length in range(len(word) - 1, len(word) + 2):
            yield from self._by_length.get(length, {}).values()

    @staticmethod
    def _within(word: str, groups: Iterable[list[str]], most: int) -> list[tuple[int, str]]:
        """Return (distance, word) of the words of some groups that are at most so far away, in that order."""
        from rapidfuzz import process  # it takes 10 ms, and few questions have a word that nobody wrote
        from rapidfuzz.distance import OSA

        found = []
        for group in groups:
            nearest = process.extract(word, group, scorer=OSA.distance, score_cutoff=most, limit=None)
            found += [(int(distance), near) for near, distance, _ in nearest]
        return sorted(found)


def _wanted(found: Iterable[tuple[int, str]], is_wanted: Callable[[str], bool]) -> list[tuple[int, str]]:
    return list(islice((pair for pair in found if is_wanted(pair[1])), MAX_NEAR))
