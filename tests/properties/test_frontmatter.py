"""Frontmatter: reading agrees with a plain model, edits touch their key's lines only, nothing raises."""

from __future__ import annotations

import re
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.data import data_folder
from vault_mem.notes.document import parse
from vault_mem.notes.frontmatter import REMOVED, compose, edit, read
from vault_mem.notes.model import Lines, Scalar, Value
from vault_mem.notes.scalars import resolve_plain, write_scalar
from vault_mem.notes.subset import read_entries

KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
TRICKY = [
    "no",
    "1984",
    "1.10",
    "1e3",
    "0o17",
    "12:30",
    "2026-02-30",
    "[[x]]",
    "a: b",
    "a #b",
    "- x",
    "null",
    "\u2028",
    "'",
]
TEXTS = st.sampled_from(TRICKY) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.just("\n"),
    max_size=12,
)
SCALARS: st.SearchStrategy[Scalar] = (
    TEXTS
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda number: round(number, 4))
    | st.none()
)
VALUES: st.SearchStrategy[Value] = SCALARS | st.lists(SCALARS, max_size=4).map(lambda items: [*items])
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=6)
BODIES = st.sampled_from(["", "body", "# T\n\nbody\n", "---\n", "\n---\na: 1\n---\n", "a\r\nb"])


@st.composite
def blocks(draw: st.DrawFn, *, min_keys: int = 1) -> tuple[bytes, dict[str, Lines]]:
    """Write a note as people do: comments, blank lines, flow lists, quotes, CRLF; with the lines of each key."""
    eol = draw(st.sampled_from(["\n", "\r\n"]))
    lines, spans = ["---"], {}
    for key in draw(st.lists(KEYS, min_size=min_keys, max_size=5, unique=True)):
        lines += draw(st.sampled_from([[], [""], ["# about it"], ["", " # indented"]]))
        first = len(lines) + 1
        lines += [line.replace("K", key) for line in draw(st.sampled_from(FORMS))]
        spans[key] = Lines(first, len(lines))
    lines += draw(st.sampled_from([[], ["# at the end"]]))
    text = eol.join([*lines, "---", draw(BODIES).replace("\r\n", "\n").replace("\n", eol)])
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode(), spans


PIECES = [
    "---\n",
    ": ",
    "- ",
    "#",
    "&a",
    "*a",
    "!t",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\n",
    "\t",
    "  ",
    "? ",
    "k",
    "...",
    "|",
    ">",
]
SYNTAX = "ab01-_.:,;#&*!|>?%@`'\"\\[]{}()/=<~^+$ \t\x85\xa0é数😀\u2028\ufeff"
VALUE_TEXTS = st.one_of(
    st.sampled_from([*TRICKY, "---", "...", "2026-01-02T03:04:05Z", "'a b'", '"x"', "one", "two words", "12", "true"]),
    st.text("ab01 :#-.'é", max_size=6),
    st.text(SYNTAX, max_size=6),
)
COMMON_LINES = st.one_of(
    st.builds("{}: {}".format, KEYS | st.just("a b"), VALUE_TEXTS),
    st.builds("{}:{}{}".format, KEYS, st.sampled_from(["", "  "]), VALUE_TEXTS),
    st.builds("{}:\n{}- {}".format, KEYS, st.sampled_from(["", "  "]), VALUE_TEXTS),
    st.builds("{}- {}".format, st.sampled_from(["", "  "]), VALUE_TEXTS),
    st.builds("{}: [{}]".format, KEYS, st.lists(VALUE_TEXTS, max_size=3).map(", ".join)),
    KEYS.map("{}:".format),
)
FORMS = [
    ["K: one"],
    ["K: two words  # why"],
    ["K:"],
    ["K: 1.5"],
    ["K: 'it''s'"],
    ['K: "a \\" b" # c'],
    ["K: [a,  'b' ]"],
    ["K: []"],
    ["K: [a,", "  b", "  ]  # end"],
    ["K:", "  - a", "  - 'b'  # c"],
    ["K:", "- a", "# between", "- b"],
    ["K:   # list", "    -   a", "", "    -   b"],
    ["K: |", "  one", "   two"],
    ["K: >-", "  one", "  two"],
    ["K: one", "  more"],
    ["K:", "  one"],
    ["K:", "  sub: 1", "  list: [x]"],
    ['"K": quoted'],
]


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd_to_read(data: bytes) -> None:
    for whole in (data, b"---\n" + data, b"---\n" + data + b"\n---\nbody"):
        front = read(whole)
        assert 0 <= front.body_start <= len(whole)
        document = parse(whole)
        assert document.body_line == front.body_line or document.text == ""


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_yaml_is_too_odd_to_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert parse(f"---\n{text}\n---\n".encode()).body_line >= 1


@given(MAPPINGS, BODIES)
def test_what_is_written_reads_back(properties: dict[str, Value], body: str) -> None:
    data = compose(properties, body)
    if properties:
        front = read(data)
        assert repr(front.properties) == repr(properties)
        assert data[front.body_start :] == body.encode()


@given(st.lists(COMMON_LINES, max_size=6))
def test_common_frontmatter_means_what_the_yaml_parser_says(lines: list[str]) -> None:
    agrees_with_the_yaml_parser("".join(f"{line}\n" for line in lines))


