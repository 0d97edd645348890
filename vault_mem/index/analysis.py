"""Text to tokens, the same for notes and queries: words, code identifiers, and bigrams for scripts without spaces.

What was measured (retrieval guide, §3a and §6): a stop list with question words and stems are worth 5 points of recall
together; bigrams for Chinese, Japanese and Korean find what word splitting never does, but cost English a quarter of
its recall, so only those scripts get them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from vault_mem.index.compounds import MAX_TOKEN, Piece, pieces_of
from vault_mem.index.scripts import MARKS, PICTURES, UNSPACED, normalized

MAX_CHARACTERS = 1_048_576
"""Longest text that is analysed; what comes after is not indexed."""

_LONG = MAX_CHARACTERS // 18
"""Characters up to which no NFKC form is longer than `MAX_CHARACTERS`. Source: Unicode Standard Annex 15, section 9."""

_LETTER = rf"(?![{UNSPACED}])[\w{MARKS}]"
_JOINT = r"(?:[-./:@'’+#&]|(?<=\d),(?=\d{3}(?!\d)))"
# A run without spaces between words; or letters, digits and the marks that join the parts of names, paths and versions;
# or a picture.
_RUN = re.compile(rf"([{UNSPACED}]+)|((?:{_LETTER})+(?:{_JOINT}(?:{_LETTER})+)*[+#]*)|([{PICTURES}])")
_OPENING, _CLOSING = '("', ".,;:!?)\"'"  # at the edge of a word they are no part of it
_DOTNET = re.compile(r"(?<![^\s(\[])\.net\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text without spaces, as written (in NFKC form), and its pieces.

    `pieces` is empty for a stop word; wholes stand before their parts.
    """

    text: str
    pieces: tuple[Piece, ...]


def runs(text: str) -> Iterator[Run]:
    """Yield the runs of a query's text, with what each is looked up as."""
    for found in _RUN.finditer(_readable(text)):
        unspaced, word, picture = found.groups()
        grams = _grams(unspaced, query=True) if unspaced else [picture] if picture else []
        yield Run(found.group(), pieces_of(word) if word else tuple(Piece(gram, gram) for gram in grams))


def said_words(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the distinct words of a text, as `written_words` yields them, and its distinct tokens.

    Many texts are read for each question, so what stands between blanks is looked up once for every text that has it.
    """
    if len(text) > _LONG:
        return tuple(dict.fromkeys(written_words(text))), frozenset(analyze(text))
    stretches = dict.fromkeys(text.split())  # as in `analyze`
    if max(map(len, stretches), default=0) > MAX_TOKEN:
        return tuple(dict.fromkeys(written_words(text))), frozenset(analyze(text))
    stored = list(map(_stored, stretches))
    words = dict.fromkeys(chain.from_iterable([said for said, _ in stored]))
    return tuple(words), frozenset(chain.from_iterable([tokens for _, tokens in stored]))


def written_words(text: str) -> Iterator[str]:
    """Yield the words of a text as written but lower-cased, repeats included; identifiers give their parts as well."""
    if len(text) > _LONG:
        yield from _words(text)
        return
    for stretch in text.split():  # as in `analyze`
        yield from _stored(stretch)[0] if len(stretch) <= MAX_TOKEN else _words(stretch)


def _words(text: str) -> Iterator[str]:
    for _, word, _ in _RUN.findall(_readable(text)):
        if word:
            yield from (piece.surface for piece in pieces_of(word))


def analyze(text: str, *, query: bool = False) -> list[str]:
    """Return the tokens of a text in reading order, repeats included, in time linear in its length.

    - NFKC first, so that full-width and ligature forms are the plain ones.
    - Han, kana, Hangul and Thai runs become overlapping bigrams, when indexing single characters too; a query's run of
      one character is that character. A picture is a word.
    - Other runs are words. An identifier gives its whole, without the joints that hands differ in (`camelCase`,
      `camel_case`, `camel-case`), and its parts; a path also its file name; a version also what it begins with
      (`v1.10.2`: `1.10.2`, `1.10`, `v1`), a date its month, a code its letters and digits (`TS2345`), a commit its
      first seven digits; letters with accents their plain form.
    - Lower case, without stop words, stems.

    Args:
        text: anything; only the first `MAX_CHARACTERS` are read.
        query: whether the tokens are to be looked up instead of stored.
    """
    if query or len(text) > _LONG:
        return _tokens(text, query=query)
    tokens: list[str] = []
    for stretch in text.split():  # no run, and nothing that its reading depends on, goes past a blank
        tokens += _stored(stretch)[1] if len(stretch) <= MAX_TOKEN else _tokens(stretch, query=False)
    return tokens


@lru_cache(maxsize=65_536)
def _stored(stretch: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words and the tokens of what stands between blanks in a text that is stored."""
    plain = stretch.rstrip(_CLOSING).lstrip(_OPENING)
    if plain.isascii() and plain.isalpha():  # as most are: one run
        pieces = pieces_of(plain)
        return tuple([piece.surface for piece in pieces]), tuple([piece.token for piece in pieces])
    return tuple(_words(stretch)), tuple(_tokens(stretch, query=False))


def _tokens(text: str, *, query: bool) -> list[str]:
    tokens: list[str] = []
    for unspaced, word, picture in _RUN.findall(_readable(text)):
        if unspaced:
            tokens.extend(_grams(unspaced, query=query))
        elif word:
            tokens.extend([piece.token for piece in pieces_of(word)])
        else:
            tokens.append(picture)
    return tokens


def _readable(text: str) -> str:
    return _DOTNET.sub("dotnet", normalized(text, limit=MAX_CHARACTERS))


def _grams(run: str, *, query: bool) -> Iterator[str]:
    if len(run) == 1:
        yield run
        return
    if not query:
        yield from run
    for i in range(len(run) - 1):
        yield run[i : i + 2]
