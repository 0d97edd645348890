"""Fit the weights of `relevance`: the chance that a hit answers, from what of the question it holds.

    python -m tests.benchmarks.relevance --items items.jsonl --questions questions.jsonl

Every turn is a note of its own. For each question the first hits of a plain recall are labelled by the gold turns; a
logistic regression on term coverage and cosine is fitted on half of the conversations and judged on the other half,
both ways, then fitted on all. Prints the weights and the Brier score beside that of always guessing the base rate.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import vault_mem
from tests.benchmarks.corpus import Question, data_file, fresh_vault, read_questions, read_turns
from tests.benchmarks.locomo import Places, write_notes

FloatArray = NDArray[np.float64]

TOP = 5


def samples(memory: vault_mem.Memory, places: Places, questions: Sequence[Question]) -> tuple[FloatArray, FloatArray]:
    """Return rows of (1, coverage, cosine), one a hit, and whether each hit is gold."""
    rows, gold = [], []
    for question in questions:
        recalled = memory.recall(question.text, limit=TOP, namespace=question.conversation, explain=True)
        for hit in recalled.hits:
            rows.append([1.0, hit.scores["coverage"], max(0.0, hit.scores["cosine"])])
            gold.append(float(bool(set(places.ranking([hit])) & set(question.gold))))
    return np.array(rows), np.array(gold)


def fit(rows: FloatArray, gold: FloatArray, *, ridge: float = 1e-3, steps: int = 50) -> FloatArray:
    """Return logistic weights by Newton's method (iteratively reweighted least squares), shape (3,)."""
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = predict(rows, weights)
        gradient = rows.T @ (gold - chance) - ridge * weights
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge * np.eye(rows.shape[1])
        weights += np.linalg.solve(curvature, gradient)
    return weights


def predict(rows: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the chance of each row, 0..1."""
    return np.asarray(1 / (1 + np.exp(-rows @ weights)))


def brier(chance: FloatArray, gold: FloatArray) -> float:
    """Return the mean squared error of a forecast, 0..1, lower is better."""
    return float(np.mean((chance - gold) ** 2))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.relevance", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"))
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"))
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    turns, questions = read_turns(chosen.items), read_questions(chosen.questions)
    conversations = sorted({question.conversation for question in questions})
    halves = [
        [question for question in questions if (conversations.index(question.conversation) % 2) == half]
        for half in (0, 1)
    ]
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        places = write_notes(memory, vault, turns, standalone=True)
        sets = [samples(memory, places, half) for half in halves]
    for fitted, judged in ((0, 1), (1, 0)):
        weights = fit(*sets[fitted])
        rows, gold = sets[judged]
        base = brier(np.full_like(gold, sets[fitted][1].mean()), gold)
        score = brier(predict(rows, weights), gold)
        _say(f"half {fitted} on {judged}: {weights.round(2)}  Brier {score:.4f}, of the base rate {base:.4f}")
    weights = fit(np.vstack([rows for rows, _ in sets]), np.concatenate([gold for _, gold in sets]))
    _say(f"all: {dict(zip(('bias', 'coverage', 'cosine'), weights.round(2).tolist(), strict=True))}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
