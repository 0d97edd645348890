"""Reading frontmatter: what is a block, what its values are, and what is refused with its place."""

from __future__ import annotations

import time

import pytest
import yaml

from vault_mem.errors import MalformedFrontmatterError
from vault_mem.notes import frontmatter
from vault_mem.notes.frontmatter import compose, load_mapping, read
from vault_mem.notes.model import Lines, Value

NOTE = b"""---
id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G
# what kind
type: decision  # chosen late
tags:
  - api
  # the second
  - versioning
created: 2026-11-20T10:30:00
source: |
  two
  lines
---
# Title
"""


def test_a_block_is_read_in_file_order_with_its_lines() -> None:
    front = read(NOTE)
    assert list(front.properties.items()) == [
        ("id", "01K9ZQ3T8M5N2V7C4X6B1D0F9G"),
        ("type", "decision"),
        ("tags", ["api", "versioning"]),
        ("created", "2026-11-20T10:30:00"),
        ("source", "two\nlines\n"),
    ]
    assert front.lines == {
        "id": Lines(2, 2),
        "type": Lines(4, 4),
        "tags": Lines(5, 8),
        "created": Lines(9, 9),
        "source": Lines(10, 12),
    }
    assert front.item_lines["tags"] == (6, 8)
    assert NOTE[front.body_start :] == b"# Title\n"
    assert front.body_line == 14


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"\n---\na: b\n---\n",
        b"---\na: b\n",
        b"----\na: b\n----\n",
        b"---",
        b"--- a\nb: c\n---\n",
        b"---\ra: b\r---\r",
    ],
)
def test_without_fences_on_their_lines_all_is_body(data: bytes) -> None:
    front = read(data)
    assert not front.has_block
    assert front.problem is None
    assert data[front.body_start :] == data


@pytest.mark.parametrize("data", [b"---\n---\nx", b"---\n\n---\nx", b"--- \n# only a comment\n---\t\nx", b"---\n---"])
def test_a_block_without_keys_is_an_empty_mapping(data: bytes) -> None:
    front = read(data)
    assert front.has_block
    assert front.properties == {}
    assert data[front.body_start :] in {b"x", b""}


def test_bom_and_line_breaks_are_seen() -> None:
    front = read(b"\xef\xbb\xbf---\r\na: b\r\n---\r\nbody\r\n")
    assert (front.has_bom, front.eol, front.properties) == (True, "\r\n", {"a": "b"})
    assert read(b"\xef\xbb\xbfbody\r\n").body_start == 3
    assert read(b"one\r\ntwo\n").eol == "\r\n"


@pytest.mark.parametrize(
    ("block", "problem", "line", "column"),
    [
        ("- a\n- b\n", "not a mapping", 2, 1),
        ("\nJust a rule\n\n", "not a mapping", 3, 1),
        ("a: 1\nb: 2\na: 3\n", "'a' is there twice", 4, 1),
        ("date: {{date}}\n", "must stand in quotes", 2, 8),
        ("a: &x 1\n", "anchor", 2, 4),
        ("a: 1\nb: *x\n", "alias", 3, 4),
        ("a: !!python/object:os.system x\n", "tag", 2, 4),
        ("a: b: c\n", "mapping values are not allowed", 2, 5),
        ("a: @x\n", "cannot start any token", 2, 4),
        ("a: [x\n", "while parsing a flow sequence", 3, 1),
        ("a: 'x\n", "quoted scalar", 3, 1),
        ("? [a]\n: b\n", "a key that is not text", 2, 3),
        ('"": x\n', "a value without a key", 2, 1),
        ("a: 1\n...\n", "more than one document", 4, 1),
        ("--- x\n", "a document marker", 2, 1),
        ("a: b\x07c\n", "control character", 2, 5),
        ("a: b\rc: d\n", "control character", 2, 5),
        ('a: "\\ud800"\n', "while parsing a quoted scalar", 2, 7),
    ],
)
def test_malformed_blocks_are_named_with_their_place(block: str, problem: str, line: int, column: int) -> None:
    data = f"---\n{block}---\nbody\n".encode()
    front = read(data)
    assert front.problem is not None
    assert front.problem.code == "malformed-frontmatter"
    assert problem in front.problem.message
    assert (front.problem.line, front.problem.column) == (line, column)
    assert data[front.body_start :] == data
    assert front.properties == {}


