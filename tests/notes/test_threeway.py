from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.frontmatter import compose, read
from vault_mem.notes.merging import both_merged
from vault_mem.notes.model import Value
from vault_mem.notes.threeway import MergedNote, merge_note

BODY = "# Versions\n\nThe path has it.\n\nClients pin it.\n"


def note(body: str = BODY, **properties: Value) -> bytes:
    return compose({"id": "01K9ZQ3T8M5N2V7C4X6B1D0F9G", **properties}, body)


def both_ways(base: bytes | None, ours: bytes, theirs: bytes) -> MergedNote:
    found = merge_note(base, ours, theirs)
    assert merge_note(base, theirs, ours) == found
    return found


def test_each_side_changes_something_else() -> None:
    ours = note(BODY.replace("The path", "The URL's path"), tags=["api"])
    theirs = note(BODY + "\nSee the policy.\n", tags=["api"], importance=0.9)
    merged = both_ways(note(tags=["api"]), ours, theirs)
    expected = BODY.replace("The path", "The URL's path") + "\nSee the policy.\n"
    assert merged == MergedNote(note(expected, tags=["api"], importance=0.9))


def test_what_both_add_at_the_end_is_kept() -> None:
    merged = both_ways(note(), note(BODY + "- one\n"), note(BODY + "- two\n"))
    assert merged == MergedNote(note(BODY + "- one\n- two\n"))


def test_the_same_line_said_otherwise_leaves_two_texts_that_agree_in_the_rest() -> None:
    ours = note(BODY.replace("The path", "A header"), tags=["ours"])
    theirs = note(BODY.replace("The path", "The host").replace("pin it", "follow it"), tags=["theirs"])
    merged = both_ways(note(), ours, theirs)
    assert merged.rival is not None
    texts = sorted((merged.content, merged.rival))
    said = BODY.replace("pin it", "follow it")
    assert texts == [
        note(said.replace("The path", "A header"), tags=["ours", "theirs"]),
        note(said.replace("The path", "The host"), tags=["ours", "theirs"]),
    ]


def test_a_property_with_two_new_values_clashes() -> None:
    merged = both_ways(note(key="a"), note(key="b"), note(key="c"))
    assert merged == MergedNote(note(key="b"), note(key="c"))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (["a", "b"], ["a"], ["a", "b", "c"], ["a", "c"]),
        (["a"], ["a", "x"], ["a", "m"], ["a", "m", "x"]),
        (["a", "b"], ["b"], ["a"], []),
        ([1], [1, True], [1, "1"], [1, True, "1"]),
    ],
)
def test_lists_are_merged_as_sets(base: Value, ours: Value, theirs: Value, expected: Value) -> None:
    merged = both_ways(note(tags=base), note(tags=ours), note(tags=theirs))
    assert merged.rival is None
    assert read(merged.content).properties["tags"] == expected


def test_the_earlier_creation_holds() -> None:
    early, late = "2026-01-01T00:00:00", "2026-02-01T00:00:00"
    assert both_ways(note(), note(created=late), note(created=early)) == MergedNote(note(created=early))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [("archived", "superseded", "superseded"), ("disputed", "superseded", "disputed"), ("inbox", "active", "inbox")],
)
def test_of_two_new_statuses_the_one_that_says_more_against_it_holds(ours: str, theirs: str, expected: str) -> None:
    base = note(status="hypothesis")
    assert both_ways(base, note(status=ours), note(status=theirs)) == MergedNote(note(status=expected))


def test_an_edited_text_is_not_forgotten_with_the_old_one() -> None:
    edited = note(BODY + "It is /v2 now.\n")
    assert both_ways(note(), edited, note(status="archived")) == MergedNote(edited)
    tagged = note(tags=["a"])
    merged = both_ways(note(), tagged, note(status="archived"))
    assert read(merged.content).properties["status"] == "archived"


def test_notes_that_both_made_are_two_texts() -> None:
    merged = both_ways(None, note("One.\n", tags=["a"]), note("Two.\n", tags=["b"]))
    assert merged.rival is not None
    assert [read(text).properties["tags"] for text in (merged.content, merged.rival)] == [["a", "b"]] * 2
    assert sorted(text[read(text).body_start :] for text in (merged.content, merged.rival)) == [b"One.\n", b"Two.\n"]


def test_what_cannot_be_read_is_merged_as_text() -> None:
    broken = b"---\na: [1\n---\n"
    assert (
        both_ways(broken + b"x\n", broken + b"x\ny\n", b"z\n" + broken + b"x\n").content == b"z\n" + broken + b"x\ny\n"
    )


_LINES = st.lists(st.sampled_from(["# a\n", "b\n", "c\n", "\n", "- d\n", "é\n"]), max_size=7).map("".join)
_VALUES = st.one_of(
    st.sampled_from(["x", "archived", "active", "2026-01-01"]), st.booleans(), st.lists(st.sampled_from("ab"))
)
_NOTES = st.builds(
    lambda body, properties: compose(properties, body),
    _LINES,
    st.dictionaries(st.sampled_from(["tags", "status", "created", "key"]), _VALUES, max_size=3),
)


@given(_NOTES | st.none(), _NOTES, _NOTES)
def test_neither_side_decides_and_nothing_is_lost(base: bytes | None, ours: bytes, theirs: bytes) -> None:
    merged = both_ways(base, ours, theirs)
    texts = [merged.content, *([merged.rival] if merged.rival is not None else [])]
    assert not any(read(text).problem for text in texts)
    old = set() if base is None else set(base[read(base).body_start :].splitlines())
    written = {line for side in (ours, theirs) for line in side[read(side).body_start :].splitlines()} - old
    kept = {line for text in texts for line in text[read(text).body_start :].splitlines()}
    assert written <= kept
    assert both_ways(base, ours, ours) == MergedNote(ours)
    if base is not None:
        assert both_ways(base, ours, base) == MergedNote(ours)


@given(_LINES, _LINES, _LINES)
def test_texts_are_merged_the_same_from_both_sides(base: str, ours: str, theirs: str) -> None:
    data, first, second = (text.encode() for text in (base, ours, theirs))
    assert both_merged(data, first, second) == both_merged(data, second, first)[::-1]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (None, b"---\n---", b"b\na\n---\n"),
        (None, b"\xd1", b"---\n---"),
        (b"---\na: 1\n---\n", b"---\na: 1\n---", b"---\na: 1\n---\ntext\n"),
        (b"x\n", b"---\nb: 1\n---\nx\n", b"y\nx\n"),
        (b"x\n", b"x\n---\nb\n---\n", b"---\nx\n"),
    ],
)
def test_text_is_not_taken_for_frontmatter_nor_that_for_text(base: bytes | None, ours: bytes, theirs: bytes) -> None:
    merged = both_ways(base, ours, theirs)
    texts = [text for text in (merged.content, merged.rival) if text is not None]
    assert not any(read(text).problem for text in texts)
    kept = {line for text in texts for line in text.splitlines()}
    old = set() if base is None else set(base.splitlines())
    assert {line for side in (ours, theirs) for line in side.splitlines()} - old <= kept
