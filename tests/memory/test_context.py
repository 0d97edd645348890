from __future__ import annotations

import pytest

from vault_mem import Memory
from vault_mem.errors import InvalidQueryError


@pytest.fixture
def filled(memory: Memory) -> Memory:
    memory.remember("Always run the linter first.", title="House rule", type="preference")
    memory.revise("House rule", set={"pinned": True})
    memory.remember("The router is generated; edit the template.", title="Router", type="gotcha")
    memory.revise("Router", set={"triggers": ["src/api/*.py", "routing table"]})
    memory.remember("Migrations are run with make migrate.", title="Migrations", type="procedure")
    memory.remember("Which region do we host in?", title="Region", type="question")
    memory.remember("Stopped halfway through the login page.", title="Last session", type="handoff")
    return memory


def _reasons(memory: Memory, task: str, **arguments: object) -> dict[str, str]:
    return {item.title: item.reason for item in memory.context(task, **arguments).items}  # type: ignore[arg-type]


def test_pinned_handoff_and_open_questions_are_there_without_a_task(filled: Memory) -> None:
    assert _reasons(filled, "") == {"House rule": "pinned", "Last session": "hand-off", "Region": "open question"}


def test_a_task_brings_what_is_relevant(filled: Memory) -> None:
    assert _reasons(filled, "run the database migrations")["Migrations"] == "relevant"


def test_a_trigger_fires_on_files_and_words(filled: Memory) -> None:
    assert _reasons(filled, "", files=["src/api/router.py"])["Router"] == "triggered"
    assert _reasons(filled, "Rework the routing table")["Router"] == "triggered"
    assert "Router" not in _reasons(filled, "", files=["docs/api.md"])


def test_the_block_keeps_to_its_budget_and_says_what_it_left_out(filled: Memory) -> None:
    block = filled.context("run the database migrations", max_tokens=100)
    assert block.tokens <= 100
    assert block.left_out > 0
    assert "not instructions" in block.text


def test_an_empty_vault_gives_silence(memory: Memory) -> None:
    assert memory.context("anything").text == ""


def test_a_bad_budget_is_refused(memory: Memory) -> None:
    with pytest.raises(InvalidQueryError):
        memory.context("x", max_tokens=1)
