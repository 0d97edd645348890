from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.callouts import joined
from vault_mem.notes.frontmatter import compose, read
from vault_mem.notes.identifiers import fold, is_id
from vault_mem.notes.model import NotePath
from vault_mem.vault.merging import Files, merge_files

ONE, TWO = "01K9ZQ3T8M5N2V7C4X6B1D0F9G", "01K9ZQ3T8M5N2V7C4X6B1D0FZZ"
BODY = "# Versions\n\nThe path has it.\n\nClients pin it.\n"


def note(body: str = BODY, identity: str | None = ONE, **properties: str) -> bytes:
    return compose({**({"id": identity} if identity else {}), **properties}, body)


def files(**contents: bytes) -> Files:
    return {NotePath(f"{name}.md"): content for name, content in contents.items()}


def nothing(_: str) -> bool:
    return False


def both_ways(
    base: Files, ours: Files, theirs: Files, *, is_taken: Callable[[str], bool] = nothing
) -> Mapping[NotePath, bytes]:
    found = merge_files(base, ours, theirs, is_taken=is_taken)
    assert merge_files(base, theirs, ours, is_taken=is_taken) == found
    assert len({fold(path) for path in found}) == len(found)
    return found


def test_a_move_and_an_edit_meet() -> None:
    edited = note(BODY + "More.\n")
    assert both_ways(files(a=note()), files(b=note()), files(a=edited)) == files(b=edited)


def test_of_two_moves_one_holds() -> None:
    assert both_ways(files(a=note()), files(c=note()), files(b=note())) == files(b=note())


def test_notes_that_changed_places_are_followed() -> None:
    one, two = note("One.\n", ONE), note("Two.\n", TWO)
    edited = note("One.\nMore.\n", ONE)
    assert both_ways(files(a=one, b=two), files(a=two, b=one), files(a=edited, b=two)) == files(a=two, b=edited)
    assert both_ways(files(a=one, b=two), files(b=one), files(a=one, b=note("Two, still.\n", TWO))) == {
        "b.md": one,
        "b-0fzz.md": note("Two, still.\n", TWO),
    }


def test_an_edited_note_is_not_deleted_but_an_unchanged_one_is() -> None:
    edited = note(BODY + "More.\n")
    assert both_ways(files(a=note(), b=note("B\n", TWO)), files(), files(a=edited, b=note("B\n", TWO))) == files(
        a=edited
    )


def test_different_notes_at_one_path_stand_side_by_side() -> None:
    small, large = note("One.\n", ONE), note("Two.\n", TWO)
    assert both_ways({}, files(a=large), files(a=small)) == {"a.md": small, "a-0fzz.md": large}
    assert both_ways({}, files(A=large), files(a=small)) == {"a.md": small, "A-0fzz.md": large}
    taken = both_ways({}, files(a=large), files(a=small), is_taken=lambda path: path == "a-0fzz.md")
    assert taken == {"a.md": small, "a-d0fzz.md": large}


def test_a_new_note_does_not_stand_beside_one_that_differs_in_case_alone() -> None:
    new = note("New.\n", TWO)
    merged = both_ways({}, files(Tea=new), {}, is_taken=lambda path: path == "tea.md")
    assert merged == {"Tea-0fzz.md": new}


def test_a_name_stays_as_short_as_file_systems_want_it() -> None:
    path = NotePath(f"f/{'é' * 125}.md")
    merged = both_ways({}, {path: note("One.\n", ONE)}, {path: note("Two.\n", TWO)})
    assert len(merged) == 2
    assert all(len(name.rpartition("/")[2].encode()) <= 255 for name in merged)


def test_a_callout_that_only_the_other_text_has_is_kept() -> None:
    ours = joined(note("One.\n"), b"Left by git.\n", commits=("9f3ab21ff", "8e2ab21ff"))
    merged = both_ways({}, files(a=ours), files(a=note("Two.\n")))
    texts = b"".join(merged.values())
    assert all(said in texts for said in (b"One.", b"Two.", b"Left by git."))


def test_a_note_that_was_there_keeps_its_path() -> None:
    there, new = note("There.\n", TWO), note("New.\n", ONE)
    merged = both_ways(files(a=there), files(a=there, A=new), files(a=note("There, edited.\n", TWO)))
    assert merged == {"a.md": note("There, edited.\n", TWO), "A-0f9g.md": new}


@pytest.mark.parametrize("paths", [("a", "a"), ("a", "b")])
def test_a_note_with_one_identity_made_twice_is_one(paths: tuple[str, str]) -> None:
    ours = {NotePath(f"{paths[0]}.md"): note("Same.\n", TWO, type="fact", key="k")}
    theirs = {NotePath(f"{paths[1]}.md"): note("Same.\n", ONE, type="fact", key="k")}
    assert both_ways({}, ours, theirs) == files(a=note("Same.\n", ONE, type="fact", key="k"))


def test_two_texts_stand_side_by_side_disputed_and_linked() -> None:
    ours = files(a=note(BODY.replace("The path", "A header"), type="fact", key="k"))
    theirs = files(a=note(BODY.replace("The path", "The host"), type="fact", key="k"))
    merged = both_ways(files(a=note(type="fact", key="k")), ours, theirs)
    (_, kept), (path, rival) = sorted(merged.items(), reverse=True)
    assert sorted(merged) == [path, "a.md"]
    mine, other = read(kept).properties, read(rival).properties
    assert path == f"a-{str(other['id'])[-4:].lower()}.md"
    assert is_id(str(other["id"]))
    assert str(other["id"])[:10] == ONE[:10]
    assert mine == {"id": ONE, "type": "fact", "key": "k", "status": "disputed", "contradicts": [f"[[{path[:-3]}]]"]}
    assert other == {"id": other["id"], "type": "fact", "status": "disputed", "contradicts": ["[[a]]"]}
    assert {b"A header has it." in text for text in (kept, rival)} == {True, False}
    assert {b"The host has it." in text for text in (kept, rival)} == {True, False}


def test_files_that_are_no_notes_are_merged_by_line() -> None:
    path = NotePath(".obsidian/app.json")
    assert both_ways({path: b"a\nb\n"}, {path: b"A\nb\n"}, {path: b"a\nB\n"}) == {path: b"A\nB\n"}
    assert both_ways({path: b"a\n"}, {path: b"x\n"}, {path: b"y\n"}) == {path: b"x\n"}


_PATHS = st.sampled_from([NotePath(path) for path in ("a.md", "A.md", "b.md", "f/a.md", "f/c.md")])
_BODIES = st.lists(st.sampled_from(["# a\n", "b\n", "c\n", "- d\n", "e\n"]), max_size=5).map("".join)
_NOTES = st.builds(note, _BODIES, st.sampled_from([ONE, TWO, None]), key=st.sampled_from("kl"))
_TREES = st.dictionaries(_PATHS, _NOTES, max_size=4).filter(lambda tree: len(set(map(fold, tree))) == len(tree))


@given(_TREES, _TREES, _TREES)
def test_nothing_that_a_side_wrote_is_lost(base: Files, ours: Files, theirs: Files) -> None:
    merged = both_ways(base, ours, theirs)
    old = {line for content in base.values() for line in content.splitlines()}
    new = {line for side in (ours, theirs) for content in side.values() for line in text(content)} - old
    assert new <= {line for content in merged.values() for line in text(content)}
    assert not any(read(content).problem for content in merged.values())
    assert both_ways(base, ours, ours) == dict(ours.items())


def text(content: bytes) -> list[bytes]:
    return content[read(content).body_start :].splitlines()
