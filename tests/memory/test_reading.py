from __future__ import annotations

from pathlib import Path

import pytest

from vault_mem import Memory
from vault_mem.errors import AmbiguousNoteError, NoteNotFoundError, SectionNotFoundError


def test_a_note_answers_to_all_its_names(memory: Memory, vault: Path) -> None:
    note = memory.remember("Text.", title="API Versioning", key="api", type="decision").note
    path = vault / note.path
    path.write_text(path.read_text().replace("key: api\n", "key: api\naliases:\n  - url versions\n"))
    assert note.id
    for name in (
        note.id,
        note.id[:14],
        note.id.lower(),
        "api",
        "API versioning",
        "Url Versions",
        note.path,
        "decisions/api",
        "[[api|x]]",
    ):
        assert memory.read(name).path == note.path


def test_sections_and_lines_are_read_alone(memory: Memory) -> None:
    memory.remember("# Rule\n\nTop.\n\n## Why\n\nBecause.\n\n### Deep\n\nMore.\n\n## How\n\nSo.\n", title="Rule")
    why = memory.read("Rule", section="why")
    assert why.text == "## Why\n\nBecause.\n\n### Deep\n\nMore.\n\n"
    first = memory.read("Rule", section=f"L{why.lines.first}-L{why.lines.first}")
    assert first.text == "## Why\n"
    with pytest.raises(SectionNotFoundError, match="How"):
        memory.read("Rule", section="When")


def test_an_ambiguous_name_lists_what_it_may_mean(memory: Memory, vault: Path) -> None:
    for folder in ("a", "b"):
        (vault / folder).mkdir()
        (vault / folder / "twin.md").write_text(f"In {folder}.\n")
    with pytest.raises(AmbiguousNoteError, match=r"a/twin\.md"):
        memory.read("twin")
    assert memory.read("b/twin").text == "In b.\n"


def test_an_unknown_note_is_not_found_whatever_it_is_called(memory: Memory) -> None:
    memory.remember("Text.")
    for name in ("", "../secret", "/etc/passwd", "a\x00b", "x" * 5_000, "--help", "no such note"):
        with pytest.raises(NoteNotFoundError):
            memory.read(name)


def test_an_error_names_the_moment_as_it_was_asked_for(memory: Memory) -> None:
    commit = memory.remember("Text.").commit or ""
    for at in ("main", commit):
        with pytest.raises(NoteNotFoundError, match=f"at {at}"):
            memory.read("nothing", at=at)


def test_uncommitted_text_is_read_and_said_to_be(memory: Memory, vault: Path) -> None:
    (vault / "hand.md").write_text("By hand.\n")
    note = memory.read("hand")
    assert note.dirty
    assert note.commit is None
