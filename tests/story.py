"""The past that the README's story is about: a fact that changed, told by two agents over two months."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import vault_mem

DAY = 86_400
QUESTION = "how long do we keep the logs?"
COMMANDS = (
    ("recall", QUESTION, "--limit", "1"),
    ("recall", QUESTION, "--limit", "1", "--at", "1 month ago"),
    ("bisect", QUESTION, "--good", "1 month ago"),
    ("revert", "clean-up-12"),
)


def tell(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the vault, its commits dated back from now."""

    def at(days: float) -> None:
        past = int(time.time() - days * DAY)
        monkeypatch.setattr("vault_mem.vault.pipeline.signature", lambda who: f"{who} {past} +0000")

    at(62)
    vault_mem.initialise(root)
    with vault_mem.open_memory(root) as memory:
        at(61)
        memory.remember(
            "Logs are kept for 90 days.\n\nThe auditors ask for a quarter.",
            title="Log retention",
            type="decision",
            key="log-retention",
            agent="planner",
            session="audit-3",
            reason="Agreed with the auditors.",
        )
        at(55)
        memory.remember("Deploys need the VPN.", title="Deploys", type="gotcha", agent="planner", session="audit-3")
        at(40)
        memory.remember("Backups run at night.", title="Backups", type="fact", agent="builder", session="backup-5")
        at(12)
        memory.revise(
            "log-retention",
            "Logs are kept for 30 days.\n\nThe auditors ask for a quarter.",
            agent="tidier",
            session="clean-up-12",
            reason="The disk was full.",
        )
        at(5)
        memory.remember("Alerts go to the on-call.", title="Alerts", type="fact", agent="builder", session="alert-2")


def transcript(root: Path) -> str:
    """Return what the commands print, as a terminal shows it."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "120"}
    shown = []
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "vault_mem", *command],
            cwd=root,
            env=environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        typed = " ".join(f'"{word}"' if " " in word else word for word in command)
        shown.append(f"$ vault-mem {typed}\n{done.stdout}")
    return "\n".join(line.rstrip() for line in "\n".join(shown).splitlines()) + "\n"
