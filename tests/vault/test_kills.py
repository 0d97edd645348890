"""A writer is killed at each step; then a person, or the next writer, comes along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.killing import KILLED, POINTS
from tests.vaults import git, make_vault, open_vault, remember, write
from vault_mem.vault.vault import Vault

OLD = {"a.md": "one\n", "b.md": "two\n", "c.md": "three\n"}
NEW = {"a.md": "ours\n", "deep/n.md": "new\n", "c.md": "three\n"}

SAMPLE = {("_record", "after"), ("_place", "after"), ("_swap", "after")}
SAMPLED = [point if point in SAMPLE else pytest.param(*point, marks=pytest.mark.slow) for point in POINTS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with make_vault(tmp_path / "v", a="one\n", b="two\n", c="three\n") as vault:
        remember(vault, "kept.md", "acknowledged\n")
    return tmp_path / "v"


def kill(folder: Path, step: str, when: str, more: int = 0) -> None:
    command = [sys.executable, "-m", "tests.vault.killing", str(folder), step, when, str(more)]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode == KILLED, ended.stderr.decode()


def notes(vault: Vault) -> dict[str, str]:
    snapshot = vault.current()
    texts = dict(vault.read_blobs(snapshot.notes.values(), snapshot))
    found = {str(path): texts[blob].decode() for path, blob in snapshot.notes.items()}
    assert found.pop("kept.md") == "acknowledged\n"
    return found


def reopened(folder: Path) -> dict[str, str]:
    """Open the vault, write something else, and return the notes; git finds nothing wrong with it."""
    with open_vault(folder) as vault:
        remember(vault, "later.md", "later\n")
        found = notes(vault)
        assert found.pop("later.md") == "later\n"
    assert git(folder, "fsck", "--strict", "--no-dangling") == ""
    assert not list((folder / ".git").glob("vault-mem-staging/*"))
    return found


@pytest.mark.parametrize(("step", "when"), POINTS)
def test_next_writer_finds_the_old_state_or_finishes_the_new_one(folder: Path, step: str, when: str) -> None:
    kill(folder, step, when)
    expected = OLD if (step, when) == ("_record", "before") else NEW
    assert reopened(folder) == expected
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "log", "--format=%s").count("revise: 3 notes") == (expected is NEW)


@pytest.mark.parametrize(("step", "when"), SAMPLED)
def test_persons_commit_in_between_is_not_undone_and_undoes_nothing(folder: Path, step: str, when: str) -> None:
    kill(folder, step, when)
    write(folder, "hand.md", "by hand\n")
    git(folder, "add", "hand.md")
    git(folder, "commit", "-qm", "person")
    found = reopened(folder)
    assert found.pop("hand.md") == "by hand\n"
    assert found in (OLD, NEW)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "show", "HEAD:kept.md") == "acknowledged\n"


@pytest.mark.parametrize(("step", "when"), SAMPLED)
def test_backup_of_everything_in_between_loses_nothing(folder: Path, step: str, when: str) -> None:
    kill(folder, step, when)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "vault backup")
    found = reopened(folder)
    assert found in (OLD, NEW)
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize(("step", "when"), SAMPLED)
def test_persons_edit_in_between_stays_and_the_act_is_dropped(folder: Path, step: str, when: str) -> None:
    kill(folder, step, when)
    write(folder, "a.md", "by hand\n")
    found = reopened(folder)
    done = step in {"_swap", "_finish"}
    assert found == ({**NEW, "a.md": "by hand\n"} if done else {**OLD, "a.md": "by hand\n"})
    assert git(folder, "status", "--porcelain") == " M a.md\n"


@pytest.mark.parametrize(("step", "when"), POINTS[2:5])
def test_switch_to_another_branch_in_between_leaves_that_branch_clean(folder: Path, step: str, when: str) -> None:
    git(folder, "branch", "side")
    kill(folder, step, when)
    git(folder, "switch", "-q", "side")
    assert reopened(folder) == OLD
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize(("step", "when"), SAMPLED)
def test_large_act_is_finished_by_the_next_writer(folder: Path, step: str, when: str) -> None:
    kill(folder, step, when, more=150)
    expected = NEW | {f"more/{n}.md": f"more {n}\n" for n in range(150)}
    assert reopened(folder) == (OLD if (step, when) == ("_record", "before") else expected)
    assert git(folder, "status", "--porcelain") == ""
    assert not list((folder / ".git" / "objects" / "pack").glob("*.keep"))
    assert not list((folder / ".git" / "objects" / "pack").glob("*.part"))