@pytest.mark.parametrize("opening", ["[", "{", "[{", "- ", "? ", "a: [", '"', "!", "&a ", "* "])
def test_bombs_are_refused_at_once(opening: str) -> None:
    block = "a: " + opening * (60_000 // len(opening))
    started = time.perf_counter()
    front = read(f"---\n{block}\n---\n".encode())
    assert front.problem is not None
    assert time.perf_counter() - started < 1


def test_depth_keys_and_size_are_bounded() -> None:
    def problem(block: str) -> str | None:
        found = read(f"---\n{block}---\n".encode()).problem
        return found.message if found else None

    assert problem("a: [[[[[[[x]]]]]]]\n") is None
    assert problem("a: [[[[[[[[x]]]]]]]]\n") == "nested more than 8 levels deep"
    assert problem("".join(f"k{n}: 1\n" for n in range(200))) is None
    assert problem("".join(f"k{n}: 1\n" for n in range(201))) == "more than 200 keys"
    assert problem(f"a: {'x' * 65_000}\n") is None
    assert problem(f"a: {'x' * 66_000}\n") == "larger than 64 KB"


def test_brackets_in_quotes_are_no_bomb() -> None:
    assert read(b'---\na: "' + b"[" * 30_000 + b'"\n---\n').properties == {"a": "[" * 30_000}


def test_keys_are_the_text_they_are_written_as() -> None:
    front = read(b"---\n1: a\ntrue: b\n2026-11-20: c\n~: d\n<<: e\n---\n")
    assert list(front.properties) == ["1", "true", "2026-11-20", "~", "<<"]
    assert read(b'---\n1: a\n"1": b\n---\n').problem is not None


def test_a_persons_nested_values_can_be_read() -> None:
    front = read(b"---\na:\n  b: [1, {c: d}]\n  e: no\n---\n")
    assert front.properties == {"a": {"b": [1, {"c": "d"}], "e": "no"}}


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_both_of_the_parsers_of_pyyaml_agree(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontmatter, "_Loader", loader)
    front = read(NOTE.replace(b"\n", b"\r\n"))
    assert front.lines["source"] == Lines(10, 12)
    assert front.properties["source"] == "two\nlines\n"
    assert read(b'---\na: "\\UFFFFFFFF"\n---\n').problem is not None


def test_a_new_note_has_the_shape_of_the_format_page() -> None:
    properties: dict[str, Value] = {
        "id": "01K9ZQ3T8M5N2V7C4X6B1D0F9G",
        "type": "decision",
        "tags": ["api", "no"],
        "created": "2026-11-20T10:30:00",
        "confidence": 0.9,
        "pinned": True,
        "supersedes": ["[[api-header-versioning]]"],
        "empty": [],
    }
    data = compose(properties, "# T\n")
    assert data.decode() == (
        "---\n"
        "id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\n"
        "type: decision\n"
        "tags:\n"
        "  - api\n"
        '  - "no"\n'
        "created: 2026-11-20T10:30:00\n"
        "confidence: 0.9\n"
        "pinned: true\n"
        "supersedes:\n"
        '  - "[[api-header-versioning]]"\n'
        "empty: []\n"
        "---\n"
        "# T\n"
    )
    assert read(data).properties == properties
    assert compose({}, "# T\n") == b"# T\n"


def test_a_mapping_file_is_read_by_the_same_rules() -> None:
    assert load_mapping("format: 1\nlanguage: en\n", path="config.yaml") == {"format": 1, "language": "en"}
    assert load_mapping("", path="config.yaml") == {}
    assert load_mapping("\ufeff# none\n", path="config.yaml") == {}
    assert load_mapping("folders:\n  decision: choices\n", path="c") == {"folders": {"decision": "choices"}}
    with pytest.raises(MalformedFrontmatterError, match=r"config\.yaml:2:1: .*twice"):
        load_mapping("a: 1\na: 2\n", path="config.yaml")
    with pytest.raises(MalformedFrontmatterError, match=r"config\.yaml:1:1: .*larger"):
        load_mapping("a: " + "x" * 70_000, path="config.yaml")
    with pytest.raises(MalformedFrontmatterError, match="not a mapping"):
        load_mapping("- a\n", path="config.yaml")
