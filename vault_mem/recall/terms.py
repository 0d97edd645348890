"""What a question is looked up as: its tokens, the words nobody wrote, and what they were probably meant to be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from vault_mem.index.analysis import Run, analyze, runs
from vault_mem.index.dictionary import is_english
from vault_mem.index.index import Index
from vault_mem.index.lexical.base import Ids
from vault_mem.index.view import View
from vault_mem.index.vocabulary import is_spelt

MAX_TERMS = 32
"""Distinct tokens that are looked up; a text with more is not a question but holds one."""

QUESTION_WEIGHT = 3
"""How much more a token of a sentence that asks counts in a long text.

`python -m tests.benchmarks.prompts` prints what is found of a question inside 200 words of another conversation: with
this weight most of it, with rarity alone much less. How often a token stands in the text told nothing.
"""

MIN_ASKED = 3
"""Telling tokens of a sentence that asks; `How are you?` asks nothing."""

IDENTIFIER_WEIGHT = 1.5
MAX_SURVEYED = 256
MAX_CORRECTIONS = 3

_BREAK = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_ASKS = ("?", "？")
_CLOSING = " \t'\"’”»)]）」』*_"
_CODE = re.compile(r"[\d_./:@#+-]")
_EMPTY: Mapping[str, str] = MappingProxyType({})
_NO_IDS: Mapping[str, Ids] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Terms:
    """A question as it is looked up.

    Attributes:
        terms: tokens to score, in reading order, at most 32 distinct ones; the more often one stands here, the more it
            counts.
        frequencies: in how many of the view's passages and file names each of them stands.
        unknown: words of the question that no note has, as typed but lower-cased.
        corrections: for some of those, the known word that was looked up instead.
        text: what to embed: the question with its corrections; of a long text, what asks and what tells most.
        holders: the ids of those passages and file names, by term, ascending.
    """

    terms: tuple[str, ...]
    frequencies: Mapping[str, int]
    text: str
    unknown: tuple[str, ...] = ()
    corrections: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    holders: Mapping[str, Ids] = field(default_factory=lambda: _NO_IDS, repr=False, compare=False)


def understand(text: str, *, index: Index, view: View) -> Terms:
    """Return what a question is looked up as.

    A question of up to 32 distinct tokens is looked up word for word; a word that no note of the view has is replaced
    by the known one it is probably a misspelling of, where there is one. Of a longer text (a prompt, a pasted trace)
    only the tokens that tell most are: rare in the view, in a sentence that asks, in an identifier.

    Args:
        text: what was asked, line breaks included; not empty.
        index: where the view's words are.
        view: the notes whose words count.

    Raises:
        IndexReplacedError: if the index was rebuilt since the view was made.
    """
    found = list(runs(text))
    tokens = dict.fromkeys(piece.token for run in found for piece in run.pieces)
    if len(tokens) > MAX_TERMS:
        return _of_long(text, found, tuple(tokens), index, view)
    return _of_short(text, found, tuple(tokens), index, view)


def term_weights(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return how much each term tells, by the passages that hold it: ln(1 + (N - n + 0.5) / (n + 0.5)), >= 0.

    Args:
        frequencies: passages n that hold each term.
        passages: all passages N; a term in more than that counts as if all had it.

    Source: the idf of BM25 in its non-negative form, Robertson and Zaragoza, "The Probabilistic Relevance Framework",
    2009, with 1 added as in Lucene.
    """
    return {
        term: math.log(1 + (max(passages, count) - count + 0.5) / (count + 0.5)) for term, count in frequencies.items()
    }


# --- short -------------------------------------------------------------------------------------------------------


def _of_short(text: str, found: Sequence[Run], distinct: tuple[str, ...], index: Index, view: View) -> Terms:
    holders = index.holders(distinct, view=view)
    frequencies = _counts(holders)
    unknown = _unknown(found, frequencies)
    pieces = (piece for run in found for piece in run.pieces)
    strange = dict.fromkeys(piece.surface for piece in pieces if not frequencies[piece.token])
    corrections = _corrections(strange, index, view)
    if not corrections:
        terms = tuple(piece.token for run in found for piece in run.pieces)
        return Terms(terms, frequencies, text, unknown, holders=holders)
    instead = {word: tuple(analyze(known, query=True)) for word, known in corrections.items()}
    terms = tuple(token for run in found for token in _corrected(run, instead))
    holders = index.holders(tuple(dict.fromkeys(terms)), view=view)
    return Terms(terms, _counts(holders), _reworded(text, corrections), unknown, corrections, holders)


