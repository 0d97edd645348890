from __future__ import annotations

from pathlib import Path

import pytest

from vault_mem import Memory
from vault_mem.errors import InvalidNoteError, InvalidQueryError, NoteNotFoundError


@pytest.fixture
def linked(memory: Memory) -> Memory:
    memory.remember("Base.", title="A")
    memory.remember("See [[a]] and [[nowhere]].", title="B", links={"depends_on": ["A"]})
    memory.remember("End.", title="C", links={"part_of": ["B"]})
    return memory


def _triples(memory: Memory, note: str, depth: int = 1) -> set[tuple[str, str, str | None]]:
    return {(item.relation, item.direction, item.path) for item in memory.related(note, depth=depth).relations}


def test_links_and_backlinks_by_relation(linked: Memory) -> None:
    assert _triples(linked, "B") == {
        ("depends_on", "out", "notes/a.md"),
        ("links", "out", "notes/a.md"),
        ("links", "out", None),
        ("part_of", "in", "notes/c.md"),
    }


def test_depth_follows_links_onwards(linked: Memory) -> None:
    assert ("part_of", "in", "notes/c.md") not in _triples(linked, "A")
    assert ("part_of", "in", "notes/c.md") in _triples(linked, "A", depth=2)


def test_a_relation_is_added_and_removed_by_lines(linked: Memory, vault: Path) -> None:
    before = (vault / "notes/c.md").read_bytes()
    answer = linked.related("C", add={"references": ["A", "B"]}, reason="They belong together.")
    assert answer.commit
    assert linked.read("C").properties["references"] == ["[[a]]", "[[b]]"]
    linked.related("C", remove={"references": ["A"]})
    assert linked.read("C").properties["references"] == ["[[b]]"]
    linked.related("C", remove={"references": ["B"]})
    assert (vault / "notes/c.md").read_bytes() == before


def test_adding_supersedes_retires_the_note(linked: Memory) -> None:
    linked.related("C", add={"supersedes": ["A"]})
    assert linked.read("A").properties["status"] == "superseded"


BAD: tuple[tuple[dict[str, object], type[Exception]], ...] = (
    ({"depth": 0}, InvalidQueryError),
    ({"depth": 99}, InvalidQueryError),
    ({"add": {"references": ["nope"]}}, NoteNotFoundError),
    ({"add": {"references": ["A"]}}, InvalidNoteError),
    ({"remove": {"references": ["B"]}}, InvalidNoteError),
)


def test_bad_requests_are_refused(linked: Memory) -> None:
    for arguments, error in BAD:
        with pytest.raises(error):
            linked.related("A", **arguments)  # type: ignore[arg-type]  # the wrong kinds are the point
