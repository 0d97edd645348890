"""LoCoMo recall through the public API: real notes in a real vault, asked as an agent would.

    python -m tests.benchmarks.locomo --items items.jsonl --questions questions.jsonl --json

The metric is recall_any@k and MRR@10, in percent: a question counts if it has gold turns, and is answered at k if any
of them is among the first k turns (or sessions). A passage that spans several turns puts all of them on the list, in
reading order, so that a coarser passage gains nothing. Three rows:

- turn: a session is a note whose blocks are turns; passages are ranked.
- standalone: each turn is a note of its own, without order, session or author.
- session: notes are ranked, a session each.

`left_out` gives the same rows where each conversation is ranked by weights fitted on the other conversations; the rows
above it use the weights that are shipped. `--ablation` adds what each part of the ranking is worth: parts of the first
stage and the reading of time words by recall without them, features of the second stage by a fit without them, left
out. `--filled` adds the latency over 6,000 passages of all namespaces, filled up with copies.

LoCoMo: Maharana et al., ACL 2024, CC BY-NC 4.0; it is read from the paths given and never stored here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import vault_mem
from tests.benchmarks.conversations import Places, write_notes
from tests.benchmarks.corpus import (
    Question,
    Turn,
    data_file,
    fresh_vault,
    percentiles,
    read_questions,
    read_turns,
)
from tests.benchmarks.judging import (
    LEARNED,
    Figures,
    Judged,
    figures,
    first_rank,
    judge,
    left_out,
    session_rank,
    turn_rank,
)

DEPTH = 10
FIRST_STAGE = ("neighbours", "lexical", "dense", "note")
TIME_WORDS = "time words"
FILLED = 6_000
ROWS = (("turn", "sessions"), ("standalone", "standalone"), ("session", "sessions"))


@dataclass(slots=True)
class Outcome:
    """What one layout gave.

    Attributes:
        turns: 1-based rank of the first gold turn of each question, None if it is not among ten.
        sessions: the same for sessions, of the questions that have one.
        milliseconds: what each recall of passages took.
        judged: every question with the features of its best passages; empty if they were not asked for.
        without: ranks of turns with a part of the first stage switched off, by its name.
    """

    turns: list[int | None] = field(default_factory=list)
    sessions: list[int | None] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    without: dict[str, list[int | None]] = field(default_factory=dict)


class Asking:
    """A vault filled with conversations in one layout, and how to ask it."""

    def __init__(self, memory: vault_mem.Memory, places: Places, mode: str) -> None:
        """Take a filled vault; one recall brings the index up to date, so that no measured one does."""
        self._memory = memory
        self._places = places
        self._mode = mode
        memory.recall("warm up", limit=1)

    def turns(self, question: Question, *, without: Sequence[str] = (), time_words: bool = True) -> int | None:
        """Return the rank of the first gold turn."""
        recalled = self._memory.recall(
            question.text,
            limit=DEPTH,
            namespace=question.conversation,
            mode=self._mode,
            passages=True,
            without=without,
            time_words=time_words,
        )
        return first_rank(self._places.ranking(recalled.hits), question.gold)

    def sessions(self, question: Question) -> int | None:
        """Return the rank of the first gold session."""
        recalled = self._memory.recall(question.text, limit=DEPTH, namespace=question.conversation, mode=self._mode)
        return first_rank([self._places.sessions[str(hit.path)] for hit in recalled.hits], question.sessions)

    def everything(self, questions: Sequence[Question], *, is_judged: bool, ablation: bool) -> Outcome:
        """Ask all there is to ask."""
        outcome = Outcome()
        for question in questions:
            start = time.perf_counter()
            outcome.turns.append(self.turns(question))
            outcome.milliseconds.append((time.perf_counter() - start) * 1_000)
        outcome.sessions = [self.sessions(question) for question in questions if question.sessions]
        if is_judged:
            outcome.judged = judge(self._memory, self._places, questions)
        for part in FIRST_STAGE if ablation else ():
            outcome.without[part] = [self.turns(question, without=[part]) for question in questions]
        if ablation:
            outcome.without[TIME_WORDS] = [self.turns(question, time_words=False) for question in questions]
        return outcome


def run(
    turns: Sequence[Turn],
    questions: Sequence[Question],
    *,
    mode: str = "hybrid",
    ablation: bool = False,
    is_filled: bool = False,
) -> dict[str, Any]:  # Any: JSON
    """Write, ask and measure; returns what `--json` prints."""
    outcomes: dict[str, Outcome] = {}
    for layout in ("sessions", "standalone"):
        with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
            asking = Asking(memory, write_notes(memory, turns, layout), mode)
            outcomes[layout] = asking.everything(questions, is_judged=mode == "hybrid", ablation=ablation)
    answer: dict[str, Any] = {
        "turn": figures(outcomes["sessions"].turns),
        "standalone": figures(outcomes["standalone"].turns),
        "session": figures(outcomes["sessions"].sessions),
        "latency_ms": percentiles(outcomes["sessions"].milliseconds or [0.0]),
    }
    if is_filled:
        answer["latency_filled_ms"] = filled(turns, questions)
    judged = {layout: outcome.judged for layout, outcome in outcomes.items() if outcome.judged}
    conversations = {item.question.conversation for items in judged.values() for item in items}
    if len(conversations) > 1:
        answer["left_out"] = _left_out(judged)
        if ablation:
            answer["ablation"] = _ablation(outcomes, judged)
    return answer


def filled(turns: Sequence[Turn], questions: Sequence[Question]) -> dict[str, float]:
    """Return the latency of recall over all namespaces of a vault filled with copies up to `FILLED` passages."""
    copies = [
        replace(turn, conversation=f"{turn.conversation}-{number}")
        for number in range(-(-FILLED // max(len(turns), 1)))
        for turn in turns
    ]
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        write_notes(memory, copies[:FILLED], "sessions")
        memory.recall("warm up", limit=1)
        milliseconds = []
        for question in questions:
            start = time.perf_counter()
            memory.recall(question.text, limit=DEPTH)
            milliseconds.append((time.perf_counter() - start) * 1_000)
        return {"passages": memory.status().passages, **percentiles(milliseconds or [0.0])}


def _left_out(judged: dict[str, list[Judged]], features: Sequence[str] = LEARNED) -> dict[str, Figures]:
    ranks: dict[str, list[int | None]] = {row: [] for row, _ in ROWS}
    for layout, _, items, weights in left_out(judged, features):
        if layout == "standalone":
            ranks["standalone"] += [turn_rank(item, weights) for item in items]
        else:
            ranks["turn"] += [turn_rank(item, weights) for item in items]
            ranks["session"] += [session_rank(item, weights) for item in items if item.question.sessions]
    return {row: figures(found) for row, found in ranks.items()}


def _ablation(outcomes: dict[str, Outcome], judged: dict[str, list[Judged]]) -> dict[str, dict[str, Figures]]:
    """Return the figures of `turn` and `standalone` without each part."""
    table = {
        part: {row: figures(outcomes[layout].without[part]) for row, layout in ROWS[:2]}
        for part in (*FIRST_STAGE, TIME_WORDS)
    }
    for name in LEARNED:
        found = _left_out(judged, [feature for feature in LEARNED if feature != name])
        table[name] = {row: found[row] for row, _ in ROWS[:2]}
    return table


def table(answer: dict[str, Any]) -> list[str]:  # Any: as `run` returns it
    """Return the answer as lines for people."""
    lines = [f"{'LoCoMo':<24}{'R@5':>7}{'R@10':>7}{'MRR@10':>8}{'n':>7}"]
    for row, _ in ROWS:
        lines.append(_line(row, answer[row]))
        if "left_out" in answer:
            lines.append(_line(f"{row}, left out", answer["left_out"][row]))
    latency = answer["latency_ms"]
    lines.append(f"recall p50 {latency['p50']} ms, p95 {latency['p95']} ms")
    if "latency_filled_ms" in answer:
        full = answer["latency_filled_ms"]
        lines.append(f"recall over {full['passages']} passages p50 {full['p50']} ms, p95 {full['p95']} ms")
    for part, rows in answer.get("ablation", {}).items():
        lines += [_line(f"- {part}, {row}", found) for row, found in rows.items()]
    return lines


def _line(label: str, found: Figures) -> str:
    return f"{label:<24}{found['r5']:>7.1f}{found['r10']:>7.1f}{found['mrr10']:>8.1f}{found['n']:>7.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.locomo", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"), help="turns, JSON lines")
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"), help="JSON lines")
    parser.add_argument("--mode", choices=("hybrid", "lexical", "dense"), default="hybrid", help="mode of recall")
    parser.add_argument("--ablation", action="store_true", help="say what each part of the ranking is worth")
    parser.add_argument("--filled", action="store_true", help=f"time recall over {FILLED:,} passages too")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    answer = run(
        read_turns(chosen.items),
        read_questions(chosen.questions),
        mode=chosen.mode,
        ablation=chosen.ablation,
        is_filled=chosen.filled,
    )
    sys.stdout.write((json.dumps(answer) if chosen.json else "\n".join(table(answer))) + "\n")


if __name__ == "__main__":
    main()
