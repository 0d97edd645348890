"""Latency of writing and recalling through the public API, beside floors measured in the same run.

    python -m tests.benchmarks.latency --notes 1000,10000 --json

A write is `remember` of one note, acknowledged when durable; `write, then recall` is the recall right after it, which
has to catch up first. Floors: writing and fsyncing a file of the same size, `git add` + `git commit` of it in the same
vault, and `git grep` for the words of the question. Compare numbers of one run only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import vault_mem
from tests.benchmarks.corpus import conversation_texts, fresh_vault, percentiles, read_turns, synthetic_texts

BATCH = 1_000
WRITES = 30
QUESTIONS = 100
FLOORS = 15
PROJECTS = 10
T = TypeVar("T")
Latency = dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """One vault size. `import_s` is for all notes; the rest are milliseconds with p50 and p95."""

    notes: int
    import_s: float
    first_recall_s: float
    write: Latency
    recall_after_write: Latency
    recall: Latency
    floor_file: Latency
    floor_git_commit: Latency
    floor_git_grep: Latency


def measure(texts: Sequence[str], *, writes: int = WRITES, questions: int = QUESTIONS, floors: int = FLOORS) -> Figures:
    """Measure a vault that holds all texts but the last `writes`, which are written one by one."""
    stored, single = texts[:-writes], texts[-writes:]
    asked = _questions(stored, questions)
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        import_s = _seconds(lambda: _import(memory, stored))
        first_recall_s = _seconds(lambda: memory.recall(asked[0]))
        write, after = _write_and_recall(memory, single, asked)
        recall = _each(asked, memory.recall)
        return Figures(
            notes=len(stored),
            import_s=round(import_s, 2),
            first_recall_s=round(first_recall_s, 3),
            write=write,
            recall_after_write=after,
            recall=recall,
            floor_file=_each(range(floors), lambda i: _write_file(vault.parent / f"floor-{i}.md", single[i % writes])),
            floor_git_commit=_each(range(floors), lambda i: _git_commit(vault, f"floor-{i}.md", single[i % writes])),
            floor_git_grep=_each(asked[:floors], lambda question: _git_grep(vault, question)),
        )


def table(figures: Sequence[Figures]) -> str:
    """Return the figures as a table, one vault size a row; p50 / p95 in milliseconds."""
    names = ("write", "recall_after_write", "recall", "floor_file", "floor_git_commit", "floor_git_grep")
    head = ["notes", "import s", "first recall s", *(name.replace("_", " ") for name in names)]
    rows = [
        [str(one.notes), str(one.import_s), str(one.first_recall_s)]
        + ["{p50} / {p95}".format(**getattr(one, name)) for name in names]
        for one in figures
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]
    )


def _import(memory: vault_mem.Memory, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        memory.remember(notes=[_note(start + position, text) for position, text in enumerate(batch)])


def _note(number: int, text: str) -> dict[str, str]:
    return {
        "text": text,
        "title": f"Note {number}: {' '.join(text.split()[:3])}",
        "namespace": f"project-{number % PROJECTS}",
    }


def _write_and_recall(memory: vault_mem.Memory, texts: Sequence[str], asked: Sequence[str]) -> tuple[Latency, Latency]:
    writes, recalls = [], []
    for number, text in enumerate(texts):
        note, question = _note(1_000_000 + number, text), asked[number % len(asked)]
        writes.append(_seconds(partial(memory.remember, notes=[note])) * 1_000)
        recalls.append(_seconds(partial(memory.recall, question)) * 1_000)
    return percentiles(writes), percentiles(recalls)


def _questions(texts: Sequence[str], count: int) -> list[str]:
    """Take 3 to 8 words in a row from random notes."""
    chance = random.Random(2)
    questions = []
    for _ in range(count):
        words = chance.choice(texts).replace("*", "").split()
        length = chance.randint(3, 8)
        start = chance.randint(0, max(len(words) - length, 0))
        questions.append(" ".join(words[start : start + length]))
    return questions


def _write_file(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _git_commit(vault: Path, name: str, text: str) -> None:
    _write_file(vault / name, text)
    identity = ("-c", "user.name=floor", "-c", "user.email=floor@localhost")
    subprocess.run(["git", "add", "--", name], cwd=vault, check=True, capture_output=True)
    subprocess.run(["git", *identity, "commit", "-q", "-m", name], cwd=vault, check=True, capture_output=True)


def _git_grep(vault: Path, question: str) -> None:
    words = [argument for word in question.split() for argument in ("-e", word)]
    subprocess.run(["git", "grep", "-l", "-i", "-F", *words], cwd=vault, check=False, capture_output=True)


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _each(values: Iterable[T], act: Callable[[T], object]) -> Latency:
    return percentiles([_seconds(partial(act, value)) * 1_000 for value in values])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency", description=__doc__.partition("\n")[0])
    parser.add_argument("--notes", default="1000,10000", help="vault sizes, separated by commas")
    parser.add_argument("--items", type=Path, help="LoCoMo items to take the text from, instead of made-up words")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    figures = []
    for size in map(int, chosen.notes.split(",")):
        count = size + WRITES
        texts = conversation_texts(read_turns(chosen.items), count) if chosen.items else synthetic_texts(count)
        figures.append(measure(texts))
    if not chosen.json:
        sys.stdout.write(table(figures) + "\n")
    sys.stdout.write(json.dumps({str(one.notes): asdict(one) for one in figures}) + "\n")


if __name__ == "__main__":
    main()
