"""Recall, the index from nothing and its catching up, with each engine in a process of its own."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median

import vault_mem
from tests.benchmarks.real_notes import made_notes, questions
from tests.benchmarks.scale.rows import Measured
from tests.benchmarks.scale.timing import each, milliseconds, p50, p95
from tests.benchmarks.scale.vaults import commit, size_in_memory
from vault_mem.config import load_settings

QUESTIONS = 100
WARM = 10
PULLED = 10
ENGINES = {"default": "whoosh", "fast": "tantivy"}


def recalled(vault: Path, count: int) -> Iterator[Measured]:
    """Measure every engine that is installed; the last one stays the vault's index."""
    for name in ("fast", "default"):
        if name == "default" or importlib.util.find_spec(ENGINES[name]):
            command = [sys.executable, "-m", "tests.benchmarks.scale.recalling", str(vault), str(count), name]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            yield from (Measured(**figure) for figure in json.loads(output))


def caught_up(vault: Path, count: int) -> Iterator[Measured]:
    """Measure what the first question after a pull of ten commits takes longer than the same asked again."""
    question = "what was pulled just now by whom"
    with vault_mem.open_memory(vault) as memory:
        memory.recall(question)
        late, again = [], []
        for number in range(5):
            for note in islice(made_notes(PULLED, seed=20 + number), PULLED):
                commit(vault, [dataclasses.replace(note, path=f"pulled/{number}-{note.path}")], "pulled")
            late.append(milliseconds(lambda: memory.recall(question)))
            again.append(milliseconds(lambda: memory.recall(question)))
    beside = f"first {median(late):.0f} ms, again {median(again):.0f} ms"
    yield Measured("catch-up after a pull of 10 commits", count, median(late) - median(again), beside)


def _measured(vault: Path, count: int, name: str) -> Iterator[Measured]:
    settings = dataclasses.replace(load_settings(), lexical=ENGINES[name])
    with vault_mem.open_memory(vault, settings=settings) as memory:
        start = time.perf_counter()
        memory.reindex()
        yield Measured(f"index from nothing, {name} engine", count, time.perf_counter() - start)
        if name == "default":
            yield Measured("memory while indexing, peak", count, size_in_memory("self", peak=True))
    with vault_mem.open_memory(vault, settings=settings, watch=True) as memory:
        memory.warm()  # as a server does before it is asked
        asked = questions(QUESTIONS + WARM)
        each(asked[:WARM], memory.recall)
        times = each(asked[WARM:], memory.recall)
    yield Measured(f"recall, {name} engine, p50", count, p50(times), "watched, as in a server")
    yield Measured(f"recall, {name} engine, p95", count, p95(times), f"{QUESTIONS} questions, none asked before")


if __name__ == "__main__":
    figures = _measured(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.stdout.write(json.dumps([dataclasses.asdict(figure) for figure in figures]))
