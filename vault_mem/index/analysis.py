"""Text to tokens, the same for notes and queries: words, code identifiers, and bigrams for scripts without spaces.

What was measured (retrieval guide, §3a and §6): a stop list with question words and Porter stems are worth 5 points of
recall together; bigrams for Chinese, Japanese and Korean find what word splitting never does, but cost English a
quarter of its recall, so only those scripts get them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from vault_mem.index.lexical.stemming import stem

MAX_TOKEN = 64
"""Longest token, in characters; a longer run (base64, hostile text) is cut there and the rest is dropped."""

MAX_CHARACTERS = 1_048_576
"""Longest text that is analysed; what comes after is not indexed."""

STOP_WORDS = frozenset(
    """
    a about am an and are aren as at be been being but by can could d did didn do does doesn doing don for from had hadn
    has hasn have haven he her here hers herself him himself his how i if in into is isn it its itself ll m me might
    mine must my myself no not of on or our ours ourselves re s shall she should shouldn such t than that the their
    theirs them themselves then there these they this those to us ve was wasn we were weren what when where which who
    whom whose why will with won would wouldn you your yours yourself yourselves
    """.split()  # noqa: SIM905  (a word list reads better as words)
)
"""English function words and the words questions are made of.

Words of time and place (`before`, `after`, `up`, `may`) stay: with them out, LoCoMo lost up to half a point of MRR.
"""

# Thai, Lao, Myanmar, Khmer, Han, kana, Hangul, bopomofo: scripts written without (reliable) spaces between words.
# Source: Unicode Standard, Blocks.txt.
_CJK = (
    "\u0e01-\u0e4e\u0e81-\u0ecf\u1000-\u103f\u1780-\u17d3"
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u309f\u30a1-\u30ff\u3105-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
# Vowel signs and accents, which Python's \\w leaves out: they are part of a word in Indic scripts, Arabic and Hebrew.
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0971-\u0df3"
_LETTER = rf"(?![{_CJK}])[\w{_MARKS}]"
# A run of CJK, or a run of letters, digits and the marks that join the parts of identifiers, paths and versions.
_RUN = re.compile(rf"([{_CJK}]+)|((?:{_LETTER})+(?:[-./:@'’+#](?:{_LETTER})+)*[+#]*)")
_NOT_WORD = re.compile(rf"[^\w{_MARKS}]+")
_JOINT = re.compile(rf"[^\w{_MARKS}]+|_+")
_PIECE = re.compile(r"\S{1,512}")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_APOSTROPHE = re.compile(r"['’](?:s|t|d|m|ll|re|ve)?(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a text says at one place, as written but lower-cased, and the token it is looked up as.

    `whole` marks an identifier, or a part of it, that has parts of its own.
    """

    surface: str
    token: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text without spaces: as written (in NFKC form), where it stands, and its pieces.

    `pieces` is empty for a stop word; wholes stand before their parts.
    """

    text: str
    start: int
    pieces: tuple[Piece, ...]


def runs(text: str) -> Iterator[Run]:
    """Yield the runs of a query's text, with what each is looked up as; `start` counts in the NFKC form."""
    for run in _RUN.finditer(_normalize(text[:MAX_CHARACTERS])):
        if run.group(1):
            pieces = tuple(Piece(gram, gram) for gram in _grams(run.group(1), query=True))
            yield Run(run.group(1), run.start(), pieces)
        else:
            yield Run(run.group(2), run.start(), _pieces(run.group(2)[:256]))


def written_words(text: str) -> Iterator[str]:
    """Yield the words of a text as written but lower-cased, repeats included; identifiers give their parts as well."""
    for run in _RUN.finditer(_normalize(text[:MAX_CHARACTERS])):
        if run.group(2):
            yield from (piece.surface for piece in _pieces(run.group(2)[:256]))


def analyze(text: str, *, query: bool = False) -> list[str]:
    """Return the tokens of a text in reading order, repeats included, in time linear in its length.

    - NFKC first, so that full-width and ligature forms are the plain ones.
    - Han, kana and Hangul runs become overlapping bigrams, when indexing single characters too; a query's run of one
      character is that character.
    - Other runs are words. An identifier (`camelCase`, `snake_case`, `kebab-case`, `a/b/c.py`, `1.10.2`, `E1234`) gives
      its whole, lower-cased, a path also its file name, and the parts; letters with accents give their plain form too.
    - Lower case, without stop words, Porter's stem.

    Args:
        text: anything; only the first `MAX_CHARACTERS` are read.
        query: whether the tokens are to be looked up instead of stored.
    """
    tokens: list[str] = []
    for run in _RUN.finditer(_normalize(text[:MAX_CHARACTERS])):
        if run.group(1):
            tokens.extend(_grams(run.group(1), query=query))
        else:
            tokens.extend(_word_tokens(run.group(2)[:256]))
    return tokens


def _normalize(text: str) -> str:
    """Return the NFKC form; done in short pieces because sorting a long run of accents takes quadratic time."""
    if text.isascii():
        return text
    return _PIECE.sub(lambda piece: unicodedata.normalize("NFKC", piece.group()), text)[:MAX_CHARACTERS]


def _grams(run: str, *, query: bool) -> Iterator[str]:
    if len(run) == 1:
        yield run
        return
    if not query:
        yield from run
    for i in range(len(run) - 1):
        yield run[i : i + 2]


@lru_cache(maxsize=65_536)
def _word_tokens(run: str) -> tuple[str, ...]:
    return tuple(piece.token for piece in _pieces(run))


@lru_cache(maxsize=65_536)
def _pieces(run: str) -> tuple[Piece, ...]:
    """Return what one run without spaces says: its wholes, if it is made of parts, and the parts."""
    run = _APOSTROPHE.sub("", run)
    parts = [camel.lower() for piece in _JOINT.split(run) if piece for camel in _camel_parts(piece)]
    wholes = (whole[:MAX_TOKEN] for whole in _wholes(run) if whole not in parts and whole not in STOP_WORDS)
    pieces = [Piece(whole, whole, whole=True) for whole in wholes]
    for part in parts:
        word = part[:MAX_TOKEN]
        if word in STOP_WORDS:
            continue
        pieces.append(Piece(word, stem(word)))
        plain = _without_accents(word)
        if plain != word:
            pieces.append(Piece(plain, stem(plain)))
    return tuple(piece for piece in pieces if piece.token)


def _wholes(run: str) -> Iterable[str]:
    """Return what a person may name as one thing: `src/token_store.py`, `token_store.py`, `token_store`."""
    names = (run, *run.split("/"), *_NOT_WORD.split(run))
    return dict.fromkeys(name.strip("_").lower() for name in names)


def _camel_parts(piece: str) -> list[str]:
    """Split `parseUserToken` and `HTTPServer2`; a piece in one case stays whole (so `E1234`: a code, not two words)."""
    if piece.islower() or piece.isupper() or piece.isdigit() or not piece.isascii():
        return [piece]
    return _CAMEL.findall(piece) or [piece]


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.combining(c) < 200))
