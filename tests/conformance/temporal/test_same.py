"""The past is in the repository alone: another index, another process and a clone say the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conformance.temporal.answers import Answers, answers, answers_elsewhere
from tests.conformance.temporal.clocks import DAY, remembering
from tests.conformance.temporal.stories import Story
from tests.conformance.temporal.ways import FEW, PATH
from tests.vaults import git
from vault_mem import Memory


def moments(story: Story) -> list[str]:
    """Return each step's commit, and a day after it: on the line, not on the clock of a branch."""
    times = [(step.time + DAY).isoformat() for step in story.steps.values()]
    return [*(step.commit for step in story.steps.values()), *times]


@pytest.fixture(scope="module")
def said() -> dict[str, Answers]:
    return {}


@pytest.fixture
def first(memory: Memory, story: Story, said: dict[str, Answers]) -> Answers:
    """What the memory that all tests share says, asked once a way."""
    if story.way not in said:
        said[story.way] = answers(memory, moments(story))
    return said[story.way]


def test_an_index_that_was_deleted_and_rebuilt_says_the_same(own: Story, first: Answers) -> None:
    with remembering(own.vault) as memory:
        memory.recall("crane")
        memory.reindex()
        assert answers(memory, moments(own)) == first
    shutil.rmtree(os.environ["VAULT_MEM_CACHE"])
    with remembering(own.vault) as again:
        assert answers(again, moments(own)) == first
        with remembering(own.vault) as beside:
            assert answers(beside, moments(own)[::-1])[:3] == first[:3]


def test_an_index_that_followed_along_says_the_same(own: Story, first: Answers) -> None:
    """Caught up at each step of the branch, by a memory that stays open and by one that is opened again."""
    line = git(own.vault, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    with remembering(own.vault) as followed:
        for commit in line:
            git(own.vault, "reset", "-q", "--hard", commit)
            followed.recall("crane")
            with remembering(own.vault) as reopened:
                assert reopened.log(limit=1).acts == followed.log(limit=1).acts
        assert answers(followed, moments(own)) == first


@pytest.mark.parametrize("way", FEW)
def test_a_second_process_says_the_same(story: Story, first: Answers) -> None:
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


@pytest.mark.parametrize("way", FEW)
def test_a_worktree_says_the_same(own: Story, first: Answers, tmp_path: Path) -> None:
    git(own.vault, "switch", "-q", "--detach")
    git(own.vault, "worktree", "add", "-q", str(tmp_path / "beside"), "main")
    with remembering(tmp_path / "beside") as beside:
        assert answers(beside, moments(own)) == first


@pytest.mark.parametrize("way", FEW)
def test_a_branch_that_was_left_and_entered_again_says_the_same(own: Story, first: Answers) -> None:
    written = own.steps["written"].commit
    with remembering(own.vault) as memory:
        git(own.vault, "switch", "-qc", "away", written)
        versions = memory.history(PATH).versions
        assert [version.commit for version in versions] == list(own.steps["written"].versions)
        assert memory.log().revision == written
        assert memory.read(PATH, at="now").revision == written
        git(own.vault, "switch", "-q", "main")
        assert answers(memory, moments(own)) == first


@pytest.mark.parametrize("way", FEW)
def test_packing_changes_nothing(own: Story, first: Answers) -> None:
    with remembering(own.vault) as memory:
        memory.recall("crane")
        git(own.vault, "gc", "-q", "--prune=now")
        git(own.vault, "commit-graph", "write", "--reachable", "--changed-paths")
        assert answers(memory, moments(own)) == first
