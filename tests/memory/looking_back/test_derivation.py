"""What notes were made from: the tree down to the sources, and how much of them is left."""

from __future__ import annotations

import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import NoteNotFoundError
from vault_mem.memory.answers import Derivation
from vault_mem.memory.looking_back.derivations import MAX_ORIGINS


def tree(answer: Derivation) -> list[tuple[int, str, str | None]]:
    return [(origin.depth, origin.relation, origin.path) for origin in answer.origins]


def put(memory: Memory, name: str, body: str = "", **relations: list[str]) -> None:
    """Write a note by hand."""
    lines = [f"{key}:\n" + "".join(f'  - "[[{name}]]"\n' for name in names) for key, names in relations.items()]
    frontmatter = f"---\n{''.join(lines)}---\n" if lines else ""
    write(memory.root, f"{name}.md", f"{frontmatter}# {name}\n{body}\n")


def test_the_tree_goes_down_to_the_sources(memory: Memory) -> None:
    put(memory, "summary", derived_from=["monday", "tuesday"], supersedes=["draft"])
    put(memory, "monday", derived_from=["minutes"])
    put(memory, "tuesday")
    put(memory, "minutes")
    put(memory, "draft")
    assert tree(memory.derivation("summary")) == [
        (1, "derived_from", "monday.md"),
        (2, "derived_from", "minutes.md"),
        (1, "derived_from", "tuesday.md"),
        (1, "supersedes", "draft.md"),
    ]
    assert memory.derivation("summary").origins[-1].status == "superseded"


def test_coverage_is_the_share_of_distinct_content_words(memory: Memory) -> None:
    put(memory, "sum", "The deployment uses blue deployments.", derived_from=["src"])
    write(memory.root, "src.md", "Deployments are blue and blue, never green at noon.\n")
    answer = memory.derivation("sum")
    # Of deploy, blue, never, green, noon; and, are, at are stop words, and repeats count once.
    assert answer.coverage == pytest.approx(2 / 5)
    assert answer.origins[0].coverage == pytest.approx(2 / 5)


def test_the_whole_is_measured_against_the_ends_and_each_origin_against_its_parent(memory: Memory) -> None:
    write(memory.root, "end.md", "apples pears plums cherries\n")
    write(memory.root, "middle.md", '---\nderived_from: "[[end]]"\n---\napples pears\n')
    write(memory.root, "top.md", '---\nderived_from: "[[middle]]"\n---\napples\n')
    answer = memory.derivation("top")
    assert answer.coverage == pytest.approx(1 / 4)
    assert [origin.coverage for origin in answer.origins] == [pytest.approx(1 / 2), pytest.approx(1 / 2)]


def test_words_of_the_frontmatter_do_not_count(memory: Memory) -> None:
    write(memory.root, "src.md", "---\ntags:\n  - zebra\n---\nyak\n")
    write(memory.root, "sum.md", '---\nderived_from: "[[src]]"\ntags:\n  - zebra\n---\nemu\n')
    assert memory.derivation("sum").coverage == 0


def test_a_note_without_origins_has_no_coverage(memory: Memory) -> None:
    put(memory, "alone")
    answer = memory.derivation("alone")
    assert (answer.origins, answer.coverage, answer.revision) == (
        (),
        None,
        git(memory.root, "rev-parse", "HEAD").strip(),
    )
    assert answer.dirty


def test_a_circle_ends_and_a_shared_source_is_told_once(memory: Memory) -> None:
    put(memory, "a", derived_from=["b", "c"])
    put(memory, "b", derived_from=["a", "shared"])
    put(memory, "c", derived_from=["shared"])
    put(memory, "shared", derived_from=["deep"])
    put(memory, "deep", derived_from=["deep", "a"])
    answer = memory.derivation("a")
    assert [(origin.path, origin.is_repeated) for origin in answer.origins] == [
        ("b.md", False),
        ("a.md", True),
        ("shared.md", False),
        ("deep.md", False),
        ("a.md", True),
        ("c.md", False),
        ("shared.md", True),
    ]
    assert answer.coverage is not None


def test_a_broken_link_is_shown_as_written(memory: Memory) -> None:
    put(memory, "orphan", derived_from=["lost"])
    (origin,) = memory.derivation("orphan").origins
    assert (origin.path, origin.title, origin.version, origin.coverage) == (None, "lost", None, None)
    assert memory.derivation("orphan").coverage is None


def test_a_chain_of_many_notes_is_cut_and_says_so(memory: Memory) -> None:
    for number in range(MAX_ORIGINS + 2):
        put(memory, f"n{number}", derived_from=[f"n{number + 1}"])
    answer = memory.derivation("n0")
    assert len(answer.origins) == MAX_ORIGINS
    assert answer.origins[-1].depth == MAX_ORIGINS
    assert answer.notice
    assert not memory.derivation("n2").notice


def test_the_past_has_the_tree_of_then(memory: Memory) -> None:
    memory.remember("# Old minutes\n\napples pears")
    memory.remember("# Digest\n\napples", links={"derived_from": ["Old minutes"]})
    then = git(memory.root, "rev-parse", "HEAD").strip()
    memory.revise("Digest", "apples pears minutes")
    memory.related("Digest", remove={"derived_from": ["Old minutes"]})
    assert memory.derivation("Digest").origins == ()
    answer = memory.derivation("Digest", at=then)
    assert [origin.title for origin in answer.origins] == ["Old minutes"]
    assert answer.revision == then
    with pytest.raises(NoteNotFoundError, match="at "):
        memory.derivation("Digest", at=git(memory.root, "rev-parse", f"{then}~1").strip())
