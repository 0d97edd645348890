"""Two small sets of a coding agent's own observations, through the public API: a sanity check, not to be tuned on.

    python -m tests.benchmarks.agentmemory --data coding/

- agentmemory240: 240 observations of 30 sessions, 20 questions with several answers each (most observations stand in
  five sessions with the same words). Metrics as published with the set: recall@k is the share of the right ones among
  the first k, precision@5, NDCG@10 with gains 0 and 1, and the reciprocal rank of the first right one; in percent,
  means over the questions. As most questions have more right answers than k, perfect is 44.8 for recall@5 and 69.6
  for recall@10.
- codinglife: 15 sessions, 15 questions: right session first, or among five.

An observation is a note with its concepts as tags; a session is a note. Near-duplicates that an answer lists under one
hit (`similar`) take the places after it.

The sets: `benchmark/dataset.ts` and `coding-agent-life-v1` of agentmemory, Apache-2.0; read from the path given.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import vault_mem
from tests.benchmarks.corpus import data_file, fresh_vault, percentiles
from vault_mem import Memory

ITEMS, QUESTIONS = "agentmemory240_items.jsonl", "agentmemory240_questions.jsonl"
SESSIONS, SESSION_QUESTIONS = "codinglife_sessions.jsonl", "codinglife_queries.jsonl"
DEPTH = 10

Row: TypeAlias = Mapping[str, Any]  # Any: whatever the data has
Figures: TypeAlias = dict[str, float]


@dataclass(frozen=True, slots=True)
class Answered:
    """The ids an answer lists, best first, the right ones, and how long it took."""

    listed: tuple[str, ...]
    right: frozenset[str]
    milliseconds: float

    def found(self, depth: int) -> int:
        """Return how many of the first `depth` are right."""
        return len(self.right.intersection(self.listed[:depth]))


def observation_figures(answers: Sequence[Answered]) -> Figures:
    """Return the published metrics in percent, and how many questions there were."""
    return {
        "r5": _mean(answer.found(5) / len(answer.right) for answer in answers),
        "r10": _mean(answer.found(10) / len(answer.right) for answer in answers),
        "p5": _mean(answer.found(5) / 5 for answer in answers),
        "ndcg10": _mean(ndcg(answer, DEPTH) for answer in answers),
        "mrr": _mean(reciprocal_rank(answer) for answer in answers),
        "n": len(answers),
    }


def session_figures(answers: Sequence[Answered]) -> Figures:
    """Return in percent how often a right session is first, and among five."""
    return {
        "hit1": _mean(float(answer.found(1) > 0) for answer in answers),
        "hit5": _mean(float(answer.found(5) > 0) for answer in answers),
        "n": len(answers),
    }


def ndcg(answer: Answered, depth: int) -> float:
    """Return normalised discounted cumulative gain with gains 0 and 1, 0..1.

    Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002.
    """
    gain = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(answer.listed[:depth], 1) if id_ in answer.right)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(answer.right), depth) + 1))
    return gain / best


def reciprocal_rank(answer: Answered) -> float:
    """Return 1 / rank of the first right one, 0 if none is listed."""
    return next((1 / rank for rank, id_ in enumerate(answer.listed, 1) if id_ in answer.right), 0.0)


def observation(item: Row) -> dict[str, Any]:  # Any: as `Memory.remember` takes notes
    """Return an observation as a note."""
    facts = "\n".join(f"- {fact}" for fact in item["facts"])
    files = ", ".join(f"`{file}`" for file in item["files"])
    text = f"# {item['title']}\n\n{item['subtitle']}. {item['narrative']}\n\n{facts}\n\nFiles: {files}\n"
    return {
        "text": text,
        "type": "episode",
        "tags": item["concepts"],
        "importance": item["importance"] / 10,
        "source": item["sessionId"],
    }


def session(item: Row) -> dict[str, Any]:  # Any: as `Memory.remember` takes notes
    """Return a session as a note, a paragraph each time somebody speaks."""
    return {"text": item["content"].replace("\n", "\n\n"), "type": "episode"}


def ask(memory: Memory, ids: Mapping[str, str], text: str, right: Iterable[str], mode: str) -> Answered:
    """Ask a question; `ids` has the id of each note by its path."""
    start = time.perf_counter()
    recalled = memory.recall(text, limit=DEPTH, mode=mode)
    milliseconds = (time.perf_counter() - start) * 1_000
    paths = [path for hit in recalled.hits for path in (hit.path, *hit.similar)]
    return Answered(tuple(dict.fromkeys(ids[str(path)] for path in paths)), frozenset(right), milliseconds)


def run(folder: Path, *, mode: str = "hybrid") -> dict[str, Figures]:
    """Write, ask and measure both sets; returns what `--json` prints."""
    observations = [(item["id"], observation(item)) for item in _rows(folder / ITEMS)]
    questions = [(row["query"], row["relevantObsIds"]) for row in _rows(folder / QUESTIONS)]
    sessions = [(item["id"], session(item)) for item in _rows(folder / SESSIONS)]
    session_questions = [(row["question"], row["goldSessionIds"]) for row in _rows(folder / SESSION_QUESTIONS)]
    asked = _asked(observations, questions, mode)
    return {
        "agentmemory240": observation_figures(asked),
        "codinglife": session_figures(_asked(sessions, session_questions, mode)),
        "latency_ms": percentiles([answer.milliseconds for answer in asked]),
    }


def _asked(
    notes: Sequence[tuple[str, Row]], questions: Sequence[tuple[str, Iterable[str]]], mode: str
) -> list[Answered]:
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        written = memory.remember(notes=[note for _, note in notes])
        ids = {str(note.path): id_ for note, (id_, _) in zip(written.notes, notes, strict=True)}
        memory.recall("warm up", limit=1)
        return [ask(memory, ids, text, right, mode) for text, right in questions]


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(100 * sum(listed) / max(len(listed), 1), 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    items = data_file(f"coding/{ITEMS}")
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.agentmemory", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, default=items.parent if items else None, help="folder of the four files")
    parser.add_argument("--mode", choices=("hybrid", "lexical", "dense"), default="hybrid", help="mode of recall")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.data is None:
        parser.error("give --data, or the folder that holds coding/ in VAULT_MEM_DATA")
    found = run(chosen.data, mode=chosen.mode)
    if chosen.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, figures in found.items():
        sys.stdout.write(f"{name:<16}{'  '.join(f'{key} {value:g}' for key, value in figures.items())}\n")


if __name__ == "__main__":
    main()
