"""A note that has an id is followed wherever it is moved; one without is its path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import HOUR, commit, committing_at, day, head, merge, remembering
from tests.vaults import git, write
from vault_mem.errors import NoteNotFoundError

ID = "01K9ZQ3T8M5N2V7C4X6B1D0F9G"
PLACES = ("first.md", "folder/second.md", "folder/deeper/third.md")

Move = Callable[[Path, str, str, int, str], tuple[str, ...]]
"""Moves a note on a day, with this text, and returns the commits that wrote it there, newest first."""


def text(number: int, identity: str | None = ID) -> str:
    frontmatter = f"---\nid: {identity}\n---\n" if identity else ""
    return f"{frontmatter}# The rule\n\nThe tide is {number} metres, and the rule holds.\n"


def by_git(vault: Path, old: str, new: str, number: int, content: str) -> tuple[str, ...]:
    return (commit(vault, day(number), {old: None, new: content}),)


def by_hand(vault: Path, old: str, new: str, number: int, content: str) -> tuple[str, ...]:
    """Moved in the work tree, and adopted when an agent writes to the note."""
    (vault / new).parent.mkdir(exist_ok=True, parents=True)
    (vault / old).rename(vault / new)
    write(vault, new, content)
    with committing_at(day(number)), remembering(vault, now=day(number)) as memory:
        memory.revise(new, set={"importance": number / 100})
    return tuple(git(vault, "rev-list", "-2", "HEAD").split())


def by_merge(vault: Path, old: str, new: str, number: int, content: str) -> tuple[str, ...]:
    git(vault, "switch", "-qc", "side")
    own = commit(vault, day(number) - 6 * HOUR, {old: None, new: content})
    git(vault, "switch", "-q", "main")
    commit(vault, day(number) - HOUR, {"other.md": f"Other, day {number}.\n"})
    merge(vault, day(number), "side")
    git(vault, "branch", "-qd", "side")
    return (own,)


@pytest.mark.parametrize("edited", [False, True], ids=["as it was", "edited"])
@pytest.mark.parametrize("move", [by_git, by_hand, by_merge])
def test_a_note_that_was_moved_twice_keeps_its_whole_history(vault: Path, move: Move, edited: bool) -> None:
    first: tuple[str, ...] = (commit(vault, day(8), {PLACES[0]: text(8)}),)
    commits = [(first, PLACES[0])]
    for number, old, new in ((15, *PLACES[:2]), (22, *PLACES[1:])):
        content = text(number) if edited else (vault / old).read_text()
        commits.insert(0, (move(vault, old, new, number, content), new))
    expected = [(each, path) for group, path in commits for each in group]
    with remembering(vault) as memory:
        for name in (PLACES[2], ID, "The rule", "third"):
            versions = memory.history(name).versions
            assert [(version.commit, version.path) for version in versions] == expected
        for number, path in zip((8, 15, 22), PLACES, strict=True):
            at = f"2026-01-{number + 1:02}"
            for name in (path, PLACES[2], ID, "The rule"):
                note = memory.history(name, view="as-of", at=at).note
                assert note is not None
                assert (note.path, note.id) == (path, ID)
                assert f"{number if edited else 8} metres" in note.text
            assert [hit.path for hit in memory.recall("tide rule", at=at, path=path).hits] == [path]
        with pytest.raises(NoteNotFoundError):
            memory.history(PLACES[2], view="as-of", at="2026-01-07")


def test_the_place_it_left_tells_how_it_left(vault: Path) -> None:
    first = commit(vault, day(8), {PLACES[0]: text(8)})
    moved = by_git(vault, *PLACES[:2], 15, text(15))
    with remembering(vault) as memory:
        versions = memory.history(PLACES[0]).versions
        assert [(version.commit, version.blob is None) for version in versions] == [(moved[0], True), (first, False)]
        with pytest.raises(NoteNotFoundError):
            memory.read(PLACES[0])
        assert {note.kind: note.old_path for note in memory.changes(since=first).notes} == {"revised": PLACES[0]}


def test_a_note_without_an_id_is_its_path(vault: Path) -> None:
    first = commit(vault, day(8), {PLACES[0]: text(8, None)})
    moved = commit(vault, day(15), {PLACES[0]: None, PLACES[1]: text(15, None)})
    revised = commit(vault, day(22), {PLACES[1]: text(22, None)})
    with remembering(vault) as memory:
        assert [version.commit for version in memory.history(PLACES[1]).versions] == [revised, moved]
        assert [version.commit for version in memory.history(PLACES[0]).versions] == [moved, first]
        assert memory.read(PLACES[0], at="2026-01-09").text == text(8, None)
        for name in (PLACES[1], "second"):
            with pytest.raises(NoteNotFoundError):
                memory.history(name, view="as-of", at="2026-01-09")
        assert memory.history(PLACES[1], view="as-of", at="2026-01-16").note == memory.read(PLACES[1], at=moved)


def test_a_page_of_logseq_with_an_id_is_followed(vault: Path) -> None:
    page = f"id:: {ID}\n\n- The tide is {{}} metres.\n"
    first = commit(vault, day(8), {PLACES[0]: page.format(8)})
    moved = commit(vault, day(15), {PLACES[0]: None, PLACES[1]: page.format(15)})
    with remembering(vault) as memory:
        assert [version.commit for version in memory.history(ID).versions] == [moved, first]


def test_another_note_at_the_same_place_is_another_note(vault: Path) -> None:
    other = "01K9ZQ3T8M5N2V7C4X6B1D0F9H"
    commit(vault, day(8), {PLACES[0]: text(8)})
    commit(vault, day(15), {PLACES[0]: None, PLACES[1]: text(15)})
    came = commit(vault, day(22), {PLACES[0]: text(22, other)})
    with remembering(vault) as memory:
        assert [version.commit for version in memory.history(PLACES[0]).versions] == [came]
        assert len(memory.history(PLACES[1]).versions) == 2
        assert memory.history(other).versions == memory.history(PLACES[0]).versions
        assert memory.read(PLACES[0], at="2026-01-09").id == ID


def test_a_note_that_takes_the_place_of_another_leaves_it_its_history(vault: Path) -> None:
    other = "01K9ZQ3T8M5N2V7C4X6B1D0F9H"
    first = commit(vault, day(8), {"a.md": text(1), "b.md": text(2, other)})
    taken = commit(vault, day(15), {"a.md": text(2, other), "b.md": None})
    with remembering(vault) as memory:
        versions = [(version.commit, version.path) for version in memory.history(other).versions]
        assert versions == [(taken, "a.md"), (first, "b.md")]


def test_the_logs_of_two_notes_that_change_places_are_their_own(vault: Path) -> None:
    other = "01K9ZQ3T8M5N2V7C4X6B1D0F9H"
    first = commit(vault, day(8), {"a.md": text(1), "b.md": text(2, other)})
    swapped = commit(vault, day(15), {"a.md": text(2, other), "b.md": text(1)})
    with remembering(vault) as memory:
        for identity, path, before in ((ID, "b.md", "a.md"), (other, "a.md", "b.md")):
            versions = [(version.commit, version.path) for version in memory.history(identity).versions]
            assert versions == [(swapped, path), (first, before)]


def test_two_notes_that_change_places_are_as_they_were(vault: Path) -> None:
    other = "01K9ZQ3T8M5N2V7C4X6B1D0F9H"
    commit(vault, day(8), {"a.md": text(1), "b.md": text(2, other)})
    commit(vault, day(15), {"a.md": text(2, other), "b.md": text(1)})
    with remembering(vault) as memory:
        for at, path, expected in (("2026-01-09", "a.md", 1), ("2026-01-16", "b.md", 1)):
            note = memory.history(ID, view="as-of", at=at).note
            assert note is not None
            assert (note.path, note.text) == (path, text(expected))


def test_a_note_that_was_deleted_and_came_back_keeps_its_history(vault: Path) -> None:
    commits = [commit(vault, day(8), {"a.md": text(1)}), commit(vault, day(15), {"a.md": None})]
    commits.append(commit(vault, day(22), {"a.md": text(2)}))
    with remembering(vault) as memory:
        assert [version.commit for version in memory.history(ID).versions] == commits[::-1]
        for at in ("2026-01-16", commits[1]):
            with pytest.raises(NoteNotFoundError):
                memory.history("a", view="as-of", at=at)


@pytest.mark.parametrize("mover", ["main", "side"])
def test_a_note_moved_on_one_line_and_edited_on_the_other_has_both_in_its_log(vault: Path, mover: str) -> None:
    base = commit(vault, day(8), {"a.md": text(8) + "\n\nLast.\n"})
    git(vault, "switch", "-qc", "side")
    git(vault, "switch", "-q", mover)
    git(vault, "mv", "a.md", "b.md")
    moved = commit(vault, day(9))
    revised = commit(vault, day(10), {"b.md": (vault / "b.md").read_text().replace("Last.", "The last line.")})
    git(vault, "switch", "-q", "side" if mover == "main" else "main")
    edited = commit(vault, day(11), {"a.md": (vault / "a.md").read_text().replace("# The rule", "# A rule")})
    git(vault, "switch", "-q", "main")
    joined = merge(vault, day(12), "side")
    with remembering(vault) as memory:
        versions = memory.history(ID).versions
        assert versions[0].commit == joined
        assert {version.commit for version in versions} == {base, moved, revised, edited, joined}
        assert head(vault) == joined
