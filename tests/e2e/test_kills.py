"""A process is killed at each step of each verb: the next one finds the old state or the new, and nothing is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import vault_mem
from tests.e2e.acts import UNDOING, VERBS, make, make_undoable, state
from tests.vaults import git
from vault_mem.vault.pipeline import WritePipeline

STEPS = ("_record", "_place", "_place_files", "_stage", "_swap", "_finish")
SAMPLE = ("_record", "_place_files", "_stage", "_swap")
ALL = VERBS | UNDOING
DONE = {"_swap", "_finish"}
"""Steps after which the act is in the history."""

KILLED = 9

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")


def _die_after(step: str) -> None:
    method: Callable[..., object] = getattr(WritePipeline, step)

    def deadly(*arguments: object) -> object:
        method(*arguments)
        os._exit(KILLED)

    setattr(WritePipeline, step, deadly)


def _killed(root: Path, verb: str, step: str) -> int:
    """Run a verb in a child that dies after a step; return the child's exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_after(step)
            with vault_mem.open_memory(root) as memory:
                ALL[verb](memory)
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _check(tmp_path: Path, verb: str, step: str) -> None:
    made = make_undoable if verb in UNDOING else make
    root, finished = made(tmp_path / "killed"), made(tmp_path / "finished")
    before, status = state(root), git(root, "status", "--porcelain")
    with vault_mem.open_memory(finished) as memory:
        ALL[verb](memory)
    assert _killed(root, verb, step) == KILLED
    with vault_mem.open_memory(root) as memory:
        memory.remember("Written after the kill.", title="After")
        assert memory.recall("written after the kill").hits[0].title == "After"
        assert memory.fsck().is_ok
    after = state(root)
    assert after.pop("notes/after.md")
    new = state(finished)
    assert after == new if step in DONE else after in (before, new)
    assert git(root, "status", "--porcelain") == status == ("" if verb in UNDOING else "A  staged.md\n")


@pytest.mark.parametrize("step", SAMPLE)
@pytest.mark.parametrize("verb", ["remember many", "supersede", *UNDOING])
def test_a_kill_leaves_the_old_state_or_the_new(tmp_path: Path, verb: str, step: str) -> None:
    _check(tmp_path, verb, step)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("verb", ALL)
def test_a_kill_at_any_step_of_any_verb(tmp_path: Path, verb: str, step: str) -> None:
    _check(tmp_path, verb, step)
