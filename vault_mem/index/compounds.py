"""What a run without spaces says: a word, or an identifier, path, version, date or code with its parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from vault_mem.index.lexical.stemming import stem
from vault_mem.index.scripts import MARKS, plainer

MAX_TOKEN = 64
"""Longest token, in characters; a longer run (base64, hostile text) is cut there and the rest is dropped."""

MAX_RUN = 256

STOP_WORDS = frozenset(
    """
    a about am an and are aren arent as at be been being but by can cannot cant could couldn couldnt d did didn didnt do
    does doesn doesnt doing don dont for from had hadn hadnt has hasn hasnt have haven havent he her here hers herself
    him himself his how i if im in into is isn isnt it its itself ive ll m me might mine must my myself no not of on or
    our ours ourselves re s shall she should shouldn shouldnt such t than that the their theirs them themselves then
    there these they this those to up us ve was wasn wasnt we were weren werent what when where which who whom whose why
    will with won wont would wouldn wouldnt you your yours yourself yourselves
    """.split()  # noqa: SIM905  (a word list reads better as words)
)
"""English function words and the words questions are made of.

Words of time (`before`, `after`, `may`) stay: with them out, LoCoMo lost up to half a point of MRR.
"""

_SEGMENT = re.compile(r"[/@:&]+|#(?=.)")
_JOINT = re.compile(rf"[^\w{MARKS}]+|_+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_APOSTROPHE = re.compile(r"['’](?:s|t|d|m|ll|re|ve)?(?![^\W_])", re.IGNORECASE)
# What may join parts of one name in different hands (`token-store`, `token_store`, `tokenStore`, `node.js`, `nodejs`);
# between digits it stays, as 1.10 is not 110.
_GLUE = re.compile(r"(?<!\d)[-_]|[-_](?!\d)|(?<=[^\W\d])\.(?=[^\W\d])|[,'’]")
_DATE = re.compile(r"(\d{4})[-_/](\d\d)[-_/](\d\d)(?!\d)")
_VERSION = re.compile(r"v?(\d+)((?:\.\d+)+)(?![^\W_])", re.IGNORECASE)
_CODE = re.compile(r"([a-z]{2,})(\d{1,3})|([a-z]+)(\d{3,})|0x([0-9a-f]{2,})|(\d+)([a-z]{2,})")
_HASH = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,64}")
_SHORT_HASH = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """What a text says at one place, as written but lower-cased, and the token it is looked up as.

    `whole` marks an identifier, or a part of it, that has parts of its own.
    """

    surface: str
    token: str
    whole: bool = False


@lru_cache(maxsize=65_536)
def pieces_of(run: str) -> tuple[Piece, ...]:
    """Return what a run of letters, digits and joints says: its wholes, if it is made of parts, and the parts.

    Args:
        run: without spaces; only the first 256 characters are read.
    """
    if run.isascii() and run.isalpha() and len(run) <= MAX_TOKEN and (run.islower() or run.isupper() or run.istitle()):
        return _part(run.lower())
    run = _APOSTROPHE.sub("", run[:MAX_RUN]).replace(",", "")
    pieces: list[Piece] = []
    if date := _DATE.match(run):
        pieces += _date(date)
        run = run[date.end() :]
    segments = [segment for segment in _SEGMENT.split(run) if segment]
    numbers = [_VERSION.match(segment) for segment in segments]
    names = [name for name, number in zip(segments, numbers, strict=True) if not number]
    pieces += _wholes(
        [*([run] if len(segments) > 1 else []), *names, *(part for name in names for part in name.split("."))]
    )
    for segment, number in zip(segments, numbers, strict=True):
        pieces += _version(number) if number else ()
        for part in _parts(segment[number.end() :] if number else segment):
            pieces += _part(part[:MAX_TOKEN])
    return tuple(piece for piece in pieces if piece.token)


def _wholes(names: Iterable[str]) -> Iterator[Piece]:
    """Yield what a person may name as one thing: `src/token_store.py`, `token_store.py`, `token_store`."""
    for name in dict.fromkeys(name.strip("_-.") for name in names):
        surface = name.lower()[:MAX_TOKEN]
        token = _GLUE.sub("", surface)
        if token and token not in STOP_WORDS and token not in {part[:MAX_TOKEN] for part in _parts(name)}:
            yield Piece(surface, stem(token), whole=True)
            yield from _code_parts(token)


def _date(found: re.Match[str]) -> Iterator[Piece]:
    year, month, day = found.groups()
    for text in (f"{year}-{month}-{day}", f"{year}-{month}", year):
        yield Piece(text, text, whole=text != year)


def _version(found: re.Match[str]) -> Iterator[Piece]:
    """Yield `1.10.2`, `1.10` and, where it is called a version, `v1`."""
    parts = (found.group(1) + found.group(2)).split(".")
    for end in range(len(parts), 1, -1):
        text = ".".join(parts[:end])[:MAX_TOKEN]
        yield Piece(text, text, whole=end == len(parts))
    if found.group()[0] in "vV":
        yield Piece(f"v{parts[0]}"[:MAX_TOKEN], f"v{parts[0]}"[:MAX_TOKEN])


@lru_cache(maxsize=256)
def _parts(name: str) -> tuple[str, ...]:
    """Return the words of a name, lower-cased; a name is asked about twice in a row."""
    return tuple(part.lower() for piece in _JOINT.split(name) if piece for part in _camel_parts(piece))


def _camel_parts(piece: str) -> list[str]:
    """Split `parseUserToken` and `HTTPServer2`; a piece in one case stays whole (so `E1234`: a code, not two words)."""
    if piece.islower() or piece.isupper() or piece.isdigit() or not piece.isascii():
        return [piece]
    return [part for part in _CAMEL.findall(piece) if len(part) > 1] or [piece]


@lru_cache(maxsize=32_768)
def _part(word: str) -> tuple[Piece, ...]:
    """Return a word's token; of a code also its letters and its digits, of a word with accents also the plain one."""
    return () if word in STOP_WORDS else tuple(piece for piece in _forms(word) if piece.token)


def _forms(word: str) -> Iterator[Piece]:
    yield Piece(word, stem(word), whole=_CODE.fullmatch(word) is not None)
    yield from _code_parts(word)
    if _HASH.fullmatch(word):
        yield Piece(word[:_SHORT_HASH], word[:_SHORT_HASH])
    if not word.isascii():
        yield from (Piece(plain[:MAX_TOKEN], stem(plain[:MAX_TOKEN])) for plain in plainer(word))


def _code_parts(word: str) -> Iterator[Piece]:
    """Yield the letters, if there are two, and the digits of `ts2345`, `vue3`, `5gb`, `0x80070005`."""
    code = _CODE.fullmatch(word)
    for part in code.groups() if code else ():
        if part and (part[0].isdigit() or len(part) > 1) and part not in STOP_WORDS:
            yield Piece(part, stem(part))
