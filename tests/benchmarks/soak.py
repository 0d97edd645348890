"""Many processes at one vault for a long time: what is lost, what fails, what grows, what gets slower.

    python -m tests.benchmarks.soak --operations 20000 --notes 5000

Four processes write, recall and read; a fifth edits files by hand; a sixth runs `git gc`. Everything written carries a
token of its own: in the end each token of an answered write, and of a hand edit, must be in some commit or in the work
tree. Errors are counted by code; memory and latency of the first fifth of the operations stand beside the last one's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import vault_mem
from tests.benchmarks.real_notes import made_notes, questions
from tests.benchmarks.scale.vaults import filled, folder_of_its_own, git, size_in_memory
from vault_mem.errors import VaultMemError

WORKERS = 4
DOCUMENTED = frozenset({"vault-busy", "write-conflict", "index-replaced", "note-not-found"})
"""What an agent may be told while others write to the same notes."""
_TOKEN = re.compile(r"token-[a-z]+-\d+-\d+")
_VERBS, _SHARES = ("remember", "recall", "revise", "read"), (35, 40, 15, 10)


@dataclass(frozen=True, slots=True)
class Soak:
    """How it went.

    Attributes:
        operations: those that the workers finished, refused ones included.
        written: tokens of writes that were answered, and of hand edits.
        lost: those of them that are nowhere any more.
        errors: how often each code was answered.
        unexpected: errors that are not documented, the first few in words.
        memory: resident megabytes of the largest worker after the first fifth and at the end.
        latency: median milliseconds of each verb in the first fifth and in the last.
        is_sound: whether `git fsck` finds nothing wrong.
    """

    operations: int
    written: int
    lost: tuple[str, ...]
    errors: dict[str, int]
    unexpected: tuple[str, ...]
    memory: tuple[float, float]
    latency: dict[str, tuple[float, float]]
    is_sound: bool

    @property
    def slowdown(self) -> float:
        """How many times slower the verb got that got slower most."""
        return max((late / early for early, late in self.latency.values() if early), default=1.0)


def soak(vault: Path, *, operations: int, gc: bool = True) -> Soak:
    """Let the processes work until the workers have done so many operations in all."""
    records = vault.parent / "records"
    records.mkdir()
    stop = records / "stop"
    commands = [["editor", str(vault), str(records / "editor.json"), str(stop)]]
    commands += [["gc", str(vault), str(records / "gc.json"), str(stop)]] if gc else []
    others = [_started(command) for command in commands]
    share = operations // WORKERS
    workers = [_started(["worker", str(vault), str(records / f"{n}.json"), str(share), str(n)]) for n in range(WORKERS)]
    failed = [process.wait() for process in workers]
    stop.touch()
    failed += [process.wait() for process in others]
    if any(failed):
        raise RuntimeError(f"a process ended with {failed}")
    found = [json.loads((records / f"{n}.json").read_text(encoding="utf-8")) for n in range(WORKERS)]
    edited = json.loads((records / "editor.json").read_text(encoding="utf-8"))
    return _summed(vault, found, edited["tokens"])


def _summed(vault: Path, found: Sequence[dict[str, Any]], edited: Sequence[str]) -> Soak:
    written = [token for record in found for token in record["tokens"]] + list(edited)
    kept = set(_TOKEN.findall(git(vault, "log", "--all", "-p", "--no-renames", "--diff-merges=separate")))
    kept.update(_TOKEN.findall(git(vault, "grep", "--untracked", "-h", "token-")))
    errors: Counter[str] = Counter()
    for record in found:
        errors.update(record["errors"])
    latency = {}
    for verb in _VERBS:
        early = [took for record in found for took in record["times"][verb][: max(1, len(record["times"][verb]) // 5)]]
        late = [took for record in found for took in record["times"][verb][-max(1, len(record["times"][verb]) // 5) :]]
        latency[verb] = (round(median(early), 1), round(median(late), 1)) if early and late else (0.0, 0.0)
    return Soak(
        operations=sum(record["operations"] for record in found),
        written=len(written),
        lost=tuple(sorted(set(written) - kept)),
        errors=dict(errors),
        unexpected=tuple(text for record in found for text in record["unexpected"])[:10],
        memory=(max(record["memory"][0] for record in found), max(record["memory"][1] for record in found)),
        latency=latency,
        is_sound=subprocess.run(["git", "fsck"], cwd=vault, check=False, capture_output=True).returncode == 0,
    )


def _started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.benchmarks.soak", "--as", *arguments])


# --- what each process does ---


@dataclass
class _Worker:
    """An agent that writes, recalls and reads, and notes what it was answered."""

    memory: vault_mem.Memory
    number: int
    chance: random.Random
    tokens: list[str] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=lambda: {verb: [] for verb in _VERBS})
    errors: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def work(self, operations: int) -> dict[str, object]:
        """Do so many operations and return the record."""
        notes, asked = made_notes(10 * operations + 10, seed=100 + self.number), questions(200, seed=self.number)
        early = 0.0
        for count in range(operations):
            verb = self.chance.choices(_VERBS, _SHARES)[0]
            if verb in {"revise", "read"} and not self.written:
                verb = "remember"
            token = f"token-{verb}-{self.number}-{count}"
            start = time.perf_counter()
            try:
                self._do(verb, token, next(notes).text, self.chance.choice(asked))
            except VaultMemError as error:
                self.errors[error.code] += 1
                if error.code not in DOCUMENTED:
                    self.unexpected.append(f"{verb}: {error.code}: {error}")
            except Exception as error:  # noqa: BLE001 - what is no error of ours is what is looked for
                self.errors["crash"] += 1
                self.unexpected.append(f"{verb}: {type(error).__name__}: {error}")
            else:
                self.times[verb].append((time.perf_counter() - start) * 1_000)
            if count == operations // 5:
                early = size_in_memory("self")
        record: dict[str, object] = {"tokens": self.tokens, "times": self.times, "errors": self.errors}
        record |= {"unexpected": self.unexpected, "operations": operations}
        return record | {"memory": (round(early, 1), round(size_in_memory("self"), 1))}

    def _do(self, verb: str, token: str, text: str, question: str) -> None:
        if verb == "recall":
            self.memory.recall(question)
        elif verb == "read":
            self.memory.read(self.chance.choice(self.written))
        elif verb == "revise":
            note = self.memory.read(self.chance.choice(self.written))
            self.memory.revise(note.path, f"{token}\n\n{text}", version=note.version)
            self.tokens.append(token)
        else:
            done = self.memory.remember(f"{text}\n\n{token}", title=f"By {self.number}: {token}")
            self.tokens.append(token)
            self.written.append(done.note.path)


def _edit(vault: Path, stop: Path) -> dict[str, object]:
    """Append lines to files by hand, a few a second, until told to stop."""
    chance = random.Random(1)
    tokens: list[str] = []
    while not stop.exists():
        path = vault / chance.choice(git(vault, "ls-files", "-z", "*.md").split("\0")[:-1])
        token = f"token-hand-9-{len(tokens)}"
        with suppress(FileNotFoundError):
            text = path.read_text(encoding="utf-8")
            path.write_text(f"{text}\n{token}\n", encoding="utf-8")
            tokens.append(token)
        time.sleep(0.5)
    return {"tokens": tokens}


def _collect_garbage(vault: Path, stop: Path) -> dict[str, object]:
    runs = 0
    while not stop.exists():
        subprocess.run(["git", "gc", "--quiet"], cwd=vault, check=False, capture_output=True)
        runs += 1
        time.sleep(5)
    return {"runs": runs}


def _act(arguments: Sequence[str]) -> None:
    role, vault, record, last, *more = arguments
    if role == "worker":
        number = int(more[0])
        with vault_mem.open_memory(vault, agent=f"agent-{number}", session=f"soak-{number}") as memory:
            done = _Worker(memory, number, random.Random(number)).work(int(last))
    else:
        done = (_edit if role == "editor" else _collect_garbage)(Path(vault), Path(last))
    Path(record).write_text(json.dumps(done), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=20_000, help="of all workers together")
    parser.add_argument("--notes", type=int, default=5_000, help="in the vault at the beginning")
    parser.add_argument("--as", dest="role", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.role:
        _act(chosen.role)
        return
    with folder_of_its_own() as folder:
        os.environ.setdefault("GIT_AUTHOR_NAME", "soak")
        filled(folder / "vault", chosen.notes)
        done = soak(folder / "vault", operations=chosen.operations)
    sys.stdout.write(json.dumps({**asdict(done), "slowdown": round(done.slowdown, 2)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
