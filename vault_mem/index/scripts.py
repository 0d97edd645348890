"""Letters of every script: which are written without spaces, and plainer ways to write a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Thai, Lao, Myanmar, Khmer, Han, kana, Hangul, bopomofo: scripts written without (reliable) spaces between words. The
# katakana middle dot separates. Source: Unicode Standard, Blocks.txt.
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ecf\u1000-\u103f\u1780-\u17d3"
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Ranges of a regular expression's character class."""

MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0971-\u0df3"
"""Vowel signs and accents, which `\\w` leaves out: they are part of a word in Indic scripts, Arabic and Hebrew."""

PICTURES = "\u2600-\u27bf\U0001f300-\U0001faff"
"""Emoji and signs, each a word of its own. Source: Unicode Standard, Blocks.txt."""

_PIECE = re.compile(r"\S{1,512}")
_PLAIN = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ"}
    | {"ـ": "", "ى": "ي", "ة": "ه", "ٱ": "ا"}
)
_ARABIC_ARTICLE = re.compile(r"(?:[وفبك]?ال|لل)(?=\w{3})")
_HEBREW_PREFIX = re.compile("[הובלמשכ](?=[\u05d0-\u05ea]{3})")


def normalized(text: str, *, limit: int) -> str:
    """Return the NFKC form, `limit` characters at most; piece by piece, as sorting many accents is quadratic."""
    if text.isascii():
        return text[:limit]
    return _PIECE.sub(lambda piece: unicodedata.normalize("NFKC", piece.group()), text[:limit])[:limit]


def plainer(word: str) -> Iterator[str]:
    """Yield other ways to write a lower-case word that is not ASCII, each different from it.

    Without accents and vowel points and with plain letters for ligatures; in Arabic also without the article, in Hebrew
    without a prefixed letter.
    """
    plain = _plain(word)
    if plain != word:
        yield plain
    for prefix in (_ARABIC_ARTICLE, _HEBREW_PREFIX):
        if found := prefix.match(plain):
            yield plain[found.end() :]


def _plain(word: str) -> str:
    """Drop Hebrew and Arabic points (combining classes 10 to 36) and accents (200 on), keep signs that are letters.

    Source: Unicode Standard, canonical combining classes.
    """
    decomposed = unicodedata.normalize("NFD", word).translate(_PLAIN)
    kept = (c for c in decomposed if not 10 <= (rank := unicodedata.combining(c)) <= 36 and rank < 200)
    return unicodedata.normalize("NFC", "".join(kept))
