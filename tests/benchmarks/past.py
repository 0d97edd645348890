"""What looking back costs, beside the same question asked with plain git in the same run.

    python -m tests.benchmarks.past --notes 10000 --commits 20000 --json

Medians in milliseconds, in process: the log of a note, a note as of a moment, blame, the vault's log and what changed
in it, the act that changed an answer, the log of commits built from nothing and caught up after ten commits, and recall
at a moment against recall now.
Compare numbers of one run only.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import vault_mem
from tests.benchmarks.corpus import fresh_vault
from tests.benchmarks.histories import grow
from vault_mem.config import load_settings
from vault_mem.index.catalog import Catalog
from vault_mem.index.commits import CommitLog
from vault_mem.notes.model import CommitId
from vault_mem.vault.vault import Vault

ASKED = 40
FLOORS = 10
LATE_COMMITS = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """A question: what it may cost, what it cost, and what plain git took for it (None: git cannot); milliseconds."""

    question: str
    limit: float | None
    ours: float
    git: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """The figures of one vault; `ratio` is recall at a moment over recall now."""

    notes: int
    commits: int
    figures: tuple[Figure, ...]
    ratio: float


def measure(*, notes: int, commits: int, asked: int = ASKED, floors: int = FLOORS) -> Past:
    """Make a vault with a past of this size and ask about it."""
    with fresh_vault() as vault:
        grow(vault, notes=notes, commits=commits)
        built = _built(vault)
        with vault_mem.open_memory(vault) as memory:
            memory.recall("anything")
            figures = [*built, *_notes(memory, vault, asked, floors), *_vault(memory, vault, floors)]
            figures += _bisects(memory, vault, max(2, floors // 2))
            now, then = _recalls(memory, vault, asked)
        figures += [Figure("recall now", None, now, None), Figure("recall --at", None, then, None)]
        return Past(notes, commits, tuple(figures), round(then / now, 2))


def table(past: Past) -> str:
    """Return the figures as a table."""
    rows: list[tuple[str, ...]] = [("question", "limit ms", "ours ms", "git ms")]
    rows += [
        (one.question, *("" if value is None else f"{value:,.1f}" for value in (one.limit, one.ours, one.git)))
        for one in past.figures
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([*lines, f"recall --at is {past.ratio} times recall now (limit 1.3)"])


def _built(vault: Path) -> list[Figure]:
    """Measure the log of commits alone: from nothing, and after some more commits."""
    with closing(Vault.open(vault, load_settings())) as opened:
        catalog = Catalog(vault.parent / "built.sqlite")
        log = CommitLog(catalog)
        late = CommitId(_git(vault, "rev-parse", f"HEAD~{LATE_COMMITS}").strip())
        head = CommitId(_git(vault, "rev-parse", "HEAD").strip())
        _git(vault, "update-ref", "HEAD", late)
        whole = _milliseconds(lambda: (log.add(opened.commits()), log.count(late)))
        _git(vault, "update-ref", "HEAD", head)
        more = _milliseconds(lambda: (log.add(opened.commits(exclude=log.known_tips())), log.count(head)))
        catalog.close()
    read = _milliseconds(lambda: _git(vault, "log", "--raw", "--no-renames", "--diff-merges=first-parent"))
    some = _milliseconds(lambda: _git(vault, "log", "--raw", "--no-renames", f"{late}.."))
    return [
        Figure("history index from nothing", 15_000, whole, read),
        Figure(f"caught up after {LATE_COMMITS} commits", 100, more, some),
    ]


def _notes(memory: vault_mem.Memory, vault: Path, asked: int, floors: int) -> list[Figure]:
    chance = random.Random(3)
    paths = chance.sample(_git(vault, "ls-files", "*/*.md").split(), asked)
    log = _each(paths, memory.history)  # each asked for the first time
    versions = {path: memory.history(path).versions for path in paths}
    moments = {path: chance.choice(versions[path]) for path in paths}

    def as_of(path: str) -> object:
        return memory.history(path, view="as-of", at=moments[path].commit)

    return [
        Figure("log of a note", 10, log, _each(paths[:floors], partial(_log_of, vault))),
        Figure(
            "a note as of a moment",
            5,
            _each(paths, as_of),
            _each(paths[:floors], lambda path: _git(vault, "show", f"{moments[path].commit}:{moments[path].path}")),
        ),
        Figure(
            "blame of a note",
            150,
            _each(paths[:floors], lambda path: memory.history(path, view="blame")),
            _each(paths[:floors], lambda path: _git(vault, "blame", "--", path)),
        ),
    ]


def _vault(memory: vault_mem.Memory, vault: Path, floors: int) -> list[Figure]:
    since = _git(vault, "log", "-1", "--skip=100", "--first-parent", "--format=%H").strip()
    return [
        Figure(
            "log of the vault, 50 acts",
            None,
            _each(range(floors), lambda _: memory.log()),
            _each(range(floors), lambda _: _git(vault, "log", "-50", "--raw")),
        ),
        Figure(
            "log of the vault by one agent",
            None,
            _each(range(floors), lambda _: memory.log(authors=["builder"])),
            _each(range(floors), lambda _: _git(vault, "log", "-50", "--raw", "--grep=^Memory-Agent: builder$")),
        ),
        Figure(
            "changes after 100 commits",
            None,
            _each(range(floors), lambda _: memory.changes(since=since)),
            _each(range(floors), lambda _: _git(vault, "diff", "--name-status", since)),
        ),
    ]


def _bisects(memory: vault_mem.Memory, vault: Path, asked: int) -> list[Figure]:
    """Ask which act changed the answer to a question, over the whole line; git: which commits are about words of it.

    The first question finds old versions that are not in the index yet; those that follow find some of them there.
    """
    chance = random.Random(11)
    root, *_ = _git(vault, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    words = [
        (vault / path).read_text(encoding="utf-8").split()[8:] for path in _git(vault, "ls-files", "*/*.md").split()
    ]
    questions = [" ".join(chance.sample(text, min(6, len(text)))) for text in chance.sample(words, asked)]
    phrase = " ".join(words[0][-3:])
    first = _milliseconds(lambda: memory.bisect(questions[0], good=root))
    for question in questions:
        memory.bisect(question, good=root)
    return [
        Figure("bisect, old versions not indexed", None, first, None),
        Figure(
            "bisect over the whole history",
            2_000,
            _each(questions, lambda question: memory.bisect(question, good=root)),
            _each(range(2), lambda _: _git(vault, "log", f"-S{phrase}", "--format=%H")),
        ),
    ]


def _log_of(vault: Path, path: str) -> str:
    return _git(vault, "log", "--", path)


def _recalls(memory: vault_mem.Memory, vault: Path, asked: int) -> tuple[float, float]:
    """Return the medians of recall now and at the commit half-way, asked in turns, each once before for warmth."""
    chance = random.Random(5)
    half = _git(vault, "rev-list", "--first-parent", "HEAD").split()
    at = half[len(half) // 2]
    words = (vault / _git(vault, "ls-files", "*/*.md").split()[0]).read_text(encoding="utf-8").split()
    questions = [" ".join(chance.sample(words, 4)) for _ in range(asked)]
    memory.recall(questions[0], at=at)
    now, then = [], []
    for question in questions:
        now.append(_milliseconds(partial(memory.recall, question)))
        then.append(_milliseconds(partial(memory.recall, question, at=at)))
    return median(now), median(then)


def _git(vault: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=vault, check=True, capture_output=True).stdout.decode()


def _milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return round((time.perf_counter() - start) * 1_000, 2)


def _each(values: Iterable[T], act: Callable[[T], object]) -> float:
    return round(median([_milliseconds(partial(act, value)) for value in values]), 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.past", description=__doc__.partition("\n")[0])
    parser.add_argument("--notes", type=int, default=10_000, help="notes ever written")
    parser.add_argument("--commits", type=int, default=20_000, help="commits, merges included")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    past = measure(notes=chosen.notes, commits=chosen.commits)
    if not chosen.json:
        sys.stdout.write(table(past) + "\n")
    sys.stdout.write(json.dumps(asdict(past)) + "\n")


if __name__ == "__main__":
    main()
