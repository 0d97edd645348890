"""The second stage: what makes one good candidate a better answer than another, as named features.

Each feature is a number per passage; their weighted sum is the log-odds that the passage answers. All of them are 0, or
as good as a note of its own can have it, where a passage has no neighbours and nobody speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.analysis import runs
from vault_mem.index.index import Index
from vault_mem.index.view import View
from vault_mem.recall.candidates import Candidates
from vault_mem.recall.kinds import asked_kind, has_kind
from vault_mem.recall.passages import Passage, read_passage
from vault_mem.recall.scores import FloatArray
from vault_mem.recall.terms import Terms, term_weights

DEPTH = 50
"""Passages that the second stage looks at."""

MIN_LIKENESS = 0.25
"""Two words less alike than this have nothing in common."""

FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "first": "the first stage: words, meaning and note, with neighbours",
        "paraphrase": "the question's words said in other words",
        "window": "the question's words in the passage and its neighbours",
        "before": "the question's words in the passage before",
        "reply": "the passage before asks, with the question's words",
        "kind": "a time for a question that asks when, a number for one that asks how many",
        "asks": "the passage is itself a question",
        "author": "who speaks is named in the question",
        "place": "the question's words in the title, names, headings, tags and properties it stands under",
        "time": "the note's time fits the one the question speaks of",
    }
)
NAMES = tuple(FEATURES)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a question asks about: its token, the word as typed, and how much it tells."""

    token: str
    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The best candidates as read, with what the question asks about.

    Attributes:
        values: features, shape (rows, len(NAMES)), in the order of `NAMES`.
        coverage: the share of the question's weight that each passage holds literally, shape (rows,).
        likeness: the same where words that mean nearly the same count in part, shape (rows,).
    """

    values: FloatArray
    coverage: FloatArray
    likeness: FloatArray


def read_candidates(
    question: str,
    terms: Terms,
    candidates: Candidates,
    rows: NDArray[np.intp],
    *,
    index: Index,
    view: View,
    closeness: Sequence[float] | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Reading:
    """Compute the features of some candidates.

    Args:
        question: as asked.
        terms: as looked up.
        candidates: of the first stage.
        rows: which of them, best first.
        index: where the passages are.
        view: the notes that are asked.
        closeness: how well each row's note fits the time that the question speaks of, 0..1; None if of none.
        ignored: tokens that need not stand in an answer, such as those of that time.
    """
    near = _Neighbours(candidates, rows, index, view)
    spoken = frozenset().union(*(passage.author for passage in near.passages))
    asked = _asked_words(terms, int(np.count_nonzero(view.live)), without=spoken | ignored)
    exact, alike = _matches(asked, near.passages, index if candidates.cosines is not None else None)
    share = np.array([item.weight for item in asked], dtype=np.float32)
    share /= max(float(share.sum()), 1e-9)
    own, before, after = near.own, near.before, near.after
    coverage, likeness = exact[own] @ share, alike[own] @ share
    around = np.maximum(alike[own], np.maximum(alike[before], alike[after])) @ share
    lexical = np.append(candidates.lexical, np.float32(0))
    names = frozenset(piece.token for run in runs(terms.text) for piece in run.pieces)
    kind = asked_kind(question)
    columns = {
        "first": candidates.scores[rows],
        "paraphrase": likeness - coverage,
        "window": around,
        "before": alike[before] @ share,
        "reply": near.is_reply * lexical[near.row_before],
        "kind": np.array([has_kind(near.passages[place].text, kind) for place in own]),
        "asks": np.array([near.passages[place].asks for place in own]),
        "author": np.array([bool(near.passages[place].author & names) for place in own]),
        "place": near.places(asked) @ share,
        "time": np.zeros(len(rows)) if closeness is None else np.array(closeness),
    }
    values = np.stack([columns[name].astype(np.float32) for name in NAMES], axis=1)
    return Reading(values, coverage.astype(np.float32), likeness.astype(np.float32))


def _asked_words(terms: Terms, passages: int, *, without: frozenset[str]) -> list[Asked]:
    """Return what a question asks about, each token once.

    Args:
        terms: the question.
        passages: number of passages in the view.
        without: tokens that do not count, such as the names of those who speak.
    """
    weights = term_weights(terms.frequencies, passages)
    surfaces = {piece.token: piece.surface for run in runs(terms.text) for piece in run.pieces}
    kept = [term for term in dict.fromkeys(terms.terms) if term not in without]
    if not any(terms.frequencies.get(term) for term in kept):
        kept = list(dict.fromkeys(terms.terms))  # nothing but names: they are what is asked about
    return [Asked(term, surfaces.get(term, term), weights.get(term, 0.0)) for term in kept]


def _matches(asked: Sequence[Asked], passages: Sequence[Passage], index: Index | None) -> tuple[FloatArray, FloatArray]:
    """Return how much each passage has of each thing asked about: literally (0 or 1), and in meaning (0..1).

    Both of shape (len(passages) + 1, len(asked)); the last row, of zeros, stands for a passage that is not there.

    Source: late interaction, Khattab and Zaharia, SIGIR 2020 (the best match of each query token, summed), here over
    static word vectors and weighted by idf.
    """
    exact = np.zeros((len(passages) + 1, len(asked)), dtype=np.float32)
    for row, passage in enumerate(passages):
        exact[row] = [passage.has(item.token) for item in asked]
    if index is None or not asked:
        return exact, exact
    places: dict[str, int] = {}
    starts, members = [0], []
    for passage in passages:
        members += [places.setdefault(word, len(places)) for word in (*passage.wording.words, *passage.place.words)]
        starts.append(len(members))
    vectors = index.word_vectors(tuple(places))
    wanted = index.word_vectors([item.word if item.word.isascii() else "" for item in asked])
    if vectors is None or wanted is None or not members:
        return exact, exact
    similar = vectors @ wanted.T
    told = [row for row in range(len(passages)) if starts[row] < starts[row + 1]]
    best = np.maximum.reduceat(similar[members], [starts[row] for row in told], axis=0)
    alike = exact.copy()
    alike[told] = np.maximum(exact[told], np.clip((best - MIN_LIKENESS) / (1 - MIN_LIKENESS), 0, 1))
    return exact, alike


class _Neighbours:
    """The passages of some rows with those just before and after each in its note, read once.

    `own`, `before` and `after` are places in `passages` by row, -1 for a neighbour that is not there.
    """

    def __init__(self, candidates: Candidates, rows: NDArray[np.intp], index: Index, view: View) -> None:
        documents = candidates.documents
        owners = view.owners[documents]
        self.row_before = self._neighbours(owners, rows, -1)
        after = self._neighbours(owners, rows, 1)
        wanted = sorted({int(row) for row in (*rows, *self.row_before, *after) if row >= 0})
        ids = [int(documents[row]) for row in wanted]
        chunks, properties = index.catalog.chunks(ids), index.catalog.properties(ids)
        self.passages = []
        for row, document in zip(wanted, ids, strict=True):
            note, chunk = view.notes[owners[row]], chunks[document]
            names = (note.title, *note.metadata.aliases, *chunk.headings, *note.metadata.tags)
            self.passages.append(read_passage(chunk, "\n".join((*names, properties.get(document, "")))))
        places = {row: place for place, row in enumerate(wanted)} | {-1: -1}
        self.own = np.array([places[int(row)] for row in rows], dtype=np.intp)
        self.before = np.array([places[int(row)] for row in self.row_before], dtype=np.intp)
        self.after = np.array([places[int(row)] for row in after], dtype=np.intp)
        self.is_reply = np.array([self._is_reply(*pair) for pair in zip(self.own, self.before, strict=True)])

    def places(self, asked: Sequence[Asked]) -> FloatArray:
        """Return whether what each row stands under holds each thing asked about, shape (rows, len(asked))."""
        held = [[item.token in self.passages[place].place.tokens for item in asked] for place in self.own]
        return np.array(held, dtype=np.float32).reshape(len(self.own), len(asked))

    def _is_reply(self, own: int, before: int) -> bool:
        return before >= 0 and bool(self.passages[own].author) and self.passages[before].asks

    @staticmethod
    def _neighbours(owners: NDArray[np.int32], rows: NDArray[np.intp], step: int) -> NDArray[np.intp]:
        """Return the row beside each row if it belongs to the same note, else -1."""
        beside = rows + step
        inside = (beside >= 0) & (beside < len(owners))
        same = inside & (owners[np.where(inside, beside, rows)] == owners[rows])
        return np.where(same, beside, -1)