def test_real_frontmatter_means_what_the_yaml_parser_says() -> None:
    blocks = [read(path.read_bytes()).block for path in (data_folder() / "vaults").rglob("*.md")]
    assert sum(read_entries(block, most=200) is not None for block in blocks if block) > 0
    for block in blocks:
        agrees_with_the_yaml_parser(block)


def agrees_with_the_yaml_parser(block: str) -> None:
    """Compare with the block and a comment behind it, which only the YAML parser reads and which moves nothing."""
    if read_entries(block, most=200) is None:
        return
    fast = read(f"---\n{block}---\n".encode())
    slow = read(f"---\n{block}# end\n---\n".encode())
    assert read_entries(f"{block}# end\n", most=200) is None
    assert (fast.problem, repr(fast.entries)) == (slow.problem, repr(slow.entries))
    assert repr(fast.properties) == repr(slow.properties)
    assert (fast.lines, fast.item_lines, fast.is_block_style) == (slow.lines, slow.item_lines, slow.is_block_style)


@given(SCALARS)
def test_a_written_scalar_is_the_same_to_other_readers(value: Scalar) -> None:
    # PyYAML stands for YAML 1.1 (dates are text to us); the pattern holds the numbers of YAML 1.2's core schema.
    written = write_scalar(value)
    loaded = yaml.load(f"k: {written}", Loader=_TextDates)["k"]
    assert (type(loaded), loaded) == (type(value), value)
    if isinstance(value, str) and written == value:
        assert not re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+", value)
        assert resolve_plain(value) == value


@given(blocks(min_keys=0))
def test_reading_agrees_with_a_plain_yaml_loader(note: tuple[bytes, dict[str, Lines]]) -> None:
    data, spans = note
    front = read(data)
    assert front.problem is None
    expected = yaml.load(front.block, Loader=_Model) or {}
    assert repr(front.properties) == repr(expected)
    assert list(front.properties) == list(spans)
    assert front.lines == spans


@given(blocks(), st.data())
def test_an_edit_changes_its_keys_lines_only(note: tuple[bytes, dict[str, Lines]], data: st.DataObject) -> None:
    before, spans = note
    key = data.draw(st.sampled_from(sorted(spans)))
    value = data.draw(VALUES)
    after = edit(before, {key: value}, path="a.md")
    above, below = _outside(before, spans[key])
    above_now, below_now = _outside(after, read(after).lines[key])
    # A comment above an item that went stays, and may now stand below the list.
    stranded = below_now[: len(below_now) - len(below)]
    assert (above_now, below_now[len(stranded) :]) == (above, below)
    assert all(line in before.split(b"\n") and line.lstrip().startswith(b"#") for line in stranded if line.strip())
    old = read(before).properties
    assert repr(read(after).properties) == repr({**old, key: value})
    assert read(after).body_start - len(after) == read(before).body_start - len(before)
    assert edit(after, {key: value}, path="a.md") == after


@given(blocks(), st.data())
def test_one_more_item_is_one_more_line(note: tuple[bytes, dict[str, Lines]], data: st.DataObject) -> None:
    before, spans = note
    lines = before.split(b"\n")
    for key, span in spans.items():
        if read(before).properties[key] == ["a", "b"] and b"[" not in lines[span.first - 1]:
            after = edit(before, {key: ["a", "b", data.draw(TEXTS)]}, path="a.md").split(b"\n")
            assert after[: span.last] + after[span.last + 1 :] == lines


@given(blocks(min_keys=0), KEYS, VALUES)
def test_setting_and_removing_a_key_gives_the_same_bytes(
    note: tuple[bytes, dict[str, Lines]], key: str, value: Value
) -> None:
    before, spans = note
    if key not in spans and read(before).block:
        once = edit(before, {key: value}, path="a.md")
        assert edit(once, {key: REMOVED}, path="a.md") == before


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=60), MAPPINGS)
def test_a_note_without_frontmatter_comes_back(body: str, properties: dict[str, Value]) -> None:
    before = body.encode()
    if read(before).has_block or read(before).problem:
        return
    once = edit(before, properties, path="a.md")
    assert repr(read(once).properties) == repr(properties)
    assert edit(once, dict.fromkeys(properties, REMOVED), path="a.md") == before


@given(blocks(), st.data())
def test_removing_a_key_takes_its_lines_only(note: tuple[bytes, dict[str, Lines]], data: st.DataObject) -> None:
    before, spans = note
    key = data.draw(st.sampled_from(sorted(spans)))
    after = edit(before, {key: REMOVED}, path="a.md")
    if read(after).has_block:
        assert after.split(b"\n") == [line for part in _outside(before, spans[key]) for line in part]


def _outside(data: bytes, span: Lines) -> tuple[list[bytes], list[bytes]]:
    lines = data.split(b"\n")
    return lines[: span.first - 1], lines[span.last :]


class _TextDates(yaml.SafeLoader):
    """YAML 1.1 with dates as text."""


class _Model(yaml.SafeLoader):
    """YAML with the scalars of `resolve_plain` instead of those of 1.1."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Model.yaml_implicit_resolvers = {}


def _construct(loader: _Model, node: yaml.ScalarNode) -> Any:  # PyYAML's constructors return any value
    text = loader.construct_scalar(node)
    return text if node.style else resolve_plain(str(text))


_Model.add_constructor("tag:yaml.org,2002:str", _construct)
