"""The harness for looking back: the same seed makes the same past, and a small run answers every question."""

from __future__ import annotations

from pathlib import Path

import vault_mem
from tests.benchmarks.histories import grow
from tests.benchmarks.past import measure, table
from tests.vaults import git


def test_a_past_has_what_real_ones_have(tmp_path: Path) -> None:
    vault_mem.initialise(tmp_path)
    grow(tmp_path, notes=120, commits=320)
    assert git(tmp_path, "status", "--porcelain") == ""
    assert len(git(tmp_path, "rev-list", "HEAD~1..HEAD").split()) == 1
    with vault_mem.open_memory(tmp_path) as memory:
        acts = memory.log(limit=1_000).acts
        operations = {act.operation for act in acts}
        assert {"remember", "revise", "move", "forget", "restore", "merge"} <= operations
        assert sum(act.arrived is not None for act in acts) >= 6
        assert {act.agent for act in acts} == {"planner", "builder", "reviewer", None}
        assert memory.fsck().is_ok


def test_a_small_run_answers_every_question() -> None:
    past = measure(notes=60, commits=170, asked=6, floors=2)
    assert all(figure.ours > 0 for figure in past.figures)
    assert table(past).count("\n") == len(past.figures) + 1