def _counts(holders: Mapping[str, Ids]) -> dict[str, int]:
    return {term: len(ids) for term, ids in holders.items()}


def _unknown(found: Sequence[Run], frequencies: Mapping[str, int]) -> tuple[str, ...]:
    """Return the words no note has; of an identifier only its unknown words, if there is something else known in it."""
    words: dict[str, None] = {}
    for run in found:
        known = [piece for piece in run.pieces if frequencies[piece.token]]
        if run.pieces and not known:
            words[run.pieces[0].surface if len(run.pieces) == 1 else run.text.lower()] = None
        elif run.pieces and run.pieces[0].whole and not any(piece.whole for piece in known):
            parts = [piece.surface for piece in run.pieces if not piece.whole and piece not in known]
            words |= dict.fromkeys(parts if parts and all(map(is_spelt, parts)) else [run.text.lower()])
    return tuple(words)


def _corrections(unknown: Iterable[str], index: Index, view: View) -> dict[str, str]:
    """Return the known word for each misspelt one; an English word is what it says, even if no note has it.

    Of LoCoMo's questions with a near word, all but one with a real misspelling were kept by that rule, and none where
    another word was meant (`father`, `traits`).
    """
    corrections: dict[str, str] = {}
    for word in unknown:
        if len(corrections) == MAX_CORRECTIONS:
            break
        if not is_english(word) and (nearest := index.nearest(word, view=view)):
            corrections[word] = nearest[0]
    return corrections


def _corrected(run: Run, instead: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for piece in run.pieces:
        yield from instead.get(piece.surface, (piece.token,))


def _reworded(text: str, corrections: Mapping[str, str]) -> str:
    """Return the text with the words replaced, wherever they stand alone."""
    pattern = "|".join(re.escape(word) for word in sorted(corrections, key=len, reverse=True))
    return re.sub(
        rf"(?<!\w)(?:{pattern})(?!\w)", lambda word: corrections[word.group().lower()], text, flags=re.IGNORECASE
    )


# --- long --------------------------------------------------------------------------------------------------------


def _of_long(text: str, found: Sequence[Run], distinct: tuple[str, ...], index: Index, view: View) -> Terms:
    surfaces = {piece.token: piece.surface for run in found for piece in run.pieces}
    asked = _asked(text)
    factors = {token: QUESTION_WEIGHT if token in asked else 1 for token in distinct}
    named = {piece.token for run in found if _CODE.search(run.text) or len(run.pieces) > 1 for piece in run.pieces}
    holders = index.holders(_surveyed(distinct, asked | named, index, view), view=view)
    frequencies = _counts(holders)
    weights = term_weights(frequencies, int(np.count_nonzero(view.live)))
    told = {
        token: weight * factors[token] * (IDENTIFIER_WEIGHT if token in named else 1)
        for token, weight in weights.items()
        if frequencies[token]
    }
    kept = frozenset(sorted(told, key=lambda token: -told[token])[:MAX_TERMS])
    terms = tuple(token for token in distinct if token in kept for _ in range(factors[token]))
    return Terms(
        terms=terms,
        frequencies={token: frequencies[token] for token in kept},
        text=" ".join(surfaces[token] for token in terms) or text,
        holders={token: holders[token] for token in kept},
    )


def _asked(text: str) -> frozenset[str]:
    """Return the tokens of the sentences that ask, the last 32 of each."""
    asked: set[str] = set()
    for sentence in _BREAK.split(text):
        if sentence.rstrip(_CLOSING).endswith(_ASKS):
            tokens = tuple(dict.fromkeys(analyze(sentence, query=True)))
            asked.update(tokens[-MAX_TERMS:] if len(tokens) >= MIN_ASKED else ())
    return frozenset(asked)


def _surveyed(distinct: Sequence[str], preferred: frozenset[str], index: Index, view: View) -> tuple[str, ...]:
    """Return the tokens worth counting exactly: those preferred and those in the fewest stored documents."""
    if len(distinct) <= MAX_SURVEYED:
        return tuple(distinct)
    about = index.stored_frequencies(distinct, view=view)
    known = [token for token in distinct if about[token]]
    return tuple(sorted(known, key=lambda token: (token not in preferred, about[token]))[:MAX_SURVEYED])
