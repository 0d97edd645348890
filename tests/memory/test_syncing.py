from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git
from vault_mem import Memory


@pytest.fixture(params=[False, True], ids=["asked", "watching"])
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Memory, Memory]]:
    """Two vaults that share a remote, each open in a process that watches, or looks when it is asked."""
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    vault_mem.initialise(tmp_path / "first")
    git(tmp_path / "first", "remote", "add", "origin", str(tmp_path / "remote.git"))
    with ExitStack() as stack:
        first = stack.enter_context(vault_mem.open_memory(tmp_path / "first", watch=request.param))
        first.sync()
        git(tmp_path, "clone", "-q", "remote.git", "second")
        yield first, stack.enter_context(vault_mem.open_memory(tmp_path / "second", watch=request.param))


def test_what_came_is_recalled_with_who_wrote_it_when(team: tuple[Memory, Memory]) -> None:
    first, second = team
    assert not second.recall("which tea").hits
    written = first.remember("We drink green tea.", title="Tea", reason="It was decided.", agent="one")
    first.sync()
    second.remember("Cups stand in the kitchen.", title="Cups", agent="two")
    assert second.sync().merged
    hit = second.recall("which tea").hits[0]
    assert (hit.path, hit.agent, hit.commit) == ("notes/tea.md", "one", written.commit)
    blamed = second.history("Tea", view="blame").blame
    assert {line.reason for line in blamed} == {"It was decided."}
    first.sync()
    assert first.recall("where are the cups").hits[0].agent == "two"
    assert {memory.status().commits for memory in team} == {4}


def test_both_sides_of_a_clash_are_recalled_and_one_is_chosen(team: tuple[Memory, Memory]) -> None:
    first, second = team
    first.remember("We drink green tea.", title="Tea", key="tea")
    first.sync()
    second.sync()
    first.revise("tea", text="We drink black tea.")
    second.revise("tea", text="We drink white tea.")
    first.sync()
    assert len(second.sync().disputed) == 1
    first.sync()
    for memory in team:
        hits = memory.recall("which tea do we drink").hits
        assert {hit.status for hit in hits} == {"disputed"}
        assert {colour for hit in hits for colour in ("black", "white") if colour in hit.excerpt} == {"black", "white"}
    chosen = first.remember("We drink black tea.", title="Black tea", links={"supersedes": [hit.path for hit in hits]})
    first.sync()
    second.sync()
    assert next(hit.path for hit in second.recall("which tea do we drink").hits) == chosen.notes[0].path


def test_a_history_of_both_is_one_history(team: tuple[Memory, Memory]) -> None:
    first, second = team
    first.remember("One.\n\nTwo.\n\nThree.", title="Steps", key="steps")
    first.sync()
    second.sync()
    first.revise("steps", text="One, first.\n\nTwo.\n\nThree.", agent="one")
    second.revise("steps", text="One.\n\nTwo.\n\nThree, second.", agent="two")
    first.sync()
    second.sync()
    first.sync()
    for memory in team:
        text = memory.read("steps").text
        assert "One, first." in text
        assert "Three, second." in text
        lines = memory.history("steps", view="blame").blame
        agents = {line.text: line.agent for line in lines}
        assert agents["One, first."] == "one"
        assert agents["Three, second."] == "two"
