"""Questions with what recall made of them: features of the best passages, and which of them are right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.conversations import Places
from tests.benchmarks.corpus import Question
from tests.benchmarks.logistic import Floats, fit
from vault_mem import Memory
from vault_mem.recall.features import DEPTH
from vault_mem.recall.weights import SECOND

LEARNED = tuple(SECOND)
"""The features whose weights are fitted, in the order of a row."""

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, the passages the second stage looked at, and which of them answer.

    Attributes:
        rows: features, shape (passages, len(LEARNED)), in the order that recall gave.
        gold: whether each passage shows a gold turn, shape (passages,).
        turns: the turns each passage shows.
        session: the session each passage is of.
    """

    question: Question
    rows: Floats
    gold: NDArray[np.bool_]
    turns: tuple[tuple[str, ...], ...]
    session: tuple[int, ...]


def judge(memory: Memory, places: Places, questions: Sequence[Question]) -> list[Judged]:
    """Ask every question within its conversation and label what comes back."""
    return [_judged(memory, places, question) for question in questions]


def _judged(memory: Memory, places: Places, question: Question) -> Judged:
    answer = memory.recall(
        question.text, limit=DEPTH, namespace=question.conversation, passages=True, explain=True, time_words=False
    )
    values = [{feature.name: feature.value for feature in hit.features} for hit in answer.hits]
    turns = tuple(places.of(hit) for hit in answer.hits)
    return Judged(
        question=question,
        rows=np.array([[row.get(name, 0.0) for name in LEARNED] for row in values]).reshape(-1, len(LEARNED)),
        gold=np.array([not question.gold.isdisjoint(shown) for shown in turns], dtype=np.bool_),
        turns=turns,
        session=tuple(places.sessions[str(hit.path)] for hit in answer.hits),
    )


def fitted(judged: Sequence[Judged], features: Sequence[str] = LEARNED) -> tuple[Floats, float]:
    """Fit the second stage on questions; weights of shape (len(LEARNED),), 0 for what is not in `features`."""
    columns = [LEARNED.index(name) for name in features]
    rows = np.concatenate([item.rows for item in judged])[:, columns]
    weights = np.zeros(len(LEARNED))
    weights[columns], bias = fit(rows, np.concatenate([item.gold for item in judged]).astype(np.float64))
    return weights, bias


def left_out(
    judged: Mapping[str, Sequence[Judged]], features: Sequence[str] = LEARNED
) -> Iterator[tuple[str, str, list[Judged], Floats]]:
    """Yield (layout, conversation, its questions, weights fitted on the other conversations of every layout)."""
    conversations = sorted({item.question.conversation for items in judged.values() for item in items})
    for conversation in conversations:
        others = [item for items in judged.values() for item in items if item.question.conversation != conversation]
        weights, _ = fitted(others, features)
        for layout, items in judged.items():
            yield layout, conversation, [item for item in items if item.question.conversation == conversation], weights


def turn_rank(item: Judged, weights: Floats) -> int | None:
    """Return the 1-based rank of the first gold turn by the weights, None if it is not among ten."""
    order = np.argsort(-(item.rows @ weights), kind="stable")
    ranking = dict.fromkeys(turn for place in order for turn in item.turns[place])
    return first_rank(list(ranking), item.question.gold)


def session_rank(item: Judged, weights: Floats) -> int | None:
    """Return the 1-based rank of the first gold session by its best passage, None if it is not among ten."""
    order = np.argsort(-(item.rows @ weights), kind="stable")
    return first_rank(list(dict.fromkeys(item.session[place] for place in order)), item.question.sessions)


def first_rank(ranking: Sequence[object], gold: Collection[object]) -> int | None:
    """Return the 1-based rank of the first gold item among the first ten, None if there is none."""
    return next((rank for rank, item in enumerate(ranking[:10], start=1) if item in gold), None)


def figures(ranks: Sequence[int | None]) -> Figures:
    """Return recall_any@5, recall_any@10 and MRR@10 in percent, and the number of questions `n`."""
    count = max(len(ranks), 1)
    return {
        "r5": _percent(sum(rank is not None and rank <= 5 for rank in ranks) / count),
        "r10": _percent(sum(rank is not None for rank in ranks) / count),
        "mrr10": _percent(sum(1 / rank for rank in ranks if rank) / count),
        "n": len(ranks),
    }


def _percent(share: float) -> float:
    return round(100 * share, 2)
