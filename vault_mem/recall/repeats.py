"""Passages that say again what another one has said: copies, copies with words added, parts of longer ones.

What decides is that a copy which was edited must stay visible: a passage with another number, a negation, another name
or one word in the place of another does not repeat the one it was copied from, however alike they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from vault_mem.index.analysis import Run, runs
from vault_mem.notes.model import Chunk
from vault_mem.notes.turns import said
from vault_mem.recall.excerpts import title_end, without_title
from vault_mem.recall.passages import wording

MAX_NEW = 0.1
"""Share of a passage's words that may be new in it."""

REACH = 4
"""Words that follow each other here may stand this far apart in the other, with words between them."""

MIN_WORDS = 3
"""A passage of fewer words, headings, `key:: value` lines and embedded files left out, is said by its title as well."""

_NEGATIONS = frozenset(
    """
    no not never without none nor neither nothing cannot nicht kein keine nie ohne pas jamais sans nunca sin não bez
    не нет без
    """.split()  # noqa: SIM905  (a word list reads better as words)
)
_TURNS = frozenset({"but", "except", "if", "instead", "only", "rather", "unless", "until", "yes"})
_DENIES = re.compile("[不没沒無无非未别別勿莫않못없안]|ない|ませ|ぬ")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])|\n+|\s[–—-]\s")
_FRAME = re.compile(r"^[ \t]*(?:[-*] )?(?:#{1,6}|[^\s:]+::) .*$|!\[\[[^\]\n]{0,200}\]\]", re.MULTILINE)
_COMMA = re.compile(r"(?<=,)\s+|(?<=[，、])")
_CONTRACTED = re.compile(r"n['’]t$")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a passage says, to be compared.

    Attributes:
        sentences: their tokens in order; `!` before those of a clause with a negation, a number together with the word
            before it.
        words: the distinct ones of them.
        near: pairs of them that follow each other in a sentence, up to `REACH` words apart.
        deciding: those that must not be new: numbers, negations, names, identifiers.
    """

    sentences: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    near: frozenset[tuple[str, str]]
    deciding: frozenset[str]


@dataclass(frozen=True, slots=True)
class Saying:
    """A passage that is to be compared with many.

    Attributes:
        title: its note's.
        text: the passage without that title.
        tokens: of the text, and maybe of the title and without who speaks: enough to tell most passages apart.
        own: those of them that the title does not bring.
    """

    title: str
    text: str
    tokens: frozenset[str]
    own: frozenset[str]


def saying(chunk: Chunk, title: str) -> Saying:
    """Return a passage as it is compared, cheaply where the ranking has read it already."""
    tokens = wording(said(chunk.text) if chunk.author else chunk.text).tokens
    own = tokens - wording(title).tokens if title_end(chunk.text, title) else tokens
    return Saying(title, without_title(chunk.text, title), tokens, own)


def repeats(mine: Saying, theirs: Saying) -> bool:
    """Whether a passage says nothing that another one does not say; one without words repeats none.

    Nine tenths of its words stand in the other, within a sentence in the order they have there; the rest are plain
    words that stand in the place of none. The other one may say more, unless it denies in a script without spaces,
    where no word tells what is denied. Passages of a few words must say the same under the same title.
    """
    most_new = 1 + MAX_NEW * len(mine.tokens)
    if len(mine.own) - len(theirs.tokens) > most_new or len(mine.own - theirs.tokens) > most_new:
        return False
    if not wording(mine.text).tokens:
        return False
    if len(wording(_FRAME.sub(" ", mine.text)).tokens) >= MIN_WORDS:
        return _is_within(_statement(mine.text), _statement(theirs.text))
    one, two = (_statement(f"{each.title}\n{each.text}") for each in (mine, theirs))
    return _is_within(one, two) and _is_within(two, one)


def _is_within(mine: Statement, theirs: Statement) -> bool:
    new, more = mine.words - theirs.words, theirs.words - mine.words
    if len(new) > MAX_NEW * len(mine.words) or new & mine.deciding or (new and more):
        return False
    if any(_DENIES.search(word) for word in more):
        return False
    kept = ((word for word in sentence if word not in new) for sentence in mine.sentences)
    return all(pair in theirs.near for sentence in kept for pair in pairwise(sentence))


@lru_cache(maxsize=2_048)
def _statement(text: str) -> Statement:
    deciding: set[str] = set()
    sentences = []
    for part in _SENTENCE.split(text):
        said = tuple(token for clause in _COMMA.split(part) for token in _said(clause, deciding))
        sentences += [said] if said else []
    near = (pair for said in sentences for step in range(1, REACH + 1) for pair in zip(said, said[step:], strict=False))
    words = frozenset(token for said in sentences for token in said)
    return Statement(tuple(sentences), words, frozenset(near), frozenset(deciding))


def _said(clause: str, deciding: set[str]) -> Iterator[str]:
    """Yield the tokens of a clause as they are compared, and note which of them decide."""
    last, mark = "", ""
    for place, run in enumerate(runs(clause)):
        plain = run.text.lower()
        is_negation = plain in _NEGATIONS or _CONTRACTED.search(plain) is not None
        if is_negation or plain in _TURNS:
            deciding.add(f"!{plain}")
            yield f"!{plain}"
        mark = "!" if is_negation else mark
        for piece in run.pieces:
            token = f"{mark}{last}={piece.token}" if _DIGIT.search(piece.token) else f"{mark}{piece.token}"
            if _is_deciding(run, place, piece.token):
                deciding.add(token)
            yield token
        last = run.pieces[-1].token if run.pieces and not _DIGIT.search(run.text) else last


def _is_deciding(run: Run, place: int, token: str) -> bool:
    is_name = run.text[:1].isupper() and (place > 0 or not run.text[1:].islower())
    return is_name or len(run.pieces) > 1 or bool(_DIGIT.search(token) or _DENIES.search(token))
