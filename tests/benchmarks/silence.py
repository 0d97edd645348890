"""How well recall knows that it has no answer: questions of one conversation, asked in another.

    python -m tests.benchmarks.silence --items items.jsonl --questions questions.jsonl

Each question is asked in its own conversation and in another one, where nothing answers it; both as transcripts and as
a note a turn. A logistic regression of "the best hit is right" on what `relevance` is made of is fitted for recall with
vectors and for words alone; each conversation is judged by weights fitted on the others. Printed for each: the weights
on everything and the Brier score beside that of the base rate; then, by threshold, the share of questions answered with
nothing where there is no answer (quiet) and where there is one (silenced), and of the hits that were told the share
that is right (precision) and of the right ones the share that was told (recall). `shipped` gives quiet and silenced at
the thresholds and weights of `vault_mem/recall/relevance.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vault_mem
from tests.benchmarks.conversations import Places, write_notes
from tests.benchmarks.corpus import Question, Turn, data_file, fresh_vault, read_questions, read_turns
from tests.benchmarks.logistic import Floats, fit, predict
from vault_mem import Memory

PARTS = {"hybrid": ("coverage", "window", "cosine"), "lexical": ("coverage", "window")}
LAYOUTS = ("sessions", "standalone")
QUIET = 0.8
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions asked at home and abroad: the best hit's parts, whether it is right, and what recall said of it."""

    rows: Floats
    right: NDArray[np.bool_]
    at_home: NDArray[np.bool_]
    told: NDArray[np.bool_]
    conversation: NDArray[np.str_]


def ask(turns: Sequence[Turn], questions: Sequence[Question], mode: str) -> Asked:
    """Ask every question twice in each layout."""
    found: list[tuple[list[float], bool, bool, bool, str]] = []
    others = sorted({turn.conversation for turn in turns})
    for layout in LAYOUTS:
        with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
            places = write_notes(memory, turns, layout)
            for number, question in enumerate(questions):
                place = others.index(question.conversation)
                abroad = others[(place + 1 + number % (len(others) - 1)) % len(others)]
                found += [_asked(memory, places, question, where, mode) for where in (question.conversation, abroad)]
    rows, right, at_home, told, conversation = zip(*found, strict=True)
    return Asked(np.array(rows), np.array(right), np.array(at_home), np.array(told), np.array(conversation))


def _asked(
    memory: Memory, places: Places, question: Question, where: str, mode: str
) -> tuple[list[float], bool, bool, bool, str]:
    answer = memory.recall(
        question.text, limit=1, namespace=where, mode=mode, passages=True, explain=True, time_words=False
    )
    at_home = where == question.conversation
    if not answer.hits:
        return [0.0] * len(PARTS[mode]), False, at_home, answer.is_relevant, question.conversation
    hit = answer.hits[0]
    known = dict(hit.scores) | {feature.name: feature.value for feature in hit.features}
    row = [max(0.0, hit.scores["cosine"]) if part == "cosine" else known.get(part, 0.0) for part in PARTS[mode]]
    right = at_home and not question.gold.isdisjoint(places.of(hit))
    return row, right, at_home, answer.is_relevant, question.conversation


def left_out(asked: Asked) -> Floats:
    """Return each answer's chance by weights fitted on the other conversations."""
    chances = np.zeros(len(asked.rows))
    for conversation in np.unique(asked.conversation):
        mine = asked.conversation == conversation
        weights, bias = fit(asked.rows[~mine], asked.right[~mine].astype(np.float64), ridge=RIDGE)
        chances[mine] = predict(asked.rows[mine], weights, bias)
    return chances


def point(asked: Asked, told: NDArray[np.bool_]) -> dict[str, float]:
    """Return quiet, silenced, precision and recall in percent, given which answers were told."""
    right = asked.right
    return {
        "quiet": _percent(~told[~asked.at_home]),
        "silenced": _percent(~told[asked.at_home]),
        "precision": _percent(right[told]),
        "recall": _percent(told[right]),
    }


def report(asked: Asked, mode: str) -> dict[str, Any]:  # Any: JSON
    """Return weights, Brier scores, the curve and the figures at the thresholds that are shipped."""
    weights, bias = fit(asked.rows, asked.right.astype(np.float64), ridge=RIDGE)
    chances = left_out(asked)
    base = np.full(len(chances), asked.right.mean())
    at_quiet = float(np.quantile(chances[~asked.at_home], QUIET))
    curve = {f"{step / 100:.2f}": point(asked, chances >= step / 100) for step in range(5, 65, 5)}
    return {
        "weights": {"bias": round(bias, 2)} | dict(zip(PARTS[mode], weights.round(2).tolist(), strict=True)),
        "brier": {"left_out": _brier(chances, asked.right), "base_rate": _brier(base, asked.right)},
        "curve": curve,
        "at_80_quiet": {"threshold": round(at_quiet, 3)} | point(asked, chances > at_quiet),
        "shipped": point(asked, asked.told),
    }


def _brier(chances: Floats, right: NDArray[np.bool_]) -> float:
    return round(float(np.mean((chances - right) ** 2)), 4)


def _percent(flags: NDArray[np.bool_]) -> float:
    return round(100 * float(flags.mean()), 1) if len(flags) else 0.0


def lines(mode: str, found: dict[str, Any]) -> list[str]:  # Any: as `report` returns it
    """Return a report as lines for people."""
    brier = found["brier"]
    head = f"{mode}: {found['weights']}  Brier {brier['left_out']}, of the base rate {brier['base_rate']}"
    rows = [*found["curve"].items(), ("80 % quiet", found["at_80_quiet"]), ("shipped", found["shipped"])]
    table = [
        f"{label:<12}{row['quiet']:>8.1f}{row['silenced']:>10.1f}{row['precision']:>11.1f}{row['recall']:>8.1f}"
        for label, row in rows
    ]
    return [head, f"{'threshold':<12}{'quiet':>8}{'silenced':>10}{'precision':>11}{'recall':>8}", *table]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.silence", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"))
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"))
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    turns, questions = read_turns(chosen.items), read_questions(chosen.questions)
    if len({turn.conversation for turn in turns}) < 2:
        parser.error("give at least two conversations: each is asked questions about another")
    found = {mode: report(ask(turns, questions, mode), mode) for mode in PARTS}
    text = json.dumps(found) if chosen.json else "\n".join(line for mode in found for line in lines(mode, found[mode]))
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
