"""Writes: one note through `Memory`, and a whole vault in one act, beside git itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import vault_mem
from tests.benchmarks.real_notes import MadeNote, made_notes
from tests.benchmarks.scale.rows import Measured
from tests.benchmarks.scale.timing import each, p50
from tests.benchmarks.scale.vaults import git
from vault_mem.config import load_settings
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

WRITES = 20
WARM = 3


def remembered(vault: Path, count: int) -> float:
    """Return the median of remembering a note, in milliseconds; the process watches the vault, as a server does."""
    notes = list(islice(made_notes(count + WRITES + WARM, seed=7), count, None))
    with vault_mem.open_memory(vault) as memory:
        memory.recall("what is there")  # which waits for an index from nothing; a server refuses after half a minute
    with vault_mem.open_memory(vault, watch=True) as memory:
        for note in notes[:WARM]:
            memory.remember(note.text, title=note.title)
        return p50(each(notes[WARM:], lambda note: memory.remember(note.text, title=note.title)))


def committed(vault: Path, *, name: str) -> float:
    """Return the median of `git add` and `git commit` of one new note, in milliseconds."""

    def add(number: int) -> None:
        path = vault / "facts" / f"{name}-{number}.md"
        path.write_text(f"# {name} {number}\n\nText.\n", encoding="utf-8")
        git(vault, "add", "--", str(path.relative_to(vault)))
        git(vault, "commit", "--quiet", "--message", "one")

    return p50(each(range(WRITES), add))


def one_note(vault: Path, count: int) -> Iterator[Measured]:
    """Measure one note a commit, with git's index whole, then split."""
    floor, ours = committed(vault, name="whole"), remembered(vault, count)
    yield Measured(_ROW, count, floor / ours, f"ours {ours:.0f} ms, git {floor:.0f} ms")
    git(vault, "update-index", "--split-index")
    split_floor, split = committed(vault, name="split"), remembered(vault, count + WRITES + WARM)
    git(vault, "update-index", "--no-split-index")
    beside = f"ours {split:.0f} ms, git {split_floor:.0f} ms split, {floor:.0f} ms whole"
    yield Measured("remember with split index, times faster", count, floor / split, beside)


_ROW = "remember, times faster than git add + commit"


def growth(figures: list[Measured]) -> Iterator[Measured]:
    """Compare one note at each size with one at the smallest."""
    times = {each.notes: float(each.beside.split()[1]) for each in figures if each.row == _ROW}
    smallest = min(times, default=0)
    for notes, value in times.items():
        if notes != smallest:
            yield Measured("remember, against 1,000 notes", notes, value / times[smallest], f"{smallest:,} notes")


def imported(folder: Path, count: int) -> Iterator[Measured]:
    """Measure all notes in one act: files, objects and commit, without the index.

    Git's vault is on disk before ours is begun, is not collected meanwhile, and stays until ours is measured: a flush
    waits for what others wrote, and ext4 without a journal takes long to make a file where many were just removed.
    """
    notes = list(made_notes(count))
    floor = _by_git(folder / "by-git", notes)
    os.sync()
    vault_mem.initialise(folder / "by-us")
    changes = tuple(Change(NotePath(note.path), note.file.encode()) for note in notes)
    vault = Vault.open(folder / "by-us", settings=load_settings())
    start = time.perf_counter()
    with vault.writing() as transaction:
        transaction.commit(Act("import", changes))
    ours = time.perf_counter() - start
    vault.close()
    shutil.rmtree(folder / "by-us")
    shutil.rmtree(folder / "by-git")
    row = "import in one act, against git add -A + commit"
    yield Measured(row, count, ours / floor, f"ours {ours:.1f} s, durable; git {floor:.1f} s with the files")


def _by_git(vault: Path, notes: list[MadeNote]) -> float:
    vault.mkdir()
    git(vault, "init", "--quiet")
    git(vault, "config", "gc.auto", "0")
    start = time.perf_counter()
    for note in notes:
        path = vault / note.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(note.file, encoding="utf-8")
    git(vault, "add", "-A")
    git(vault, "commit", "--quiet", "--message", "all")
    return time.perf_counter() - start
