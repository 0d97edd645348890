"""Every verb that writes, on a vault with two linked notes, as something a test can run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import vault_mem
from tests.vaults import git
from vault_mem import Memory

Verb = Callable[[Memory], object]

VERBS: dict[str, Verb] = {
    "remember": lambda memory: memory.remember("A new fact.", title="New"),
    "remember many": lambda memory: memory.remember(notes=[{"text": "One."}, {"text": "Two."}]),
    "revise": lambda memory: memory.revise("Rule", "The revised rule."),
    "revise a property": lambda memory: memory.revise("Rule", set={"confidence": 0.5}),
    "supersede": lambda memory: memory.revise("Rule 2", "The rule that replaces it.", supersedes=["Rule"]),
    "forget": lambda memory: memory.forget("Rule"),
    "restore": lambda memory: memory.restore("Old"),
    "link": lambda memory: memory.related("Rule", add={"references": ["Other"]}),
}


UNDOING: dict[str, Verb] = {
    "revert": lambda memory: memory.revert("undone", yes=True),
    "rollback": lambda memory: memory.rollback("early", yes=True),
}
"""Verbs that take back, for a vault that `make_undoable` has made."""


def make_undoable(root: Path) -> Path:
    """Make a vault in which a session made, revised, moved and deleted notes after a checkpoint."""
    vault_mem.initialise(root)
    with vault_mem.open_memory(root) as memory:
        memory.remember(notes=[{"text": f"# {name}\n\nThe {name}."} for name in ("Rule", "Other", "Old")])
        memory.checkpoint("early")
        memory.remember("Made by a session that is taken back.", title="Made", session="undone")
        memory.revise("Rule", "The rule, as that session has it.", session="undone")
    git(root, "mv", "notes/old.md", "moved.md")
    git(root, "rm", "-q", "notes/other.md")
    git(root, "commit", "-qm", "moved and deleted\n\nMemory-Op: move\nMemory-Session: undone")
    return root


def make(root: Path) -> Path:
    """Make a vault with the notes that the verbs work on, and a file that a person has staged."""
    vault_mem.initialise(root)
    with vault_mem.open_memory(root) as memory:
        memory.remember(notes=[{"text": "# Rule\n\nThe rule."}, {"text": "# Other\n\nThe other."}])
        memory.remember("The old.", title="Old")
        memory.forget("Old")
    (root / "staged.md").write_text("Staged by a person.\n")
    git(root, "add", "staged.md")
    return root


def state(root: Path) -> dict[str, str]:
    """Return every note's path and body at HEAD; ids and times, which differ from run to run, are cut away."""
    paths = git(root, "ls-tree", "-r", "--name-only", "HEAD", "--", "notes").splitlines()
    return {path: _stable(git(root, "show", f"HEAD:{path}")) for path in paths}


def _stable(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("id:", "created:")))
