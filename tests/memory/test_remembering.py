from __future__ import annotations

from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git
from vault_mem import Memory
from vault_mem.errors import InvalidNoteError, NoteNotFoundError


def test_a_memory_is_a_file_and_one_commit(memory: Memory, vault: Path) -> None:
    done = memory.remember(
        "We pin the version in the path.", title="API versioning", type="decision", key="api-versioning", tags=["api"]
    )
    assert done.note.path == "decisions/api-versioning.md"
    assert done.note.action == "created"
    text = (vault / done.note.path).read_text()
    assert text.startswith(f"---\nid: {done.note.id}\ntype: decision\nkey: api-versioning\ntags:\n  - api\ncreated: ")
    assert text.endswith("---\n# API versioning\n\nWe pin the version in the path.\n")
    assert git(vault, "status", "--porcelain") == ""
    message = git(vault, "log", "-1", "--format=%B")
    assert message.splitlines()[0] == "remember: decisions/api-versioning.md"
    assert f"Memory-Id: {done.note.id}" in message
    assert "Memory-Agent: tester" in message
    assert "Memory-Session: s1" in message
    assert git(vault, "rev-parse", "HEAD").strip() == done.commit == done.revision


def test_many_notes_are_one_commit(memory: Memory, vault: Path) -> None:
    before = int(git(vault, "rev-list", "--count", "HEAD"))
    done = memory.remember(notes=[{"text": f"Fact number {n}.", "title": f"Fact {n}"} for n in range(20)])
    assert len({note.path for note in done.notes}) == 20
    assert int(git(vault, "rev-list", "--count", "HEAD")) == before + 1
    assert git(vault, "log", "-1", "--format=%s").strip() == "remember: 20 notes"


def test_the_same_identity_is_revised_in_place(memory: Memory, vault: Path) -> None:
    first = memory.remember("Use Postgres 15.", key="database", type="decision")
    second = memory.remember("Use Postgres 16.", key="database", type="decision")
    assert second.note.action == "revised"
    assert second.note.path == first.note.path
    assert second.note.id == first.note.id
    assert (vault / first.note.path).read_text().endswith("Use Postgres 16.\n")
    assert len(memory.recall("postgres").hits) == 1


def test_the_same_key_in_another_namespace_or_type_is_another_note(memory: Memory) -> None:
    notes = [
        memory.remember("A.", key="database", type="decision").note,
        memory.remember("B.", key="database", type="gotcha").note,
        memory.remember("C.", key="database", type="decision", namespace="shop").note,
    ]
    assert len({note.path for note in notes}) == 3
    assert notes[2].path == "projects/shop/decisions/database-3.md"


@pytest.mark.parametrize("title", [None, "Databases"])
def test_identical_text_is_answered_with_the_note_that_says_it(memory: Memory, title: str | None) -> None:
    first = memory.remember("Use Postgres 15.", title=title)
    again = memory.remember("Use Postgres 15.", title=title)
    assert again.note.action == "unchanged"
    assert again.note.path == first.note.path
    assert again.note.version == first.note.version
    assert again.commit is None
    assert again.revision == first.commit


def test_identical_text_is_found_among_notes_that_begin_alike(memory: Memory) -> None:
    texts = ("Alpha\n\none", "Alpha\n\ntwo", "Alpha\n\ntwo", "Alpha\n\none")
    paths = [memory.remember(text).note.path for text in texts]
    assert paths == ["notes/alpha.md", "notes/alpha-2.md", "notes/alpha-2.md", "notes/alpha.md"]


def test_a_vault_may_state_defaults_by_type(vault: Path) -> None:
    config = vault / ".vault-mem/config.yaml"
    config.write_text(config.read_text() + "\ndefaults:\n  gotcha:\n    importance: 0.9\n    id: forged\n")
    with vault_mem.open_memory(vault) as memory:
        note = memory.remember("Mind the gap.", type="gotcha").note
        assert memory.read(note.path).properties["importance"] == 0.9
        assert memory.read(note.path).id == note.id
        assert "importance" not in memory.read(memory.remember("A fact.", type="fact").note.path).properties
        stated = memory.remember("Mind the step.", type="gotcha", importance=0.1).note
        assert memory.read(stated.path).properties["importance"] == 0.1


