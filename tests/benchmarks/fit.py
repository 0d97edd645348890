"""Fit the weights of the second stage on LoCoMo, and say what they reach on conversations left out of the fit.

    python -m tests.benchmarks.fit --items items.jsonl --questions questions.jsonl

The conversations are written three ways (transcripts, a note a turn, half and half), so that one table of weights
serves all; each question's best passages are labelled by its gold turns, and a logistic regression is fitted on all of
them. Prints the weights as `vault_mem/recall/weights.py` holds them, and below them for each way the figures of the
turns (recall_any@5, recall_any@10, MRR@10 in percent): fitted on everything, and left out, where each conversation is
ranked by weights fitted on the other conversations.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import vault_mem
from tests.benchmarks.conversations import LAYOUTS, write_notes
from tests.benchmarks.corpus import data_file, fresh_vault, read_questions, read_turns
from tests.benchmarks.judging import LEARNED, Judged, figures, fitted, judge, left_out, turn_rank


def gather(items: Path, questions: Path) -> dict[str, list[Judged]]:
    """Write, ask and label, in a vault for each layout."""
    judged = {}
    for layout in LAYOUTS:
        with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
            places = write_notes(memory, read_turns(items), layout)
            judged[layout] = judge(memory, places, read_questions(questions))
    return judged


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fit", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"))
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"))
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    judged = gather(chosen.items, chosen.questions)
    weights, bias = fitted([item for items in judged.values() for item in items])
    for name, weight in zip(LEARNED, weights, strict=True):
        _say(f'"{name}": {weight:.2f},')
    _say(f"BIAS = {bias:.2f}")
    unseen: dict[str, list[int | None]] = {layout: [] for layout in judged}
    for layout, _, questions, fold in left_out(judged):
        unseen[layout] += [turn_rank(item, fold) for item in questions]
    for layout, items in judged.items():
        _say(f"{layout:<11} fitted   {_line([turn_rank(item, weights) for item in items])}")
        _say(f"{layout:<11} left out {_line(unseen[layout])}")


def _line(ranks: Sequence[int | None]) -> str:
    found = figures(ranks)
    return f"{found['r5']:.1f} / {found['r10']:.1f} / {found['mrr10']:.1f}  (n = {found['n']})"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
