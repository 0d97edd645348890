"""The past is in the repository alone: another index, another process and a clone say the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conformance.temporal.answers import Answers, answers, answers_elsewhere
from tests.conformance.temporal.clocks import DAY, remembering
from tests.conformance.temporal.stories import Story
from tests.conformance.temporal.ways import PATH
from tests.isolation import isolate
from tests.vaults import git
from vault_mem import Memory


def moments(story: Story) -> list[str]:
    """Return each step's commit, and a day after it: on the line, not on the clock of a branch."""
    times = [(step.time + DAY).isoformat() for step in story.steps.values()]
    return [*(step.commit for step in story.steps.values()), *times]


@pytest.fixture(scope="module")
def first(told: Story, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What a memory with a new index says, asked once a way."""
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("first"), environment)
        with remembering(told.vault) as memory:
            return answers(memory, moments(told))


def test_an_index_that_was_deleted_and_rebuilt_says_the_same(memory: Memory, story: Story, first: Answers) -> None:
    memory.reindex()
    assert answers(memory, moments(story)) == first
    memory.close()
    shutil.rmtree(os.environ["VAULT_MEM_CACHE"])
    with remembering(story.vault) as again:
        assert answers(again, moments(story)) == first
        with remembering(story.vault) as beside:
            assert answers(beside, moments(story)[::-1])[:3] == first[:3]


def test_an_index_that_followed_along_says_the_same(
    story: Story, first: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caught up at each step of the branch, by a memory that stays open and by one that is opened again."""
    line = git(story.vault, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    monkeypatch.setenv("VAULT_MEM_CACHE", str(story.vault.parent / "followed"))
    with remembering(story.vault) as followed:
        for commit in line:
            git(story.vault, "reset", "-q", "--hard", commit)
            followed.recall("crane")
            with remembering(story.vault) as reopened:
                assert reopened.log(limit=1).acts == followed.log(limit=1).acts
        assert answers(followed, moments(story)) == first


def test_a_second_process_says_the_same(story: Story, first: Answers) -> None:
    if story.way not in {"verbs", "merged_apart"}:
        pytest.skip("a process is slow to start; two ways are enough")
    assert answers_elsewhere(story.vault, moments(story)) == first


def test_a_fresh_clone_says_the_same(story: Story, first: Answers, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(story.vault, "push", "-q", str(tmp_path / "remote.git"), "main", "--tags")
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "clone")
    with remembering(tmp_path / "clone") as clone:
        assert answers(clone, moments(story)) == first
        for step in ("written", "revised"):
            for name in (f"tag-{step}", f"annotated-{step}", f"checkpoint-{step}"):
                assert clone.read(PATH, at=name).revision == story.steps[step].commit


def test_a_worktree_says_the_same(story: Story, first: Answers, tmp_path: Path) -> None:
    git(story.vault, "switch", "-q", "--detach")
    git(story.vault, "worktree", "add", "-q", str(tmp_path / "beside"), "main")
    with remembering(tmp_path / "beside") as beside:
        assert answers(beside, moments(story)) == first


def test_a_branch_that_was_left_and_entered_again_says_the_same(memory: Memory, story: Story, first: Answers) -> None:
    written = story.steps["written"].commit
    git(story.vault, "switch", "-qc", "away", written)
    versions = memory.history(PATH).versions
    assert [version.commit for version in versions] == list(story.steps["written"].versions)
    assert memory.log().revision == written
    assert memory.read(PATH, at="now").revision == written
    git(story.vault, "switch", "-q", "main")
    assert answers(memory, moments(story)) == first


def test_packing_changes_nothing(memory: Memory, story: Story, first: Answers) -> None:
    git(story.vault, "gc", "-q", "--prune=now")
    git(story.vault, "commit-graph", "write", "--reachable", "--changed-paths")
    assert answers(memory, moments(story)) == first