def test_a_near_duplicate_is_written_and_named(memory: Memory) -> None:
    first = memory.remember("The deploy script fails when the environment variable DATABASE_URL is missing.")
    second = memory.remember("The deploy script fails if the environment variable DATABASE_URL is missing!")
    assert second.note.action == "created"
    assert second.note.similar == (first.note.path,)
    assert memory.remember("Cats sleep for most of the day.").note.similar == ()


def test_names_are_unique_whatever_the_case(memory: Memory) -> None:
    paths = [
        memory.remember(f"Text {n}.", title=title).note.path for n, title in enumerate(["Café", "CAFÉ", "Cafe\u0301"])
    ]
    assert paths == ["notes/café.md", "notes/café-2.md", "notes/café-3.md"]


def test_superseding_retires_the_old_note_in_the_same_commit(memory: Memory, vault: Path) -> None:
    old = memory.remember("Passwords are hashed with bcrypt.", title="Password hashing")
    before = git(vault, "rev-list", "--count", "HEAD")
    new = memory.remember(
        "Passwords are hashed with argon2id.",
        title="Password hashing 2",
        valid_from="2026-01-01T00:00:00Z",
        links={"supersedes": ["Password hashing"]},
    )
    assert int(git(vault, "rev-list", "--count", "HEAD")) == int(before) + 1
    assert git(vault, "log", "-1", "--format=%s").startswith("supersede: notes/password-hashing-2.md")
    assert [note.path for note in new.notes] == ["notes/password-hashing-2.md"]
    retired = memory.read(old.note.path)
    assert retired.properties["status"] == "superseded"
    assert retired.properties["valid_to"] == "2026-01-01T00:00:00"
    assert retired.superseded_by == (new.note.path,)
    assert [hit.path for hit in memory.recall("how are passwords hashed").hits] == [new.note.path]


def test_links_within_one_act_may_name_each_other(memory: Memory) -> None:
    done = memory.remember(
        notes=[
            {"text": "One.", "title": "First", "links": {"depends_on": ["Second"]}},
            {"text": "Two.", "title": "Second"},
        ]
    )
    assert memory.read(done.notes[0].path).properties["depends_on"] == ["[[second]]"]
    assert done.notes[0].warnings == ()


def test_a_link_to_a_note_that_is_not_there_is_kept_with_a_warning(memory: Memory) -> None:
    done = memory.remember("One.", links={"references": ["Some day"]})
    assert memory.read(done.note.path).properties["references"] == ["[[Some day]]"]
    assert "Some day" in done.note.warnings[0]


def test_superseding_a_note_that_is_not_there_writes_nothing(memory: Memory, vault: Path) -> None:
    before = git(vault, "rev-parse", "HEAD")
    with pytest.raises(NoteNotFoundError):
        memory.remember("New.", links={"supersedes": ["nowhere"]})
    assert git(vault, "rev-parse", "HEAD") == before
    assert git(vault, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"text": ""}, "empty"),
        ({"text": "x" * 1_100_000}, "bytes"),
        ({"text": "a\x00b"}, "NUL"),
        ({"text": "a", "type": "rumour"}, "type"),
        ({"text": "a", "importance": 2}, "importance"),
        ({"text": "a", "key": "No Slug"}, "key"),
        ({"text": "a", "namespace": "../out"}, "namespace"),
        ({"text": "a", "tags": ["two words"]}, "tag"),
        ({"text": "a", "valid_from": "2026-02-30"}, "valid_from"),
        ({"text": "a", "colour": "red"}, "colour"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_written(
    memory: Memory, vault: Path, fields: dict[str, object], word: str
) -> None:
    before = git(vault, "rev-parse", "HEAD")
    with pytest.raises(InvalidNoteError, match=word) as caught:
        memory.remember(notes=[{"text": "Fine."}, fields])
    assert caught.value.hint
    assert git(vault, "rev-parse", "HEAD") == before


def test_a_keyed_note_that_was_forgotten_comes_back_when_it_is_written_again(memory: Memory) -> None:
    note = memory.remember("Use tabs.", key="indent").note
    memory.forget("indent")
    assert memory.remember("Use spaces.", key="indent").note.path == note.path
    assert memory.recall("spaces").hits[0].status == "active"
