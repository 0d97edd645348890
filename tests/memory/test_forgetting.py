from __future__ import annotations

from pathlib import Path

import pytest

from vault_mem import Memory
from vault_mem.errors import InvalidNoteError, NoteNotFoundError, WriteConflictError


def test_a_forgotten_note_is_left_out_until_it_is_restored(memory: Memory, vault: Path) -> None:
    note = memory.remember("The staging password rotates weekly.", title="Rotation").note
    before = (vault / note.path).read_bytes()
    assert memory.forget("Rotation", reason="Not true any more.").action == "archived"
    assert memory.recall("staging password").hits == ()
    assert memory.recall("staging password", statuses=["archived"]).hits[0].status == "archived"
    assert memory.read("Rotation").status == "archived"
    assert memory.restore("Rotation").action == "restored"
    assert (vault / note.path).read_bytes() == before
    assert memory.recall("staging password").hits[0].path == note.path


def test_restoring_gives_back_the_status_it_had(memory: Memory) -> None:
    memory.remember("Maybe the cache is the cause.", title="Guess")
    memory.revise("Guess", set={"status": "hypothesis"})
    memory.forget("Guess")
    memory.restore("Guess")
    assert memory.read("Guess").status == "hypothesis"


def test_a_superseded_note_comes_back_when_its_successor_is_gone(memory: Memory) -> None:
    memory.remember("Use tabs.", title="Tabs")
    memory.remember("Use spaces.", title="Spaces", links={"supersedes": ["Tabs"]})
    with pytest.raises(InvalidNoteError, match="spaces"):
        memory.restore("Tabs")
    memory.forget("Spaces")
    assert memory.restore("Tabs").action == "restored"
    assert [hit.title for hit in memory.recall("tabs or spaces").hits] == ["Tabs"]


def test_removing_the_link_brings_the_superseded_note_back(memory: Memory) -> None:
    memory.remember("Use tabs.", title="Tabs")
    memory.remember("Use spaces.", title="Spaces", links={"supersedes": ["Tabs"]})
    memory.related("Spaces", remove={"supersedes": ["Tabs"]})
    assert {hit.title for hit in memory.recall("tabs or spaces").hits} == {"Tabs", "Spaces"}


def test_a_superseded_note_that_was_archived_is_superseded_again(memory: Memory) -> None:
    memory.remember("Use tabs.", title="Tabs")
    memory.remember("Use spaces.", title="Spaces", links={"supersedes": ["Tabs"]})
    memory.forget("Tabs")
    memory.restore("Tabs")
    assert memory.read("Tabs").properties["status"] == "superseded"


def test_both_are_idempotent(memory: Memory) -> None:
    memory.remember("Text.", title="Rule")
    assert memory.restore("Rule").action == "unchanged"
    memory.forget("Rule")
    assert memory.forget("Rule").action == "unchanged"


def test_a_stale_version_is_refused(memory: Memory) -> None:
    seen = memory.remember("Text.", title="Rule").note
    memory.revise("Rule", "Other text.")
    with pytest.raises(WriteConflictError):
        memory.forget("Rule", version=seen.version)
    assert memory.read("Rule").status == "active"


def test_an_unknown_note_is_named_with_what_it_may_be(memory: Memory) -> None:
    memory.remember("Text.", title="Deployment")
    with pytest.raises(NoteNotFoundError, match="deployment"):
        memory.forget("Deploymant")
