"""What replaces what: never an old answer above a new one, and never no answer at all."""

from __future__ import annotations

from pathlib import Path

from tests.vaults import write
from vault_mem import Memory


def _titles(memory: Memory, query: str) -> set[str]:
    return {hit.title for hit in memory.recall(query).hits}


def test_turning_a_supersession_round_leaves_the_last_word(memory: Memory) -> None:
    memory.remember("Use tabs.", title="Tabs")
    memory.remember("Use spaces.", title="Spaces")
    memory.revise("Tabs", supersedes=["Spaces"])
    memory.revise("Spaces", supersedes=["Tabs"])
    assert _titles(memory, "use tabs or spaces") == {"Spaces"}


def test_a_circle_written_by_hand_hides_nothing(memory: Memory, vault: Path) -> None:
    for name, old in (("x", "y"), ("y", "z"), ("z", "x")):
        write(vault, f"{name}.md", f'---\nsupersedes:\n  - "[[{old}]]"\n---\nThe zebra {name}.\n')
    assert _titles(memory, "zebra") == {"x", "y", "z"}


def test_a_disputed_note_with_a_successor_is_superseded(memory: Memory, vault: Path) -> None:
    write(vault, "d.md", "---\nstatus: disputed\n---\nThe zebra sleeps.\n")
    write(vault, "s.md", '---\nsupersedes:\n  - "[[d]]"\n---\nThe zebra wakes.\n')
    assert _titles(memory, "zebra") == {"s"}
    assert [item.title for item in memory.context("zebra").items] == ["s"]


def test_a_long_chain_answers_with_its_end(memory: Memory) -> None:
    memory.remember("The zebra, version 0.", title="Zebra 0")
    for number in range(1, 6):
        memory.remember(
            f"The zebra, version {number}.", title=f"Zebra {number}", links={"supersedes": [f"Zebra {number - 1}"]}
        )
    assert _titles(memory, "zebra") == {"Zebra 5"}


def test_saying_a_superseded_fact_again_names_what_stands_above_it(memory: Memory) -> None:
    memory.remember("Postgres.", key="db")
    memory.remember("MySQL.", key="db-new", links={"supersedes": ["db"]})
    again = memory.remember("SQLite.", key="db").note
    assert again.action == "revised"
    assert "db-new" in again.warnings[0]
    memory.forget("db-new")
    assert memory.remember("SQLite again.", key="db").note.warnings == ()
    assert [hit.excerpt for hit in memory.recall("sqlite").hits] == ["SQLite again."]


def test_saying_an_expired_fact_again_makes_it_answer(memory: Memory) -> None:
    memory.remember("The zebra is here.", key="zebra", expires="2020-01-01")
    memory.remember("The zebra is back.", key="zebra")
    assert len(memory.recall("zebra").hits) == 1
    memory.remember("A quokka.", expires="2020-01-01")
    assert memory.remember("A quokka.").note.action == "created"
    assert memory.recall("quokka", mode="lexical").total == 1


def test_forgetting_a_successor_says_what_stays_hidden(memory: Memory) -> None:
    memory.remember("Use tabs.", title="Tabs")
    memory.remember("Use spaces.", title="Spaces", links={"supersedes": ["Tabs"]})
    assert "notes/tabs.md" in memory.forget("Spaces").warnings[0]
