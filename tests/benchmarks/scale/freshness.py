"""How long it takes to know that nothing changed, and to see that something did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.real_notes import made_notes
from tests.benchmarks.scale.rows import Measured
from tests.benchmarks.scale.timing import each, milliseconds, p50
from tests.benchmarks.scale.vaults import git
from vault_mem.config import load_settings
from vault_mem.notes.model import NotePath
from vault_mem.vault.vault import Vault

LOOKS = 7
EDITS = 7
PATIENCE = 5.0


def looked(vault: Path, count: int) -> Iterator[Measured]:
    """Measure a first look by a process of its own, one by a watching one, and how soon a hand edit is seen."""
    settings = load_settings()
    git(vault, "status")  # settles the times in git's index
    status = ("--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all")
    floor = p50(each(range(LOOKS), lambda _: git(vault, *status)))
    once = []
    for _ in range(LOOKS):
        opened = Vault.open(vault, settings)
        opened.head()
        once.append(milliseconds(opened.current))
        opened.close()
    beside = f"git status {floor:.0f} ms"
    yield Measured("freshness, one-shot, against git status", count, p50(once) / floor, beside)
    yield Measured("freshness, one-shot", count, p50(once), beside)
    watching = Vault.open(vault, settings)
    try:
        watching.watch()
        watching.current()
        time.sleep(1)
        yield Measured("freshness, watched", count, p50(each(range(50), lambda _: watching.current())))
        yield Measured("hand edit seen, watched", count, p50([_seen(watching, number) for number in range(EDITS)]))
    finally:
        watching.close()
        git(vault, "checkout", "--quiet", ".")


def _seen(vault: Vault, number: int) -> float:
    note = next(made_notes(1)).path
    path, before = vault.root / note, vault.current().notes[NotePath(note)]
    start = time.perf_counter()
    path.write_text(f"# Edited\n\nBy hand, {number}.\n", encoding="utf-8")
    while vault.current().notes[NotePath(note)] == before:
        if time.perf_counter() - start > PATIENCE:
            break
        time.sleep(0.001)
    return (time.perf_counter() - start) * 1_000
