"""A writer that dies at a chosen moment: `python -m tests.vault.killing VAULT STEP before|after [MORE]`.

It revises `a.md`, adds `deep/n.md` and deletes `b.md` in one act, and adds as many more as it is told to; STEP is a
method of `WritePipeline`. With `sync` for MORE it syncs instead, and STEP may be one of `Remote` too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from vault_mem.config import load_settings
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.pipeline import WritePipeline
from vault_mem.vault.remote import Remote
from vault_mem.vault.vault import Vault

KILLED = 9
# `_place` is called for each file, so a kill after the first leaves the act half in the work tree.
POINTS = [
    ("_record", "before"),
    ("_record", "after"),
    ("_place", "after"),
    ("_place_files", "after"),
    ("_stage", "after"),
    ("_swap", "after"),
    ("_finish", "after"),
]
CHANGES = (
    Change(NotePath("a.md"), b"ours\n"),
    Change(NotePath("deep/n.md"), b"new\n"),
    Change(NotePath("b.md"), None),
)


def main(folder: str, step: str, when: str, more: str = "0") -> None:
    """Write, and die."""
    owner: type = Remote if hasattr(Remote, step) else WritePipeline
    setattr(owner, step, _deadly(getattr(owner, step), before=when == "before"))
    if more == "sync":
        Vault.open(Path(folder), load_settings()).sync()
        return
    with Vault.open(Path(folder), load_settings()).writing() as transaction:
        added = tuple(Change(NotePath(f"more/{n}.md"), b"more %d\n" % n) for n in range(int(more)))
        transaction.commit(Act("revise", (*CHANGES, *added), "killed"))


def _deadly(method: Callable[..., object], *, before: bool) -> Callable[..., object]:
    def wrapped(*arguments: object) -> object:
        if before:
            os._exit(KILLED)
        method(*arguments)
        os._exit(KILLED)

    return wrapped


if __name__ == "__main__":
    main(*sys.argv[1:5])
