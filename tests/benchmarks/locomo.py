"""LoCoMo turn-level recall through the public API: real notes in a real vault, asked as an agent would.

    python -m tests.benchmarks.locomo --items items.jsonl --questions questions.jsonl --json

A conversation is a namespace. In the default mode a session is a note and a turn is a block of it; with
`--mode standalone` each turn is a note. The metric is recall_any@k and MRR@10, in percent: a question counts if it has
gold turns, and is answered at k if any of them is among the first k turns. A passage that spans several turns puts all
of them on the list, in reading order, so that a coarser passage gains nothing.

LoCoMo: Maharana et al., ACL 2024, CC BY-NC 4.0; it is read from the paths given and never stored here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import vault_mem
from tests.benchmarks.corpus import (
    Question,
    Turn,
    data_file,
    fresh_vault,
    percentiles,
    read_questions,
    read_turns,
    sessions,
)
from vault_mem.memory.answers import Hit

DEPTH = 10


@dataclass(slots=True)
class Places:
    """Where each turn stands: the turn's id by note and line (1-based, in the whole file)."""

    turns: dict[str, dict[int, str]] = field(default_factory=dict)

    def add(self, vault: Path, path: str, turns: Sequence[Turn]) -> None:
        """Find the turns, given in order, in a note that was written.

        Raises:
            ValueError: if a turn does not stand in the note as it was given.
        """
        lines = (vault / path).read_text(encoding="utf-8").splitlines()
        number = 0
        for turn in turns:
            number = lines.index(turn.line, number) + 1
            self.turns.setdefault(path, {})[number] = turn.id

    def ranking(self, hits: Iterable[Hit]) -> list[str]:
        """Return the turns that the hits show, best first, each once."""
        found: dict[str, None] = {}
        for hit in hits:
            known = self.turns.get(str(hit.path), {})
            found |= dict.fromkeys(known[line] for line in sorted(known) if hit.lines.first <= line <= hit.lines.last)
        return list(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got: the 1-based rank of the first gold turn (None: not among ten) and the time it took."""

    rank: int | None
    milliseconds: float


def write_notes(memory: vault_mem.Memory, vault: Path, turns: Sequence[Turn], *, standalone: bool) -> Places:
    """Write the conversations into the vault, one act of memory a conversation."""
    groups = [[turn] for turn in turns] if standalone else sessions(turns)
    places = Places()
    for conversation in dict.fromkeys(turn.conversation for turn in turns):
        mine = [group for group in groups if group[0].conversation == conversation]
        written = memory.remember(notes=[_note(group, standalone=standalone) for group in mine])
        for note, group in zip(written.notes, mine, strict=True):
            places.add(vault, str(note.path), group)
    return places


def ask(memory: vault_mem.Memory, places: Places, questions: Sequence[Question], mode: str) -> list[Outcome]:
    """Ask every question within its conversation."""
    return [_ask_one(memory, places, question, mode) for question in questions]


def summary(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Return the figures: `turn` in percent with `n` questions, `latency_ms` of one recall."""
    ranks = [outcome.rank for outcome in outcomes]
    count = max(len(ranks), 1)
    turn = {
        "r5": _percent(sum(rank is not None and rank <= 5 for rank in ranks) / count),
        "r10": _percent(sum(rank is not None for rank in ranks) / count),
        "mrr10": _percent(sum(1 / rank for rank in ranks if rank) / count),
        "n": len(ranks),
    }
    return {"turn": turn, "latency_ms": percentiles([outcome.milliseconds for outcome in outcomes] or [0.0])}


def run(items: Path, questions: Path, *, standalone: bool = False, mode: str = "hybrid") -> dict[str, dict[str, float]]:
    """Write, ask and measure; one recall before the first question brings the index up to date and is not measured."""
    turns = read_turns(items)
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        places = write_notes(memory, vault, turns, standalone=standalone)
        memory.recall("warm up", limit=1)
        return summary(ask(memory, places, read_questions(questions), mode))


def _note(turns: Sequence[Turn], *, standalone: bool) -> Mapping[str, str]:
    first = turns[0]
    title = f"{first.speaker} on {first.day}" if standalone else f"Session {first.session} — {first.day}"
    body = "\n\n".join(turn.line for turn in turns)
    name = {"key": f"{first.conversation}-{first.id.replace(':', '-')}".lower()} if standalone else {}
    return {"text": f"# {title}\n\n{body}\n", "type": "episode", "namespace": first.conversation, **name}


def _ask_one(memory: vault_mem.Memory, places: Places, question: Question, mode: str) -> Outcome:
    start = time.perf_counter()
    recalled = memory.recall(question.text, limit=DEPTH, namespace=question.conversation, mode=mode, passages=True)
    milliseconds = (time.perf_counter() - start) * 1_000
    ranking = places.ranking(recalled.hits)[:DEPTH]
    ranks = [rank for rank, turn in enumerate(ranking, start=1) if turn in question.gold]
    return Outcome(min(ranks, default=None), milliseconds)


def _percent(share: float) -> float:
    return round(100 * share, 2)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.locomo", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"), help="turns, JSON lines")
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"), help="JSON lines")
    parser.add_argument("--mode", choices=("sessions", "standalone"), default="sessions", help="what is a note")
    parser.add_argument("--ranking", choices=("hybrid", "lexical", "dense"), default="hybrid", help="mode of recall")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    return chosen


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    chosen = _arguments(arguments)
    figures = run(chosen.items, chosen.questions, standalone=chosen.mode == "standalone", mode=chosen.ranking)
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    turn, latency = figures["turn"], figures["latency_ms"]
    sys.stdout.write(
        f"LoCoMo turns, {chosen.mode}, {chosen.ranking}, {turn['n']} questions: "
        f"R@5 {turn['r5']} R@10 {turn['r10']} MRR@10 {turn['mrr10']}; "
        f"recall p50 {latency['p50']} ms, p95 {latency['p95']} ms\n"
    )


if __name__ == "__main__":
    main()
