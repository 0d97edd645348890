"""Editing frontmatter: only the lines that must change do."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.data import data_folder
from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError
from vault_mem.notes.editing import Change
from vault_mem.notes.frontmatter import REMOVED, edit, read

NOTE = """\
---
# the note's own
type: decision   # chosen late
tags:
  # topics
  - api
  - 'versioning'   # since 2
aliases: [ one,  "two" ]
# told by
source: 'it''s'
empty:
text: |
  first

  second

"quoted key": 1
nested:
  a: 1
---
body
"""


def changed_lines(old: str, changes: dict[str, Change]) -> list[str]:
    new = edit(old.encode(), changes, path="a.md").decode()
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:2] not in {"--", "++", "@@"} or line == "--"]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"type": "note"}, ["-type: decision   # chosen late", "+type: note   # chosen late"]),
        ({"type": None}, ["-type: decision   # chosen late", "+type:   # chosen late"]),
        ({"type": ["a"]}, ["-type: decision   # chosen late", "+type:   # chosen late", "+  - a"]),
        ({"tags": ["api", "new: x", "versioning"]}, ['+  - "new: x"']),
        ({"tags": ["api", "versioning", "no"]}, ['+  - "no"']),
        ({"tags": ["versioning"]}, ["-  - api"]),
        ({"tags": ["api"]}, ["-  - 'versioning'   # since 2"]),
        ({"aliases": ["two", "a, b"]}, ['-aliases: [ one,  "two" ]', '+aliases: [ "two",  "a, b" ]']),
        ({"aliases": []}, ['-aliases: [ one,  "two" ]', "+aliases: []"]),
        ({"aliases": "one"}, ['-aliases: [ one,  "two" ]', "+aliases: one"]),
        ({"source": "it's not"}, ["-source: 'it''s'", "+source: 'it''s not'"]),
        ({"source": 5}, ["-source: 'it''s'", "+source: 5"]),
        ({"empty": "full"}, ["-empty:", "+empty: full"]),
        ({"empty": ["a", "b"]}, ["+  - a", "+  - b"]),
        ({"text": "one"}, ["-text: |", "-  first", "-", "-  second", "+text: one"]),
        ({"quoted key": 2}, ['-"quoted key": 1', '+"quoted key": 2']),
        ({"nested": "flat"}, ["-nested:", "-  a: 1", "+nested: flat"]),
        ({"nested": REMOVED}, ["-nested:", "-  a: 1"]),
        ({"source": REMOVED, "empty": REMOVED}, ["-source: 'it''s'", "-empty:"]),
        ({"new": "[[x]]", "more": ["a"]}, ['+new: "[[x]]"', "+more:", "+  - a"]),
        ({"missing": REMOVED}, []),
    ],
)
def test_only_these_lines_change(changes: dict[str, Change], lines: list[str]) -> None:
    assert changed_lines(NOTE, changes) == lines


def test_a_value_that_is_there_already_changes_nothing() -> None:
    data = NOTE.encode()
    same: dict[str, Change] = {key: value for key, value in read(data).properties.items() if key != "nested"}
    assert edit(data, same, path="a.md") == data


def test_types_are_told_apart() -> None:
    assert edit(b"---\na: 1\n---\n", {"a": True}, path="a.md") == b"---\na: true\n---\n"
    assert edit(b"---\na: 1\n---\n", {"a": 1.0}, path="a.md") == b"---\na: 1.0\n---\n"
    assert edit(b"---\na: no\n---\n", {"a": False}, path="a.md") == b"---\na: false\n---\n"


def test_a_list_keeps_its_indentation() -> None:
    assert edit(b"---\na:\n- x\n---\n", {"a": ["x", "z"]}, path="a") == b"---\na:\n- x\n- z\n---\n"
    assert edit(b"---\na:\n    -   x\n---\n", {"a": ["z", "x"]}, path="a") == b"---\na:\n    -   z\n    -   x\n---\n"


def test_comments_above_a_removed_item_stay() -> None:
    data = b"---\na:\n  # first\n  - x\n  # second\n  - y\n---\n"
    assert edit(data, {"a": ["y"]}, path="a") == b"---\na:\n  # first\n  # second\n  - y\n---\n"


def test_items_that_cannot_be_told_apart_keep_their_own_lines() -> None:
    data = b"---\na:\n  - x # 1\n  - x # 2\n---\n"
    assert edit(data, {"a": ["x", "x", "x"]}, path="a") == b"---\na:\n  - x # 1\n  - x # 2\n  - x\n---\n"


def test_a_flow_list_over_several_lines_keeps_them() -> None:
    data = b"---\na: [\n  x,\n  y\n]\nb: 1\n---\n"
    assert edit(data, {"a": ["x", "y", "z"]}, path="a") == b"---\na: [\n  x,\n  y,\n  z\n]\nb: 1\n---\n"


def test_values_over_several_lines_are_replaced_whole() -> None:
    assert edit(b"---\na: one\n  two\nb: 1\n---\n", {"a": "x"}, path="a") == b"---\na: x\nb: 1\n---\n"
    assert edit(b'---\na: "one\n  two" # c\nb: 1\n---\n', {"a": "x"}, path="a") == b'---\na: "x" # c\nb: 1\n---\n'
    assert edit(b"---\na:\n  one\nb: 1\n---\n", {"a": "x"}, path="a") == b"---\na: x\nb: 1\n---\n"


def test_line_breaks_bom_and_a_missing_last_newline_stay() -> None:
    data = b"\xef\xbb\xbf---\r\na: 1\r\ntags:\r\n  - x\r\n---\r\nbody"
    changed = edit(data, {"tags": ["x", "z"], "b": "new"}, path="a.md")
    assert changed == b"\xef\xbb\xbf---\r\na: 1\r\ntags:\r\n  - x\r\n  - z\r\nb: new\r\n---\r\nbody"
    assert edit(b"---\na: 1\n---", {"a": 2}, path="a.md") == b"---\na: 2\n---"


def test_an_indented_block_gets_indented_keys() -> None:
    assert edit(b"---\n  a: 1\n---\n", {"b": ["x"]}, path="a") == b"---\n  a: 1\n  b:\n    - x\n---\n"


@pytest.mark.parametrize(
    "data", [b"", b"body", b"# T\r\nbody\r\n", b"\xef\xbb\xbfbody\n", b"---\nno end\n", b"\n\nx\n"]
)
def test_a_note_without_frontmatter_gets_a_block_and_loses_it_again(data: bytes) -> None:
    once = edit(data, {"a": 1, "b": ["x"]}, path="a.md")
    assert read(once).properties == {"a": 1, "b": ["x"]}
    assert once.endswith(data.removeprefix(b"\xef\xbb\xbf"))
    assert edit(once, {"a": REMOVED, "b": REMOVED}, path="a.md") == data


def test_the_fences_stay_where_the_body_would_look_like_frontmatter() -> None:
    data = b"---\na: 1\n---\n---\nb: 2\n---\nbody\n"
    assert edit(data, {"a": REMOVED}, path="a.md") == b"---\n---\n---\nb: 2\n---\nbody\n"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"---\n- a\n---\n", 2, 1),
        (b"---\na: 1\na: 2\n---\n", 3, 1),
        (b"---\nx: 1\nd: {{date}}\n---\n", 3, 5),
        (b"---\na: \xff\n---\n", 2, 4),
        (b"---\n{a: 1}\n---\n", 2, 1),
        (b"---\n? a\n: 1\n---\n", 2, 1),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_place(data: bytes, line: int, column: int) -> None:
    with pytest.raises(MalformedFrontmatterError, match=rf"notes/a\.md:{line}:{column}: ") as caught:
        edit(data, {"new": 1}, path="notes/a.md")
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a", {"b": 1}),
        ("a", [["x"]]),
        ("a", [{"x": 1}]),
        ("a", "bell\x07"),
        ("", 1),
        ("a\nb", 1),
        (" a", 1),
        ("k" * 201, 1),
        ("a", "x" * 70_000),
    ],
)
def test_what_the_format_does_not_hold_is_refused(key: str, value: Change) -> None:
    with pytest.raises(InvalidNoteError):
        edit(b"---\nz: 1\n---\n", {key: value}, path="a.md")


def real_notes() -> list[Path]:
    notes = sorted((data_folder() / "vaults").rglob("*.md"))
    return [path for path in notes if read(path.read_bytes()).problem is None]


def test_fifty_real_notes_come_back_byte_for_byte() -> None:
    notes = real_notes()
    assert len(notes) > 300
    for path in notes[:: len(notes) // 50]:
        data = path.read_bytes()
        once = edit(data, {"reviewed": "2026-11-20"}, path=path.name)
        added = set(once.decode().splitlines()) - set(data.decode().splitlines())
        assert added <= {"---", "reviewed: 2026-11-20"}
        assert edit(once, {"reviewed": REMOVED}, path=path.name) == data


def test_every_key_of_every_real_note_can_be_changed_back() -> None:
    for path in real_notes():
        data = path.read_bytes()
        front = read(data)
        for key, value in front.properties.items():
            span = front.lines[key]
            changed = edit(data, {key: "something else"}, path=path.name)
            before, after = data.decode().splitlines(), changed.decode().splitlines()
            assert before[: span.first - 1] == after[: span.first - 1]
            tail = len(before) - span.last
            assert before[-tail:] == after[-tail:]
            assert read(edit(changed, {key: value}, path=path.name)).properties == front.properties
