"""What every case of bad input is held to: the right error with a hint, exit code 1, nothing lost, a working vault."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

import vault_mem
from tests.cli.conftest import Shell
from tests.e2e.acts import VERBS, Verb
from vault_mem import Memory
from vault_mem.errors import VaultMemError

# Every verb that reads, on a vault that `tests.e2e.acts.make` has made.
READING: dict[str, Verb] = {
    "recall": lambda memory: memory.recall("rule"),
    "list": lambda memory: memory.recall(types=["note"]),
    "read": lambda memory: memory.read("Rule"),
    "related": lambda memory: memory.related("Rule"),
    "log": lambda memory: memory.history("Rule"),
    "diff": lambda memory: memory.history("Rule", view="diff"),
    "blame": lambda memory: memory.history("Rule", view="blame"),
    "as-of": lambda memory: memory.history("Rule", view="as-of", at="HEAD"),
    "context": lambda memory: memory.context("the rule"),
    "status": lambda memory: memory.status(),
    "check": lambda memory: memory.check(),
    "fsck": lambda memory: memory.fsck(),
}
COMMANDS = {
    "remember": ("remember", "A new fact.", "--title", "New"),
    "revise": ("revise", "Rule", "The revised rule."),
    "forget": ("forget", "Rule"),
    "link": ("related", "Rule", "--add", "references=Other"),
}


def git_output(root: Path, *arguments: str) -> str:
    """Return what git prints; it takes no lock and may fail, as on a full disk."""
    command = ["git", "--no-optional-locks", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60).stdout


def picture(root: Path) -> dict[str, str | bytes]:
    """Return all that must not be lost: HEAD, its commit, what is staged, and every file of the work tree."""
    kept: dict[str, str | bytes] = {
        "HEAD": (root / ".git" / "HEAD").read_text(),
        "commit": git_output(root, "rev-parse", "HEAD"),
        "staged": git_output(root, "ls-files", "--stage"),
    }
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        ordinary = (path for path in (Path(folder, name) for name in files) if path.is_file() and not path.is_symlink())
        kept |= {str(path.relative_to(root)): path.read_bytes() for path in ordinary}
    return kept


@contextmanager
def unchanged(root: Path) -> Iterator[None]:
    """Hold the vault's files, HEAD and index to what they were."""
    before = picture(root)
    yield
    assert picture(root) == before


def refused(act: Callable[[], object], code: str, *words: str) -> VaultMemError:
    """Do something that must be refused with this code, these words, and a hint; return the error."""
    with pytest.raises(VaultMemError) as raised:
        act()
    error = raised.value
    assert error.code == code, error
    assert error.hint
    for word in words:
        assert word in str(error)
    return error


def refused_by_shell(shell: Shell, code: str, *arguments: str, stdin: bytes = b"") -> None:
    """Run a command that must be refused: exit code 1, error and hint on stderr, no traceback, the code as JSON."""
    outcome = shell(*arguments, stdin=stdin)
    assert outcome.code == 1, outcome.err
    assert outcome.err.startswith("error: ")
    assert "\nhint: " in outcome.err
    assert "Traceback" not in outcome.err
    assert shell(*arguments, "--json", stdin=stdin).json["error"]["code"] == code


def reads(root: Path) -> None:
    """Read with every verb; none may be refused, and recall finds the rule."""
    with unchanged(root), vault_mem.open_memory(root) as memory:
        for name, verb in READING.items():
            assert verb(memory) is not None, name
        assert "notes/rule.md" in [hit.path for hit in memory.recall("rule").hits]


def writes_nothing(root: Path, shell: Shell, code: str, *words: str) -> None:
    """Write with every verb and command; each must be refused, and change nothing."""
    with unchanged(root):
        with vault_mem.open_memory(root) as memory:
            for verb in VERBS.values():
                refused(partial(verb, memory), code, *words)
        for command in COMMANDS.values():
            refused_by_shell(shell, code, *command, "--vault", str(root))


def works(root: Path) -> None:
    """Use the vault as if nothing had been: what is remembered is recalled, what was staged is staged."""
    with vault_mem.open_memory(root) as memory:
        written = memory.remember("Written when all was well again.", title="Later")
        assert written.commit == git_output(root, "rev-parse", "HEAD").strip()
        assert written.note.path in [hit.path for hit in memory.recall("all was well again").hits]
        assert [finding for finding in memory.fsck().findings if finding.severity != "info"] == []


def opened(root: Path | str) -> Callable[[], Memory]:
    """Return the act of opening a vault."""
    return lambda: vault_mem.open_memory(root)
