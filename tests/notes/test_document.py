"""Whole notes: read whatever they hold, and written anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data import data_folder
from tests.timing import times_slower
from vault_mem.errors import MalformedFrontmatterError
from vault_mem.notes.document import MAX_INDEXED, body_text, id_in, new_document, parse, replace_body, section, title_in
from vault_mem.notes.model import Document, Lines, Link

NOTE = """\
---
id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G
type: decision
supersedes:
  - "[[old]]"
---
# The title

See [[other#Part|it]].

## Part

Text.

### Inner

More.

## Last
"""


def test_a_note_is_read_whole() -> None:
    document = parse(NOTE.encode())
    assert document.title == "The title"
    assert document.metadata.type == "decision"
    assert document.body_line == 7
    assert [heading.line for heading in document.headings] == [7, 11, 15, 19]
    assert document.links == (
        Link("old", 5, relation="supersedes"),
        Link("other", 9, heading="Part", label="it"),
    )
    assert [chunk.lines for chunk in document.chunks] == [Lines(7, 19)]
    assert document.problems == ()
    assert body_text(document) == NOTE.split("---\n", 2)[2]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Mine\n---\n# Other\n", "Mine"),
        ("---\ntitle: 1984\n---\n", "1984"),
        ("---\ntitle:\n---\n# Other\n", "Other"),
        ("title:: Mine\n\n- # Other\n", "Mine"),
        ("\n\n## Second level first\n", None),
        ("intro\n\n# First level\n", "First level"),
        ("intro\n\n## A section\n", None),
        ("type:: [[Tool]]\n\n- ## Usage\n", None),
        ("Setext\n======\n", "Setext"),
        ("no heading\n", None),
        ("# \n", None),
        ("", None),
    ],
)
def test_the_title(text: str, title: str | None) -> None:
    assert parse(text.encode()).title == title
    assert title_in(text.encode()) == title


_LINES = [
    "---",
    "title: Mine",
    "title:: Yours",
    "title: [a]",
    "# One",
    "- # Two",
    "## Deep",
    "Three",
    "===",
    "```",
    "",
    "\0",
]


@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=8), max_size=9), st.sampled_from(["\n", "\r\n"]))
def test_the_title_alone_is_that_of_the_whole_note(lines: list[str], eol: str) -> None:
    data = eol.join(lines).encode(errors="replace")
    assert title_in(data) == parse(data).title


@pytest.mark.parametrize("beyond", [b"\0", "漢".encode(), b"# Late\n"])
def test_the_title_alone_is_that_of_a_huge_note_too(beyond: bytes) -> None:
    data = b"x" * (MAX_INDEXED - 1) + beyond
    assert title_in(data) == parse(data).title
    assert title_in(b"# Early\n" + data) == parse(b"# Early\n" + data).title


def test_logseq_page_properties_are_read() -> None:
    document = parse(
        b"title:: config.edn\nalias:: settings, the file\ntags:: [[a b]], c\ntype:: [[File]]\nvalid-from:: 2026-11-20\n"
        b"related-to:: [[x]], [[y, z]]\n\n- text\n  key:: not a page property\n"
    )
    assert document.title == "config.edn"
    assert document.metadata.aliases == ("settings", "the file", "config.edn")
    assert document.metadata.tags == ("a b", "c")
    assert document.metadata.type == "note"
    assert document.metadata.valid_from is not None
    assert document.metadata.relations == {"type": ("File",), "related_to": ("x", "y, z")}
    assert document.properties == {}
    assert document.problems == ()
    assert [(link.target, link.relation) for link in document.links] == [
        ("a b", "tags"),
        ("File", "type"),
        ("x", "related_to"),
        ("y, z", "related_to"),
    ]


ID = "01K9ZQ3T8M5N2V7C4X6B1D0F9G"
IDENTIFIED = {
    NOTE: ID,
    f"id:: {ID}\n\n- text\n": ID,
    f"---\ntype: fact\n---\n- id:: {ID}\n": ID,
    f"---\nid: no\n---\nid:: {ID}\n": None,
    f"Text.\n\nid:: {ID}\n": None,
    f"id:: {ID}\n\0": None,
    f"---\nid: {ID}\n---\n\0": None,
    "Text.\n": None,
}


@pytest.mark.parametrize(("text", "identity"), IDENTIFIED.items())
def test_the_id_alone_is_that_of_the_whole_note(text: str, identity: str | None) -> None:
    assert (id_in(text.encode()), parse(text.encode()).metadata.id) == (identity, identity)


def test_frontmatter_stands_above_page_properties() -> None:
    document = parse(b"---\ntags: [x]\n---\ntags:: y\nalias:: z\n")
    assert (document.metadata.tags, document.metadata.aliases) == (("x",), ("z",))


def test_malformed_frontmatter_is_read_as_text() -> None:
    document = parse(b"---\ndate: {{date}}\n---\n# T\n\nwords [[x]]\n")
    assert [problem.code for problem in document.problems] == ["malformed-frontmatter"]
    assert (document.problems[0].line, document.problems[0].column) == (2, 8)
    assert document.title == "T"
    assert document.body_line == 1
    assert "date: {{date}}" in document.chunks[0].text
    assert [link.target for link in document.links] == ["x"]


def test_wrong_shapes_are_named_with_their_line() -> None:
    document = parse(b'---\na: 1\ntype:\n  - "[[UI]]"\n---\n')
    assert [(problem.code, problem.line) for problem in document.problems] == [("bad-property", 3)]


def test_binary_files_have_no_text() -> None:
    document = parse(b"# T\n\x00\x01[[x]]")
    assert [problem.code for problem in document.problems] == ["binary"]
    assert (document.chunks, document.links, document.title) == ((), (), None)


def test_other_encodings_are_read_as_far_as_possible() -> None:
    document = parse("# T\n\nCafé [[x]]\n".encode("latin-1"))
    assert [(problem.code, problem.line) for problem in document.problems] == [("not-utf-8", 3)]
    assert document.chunks[0].text == "# T\n\nCaf� [[x]]"


@pytest.mark.parametrize("character", ["x", "é", "漢", "😀"])
def test_only_the_first_part_of_a_huge_file_is_read(character: str) -> None:
    document = parse(b"a" + character.encode() * (MAX_INDEXED + 10))
    assert [problem.code for problem in document.problems] == ["too-large"]
    assert len(document.text.encode()) <= MAX_INDEXED
    assert "�" not in document.text


def test_conflict_markers_are_reported() -> None:
    text = "# T\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> other\n"
    assert [(problem.code, problem.line) for problem in parse(text.encode()).problems] == [("conflict-markers", 2)]
    assert parse(f"```\n{text}```\n".encode()).problems == ()
    assert parse(b"<<<<<<<< eight\n>>>>>>>> eight\n").problems == ()
    inside = parse(b"---\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n---\n")
    assert {problem.code for problem in inside.problems} == {"malformed-frontmatter", "conflict-markers"}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Part", Lines(11, 18)),
        ("part", Lines(11, 18)),
        ("## Part", Lines(11, 18)),
        ("Part#Inner", Lines(15, 18)),
        ("Inner", Lines(15, 18)),
        ("The title", Lines(7, 19)),
        ("Last", Lines(19, 19)),
        ("Last#Inner", None),
        ("Nothing", None),
        ("", None),
    ],
)
def test_sections(name: str, lines: Lines | None) -> None:
    assert section(parse(NOTE.encode()), name) == lines


def test_a_section_may_have_a_hash_in_its_name() -> None:
    assert section(parse(b"# C# and F#\ntext\n"), "C# and F#") == Lines(1, 2)


@pytest.mark.parametrize(
    ("title", "text", "data"),
    [
        ("T", "words", "# T\n\nwords\n"),
        ("T", "", "# T\n"),
        ("Two\nlines", "x", "# Two lines\n\nx\n"),
        (None, "words", "words\n"),
        ("T", "# Own\r\n\r\nwords\r\n", "# Own\n\nwords\n"),
        ("T", "Own\n===\n\nwords", "Own\n===\n\nwords\n"),
        ("T", "## Part\n\nwords\n\n\n", "# T\n\n## Part\n\nwords\n"),
        (None, "---\na: b\n---\nwords", "\n---\na: b\n---\nwords\n"),
        (None, "", ""),
    ],
)
def test_new_notes(title: str | None, text: str, data: str) -> None:
    assert new_document(title, text, {}) == data.encode()


def test_a_new_note_reads_back() -> None:
    data = new_document("T", "---\nwords", {"type": "fact", "tags": ["a"]})
    document = parse(data)
    assert (document.title, document.metadata.type, document.metadata.tags) == ("T", "fact", ("a",))
    assert body_text(document) == "# T\n\n---\nwords\n"


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        ("---\na: 1 # c\n---\n# T\n\nold\n", "new", "---\na: 1 # c\n---\n# T\n\nnew\n"),
        ("---\na: 1\n---\n\n# T\nold", "new\n", "---\na: 1\n---\n\n# T\n\nnew"),
        ("# T\n\nold\n", "# Other\n\nnew", "# Other\n\nnew\n"),
        ("# T\n\nold\n", "## Part\n\nnew", "# T\n\n## Part\n\nnew\n"),
        ("T\n===\nold\n", "new", "T\n===\n\nnew\n"),
        ("old\n", "new\n\n", "new\n"),
        ("\nold\n", "new", "\nnew\n"),
        ("", "new", "new\n"),
        ("\ufeff---\r\na: 1\r\n---\r\n# T\r\n\r\nold\r\n", "a\nb", "\ufeff---\r\na: 1\r\n---\r\n# T\r\n\r\na\r\nb\r\n"),
    ],
)
def test_another_body(old: str, text: str, new: str) -> None:
    assert replace_body(old.encode(), text) == new.encode()


def test_another_body_needs_to_know_where_the_old_one_starts() -> None:
    with pytest.raises(MalformedFrontmatterError, match=r"a\.md:2:1"):
        replace_body(b"---\n- a\n---\nx\n", "new", path="a.md")


@pytest.mark.parametrize(
    "piece",
    [
        "[[[[[",
        "####",
        "####\n",
        "````",
        "((((",
        "- a\n",
        "a\n\n",
        "A: b\n\n",
        "**A**: b\n",
        "x:: y\n",
        "\n---\n",
        "- ```\n",
        "> ",
        "- ",
        "\t",
        " ",
        "\r",
        "- a\n\n",
        "# a\n\n",
        "<<<<<<< \n>>>>>>> \n",
        "| a ",
        "_a",
        "- # a\n",
        "::",
    ],
)
def test_much_of_anything_is_read_in_linear_time(piece: str) -> None:
    size = MAX_INDEXED // 4
    assert times_slower(_parsed, (piece * (size // len(piece) + 1))[:size]) < 40


def _parsed(text: str) -> Document:
    return parse(text.encode())


def test_every_real_note_is_read() -> None:
    notes = sorted((data_folder() / "vaults").rglob("*.md"))
    documents = {path.name: parse(path.read_bytes()) for path in notes}
    assert all(title_in(path.read_bytes()) == parse(path.read_bytes()).title for path in notes)
    problems = {problem.code for document in documents.values() for problem in document.problems}
    assert problems == {"malformed-frontmatter", "bad-property"}
    malformed = "malformed-frontmatter"
    broken = [name for name, found in documents.items() if malformed in [problem.code for problem in found.problems]]
    assert len(broken) == 28
    assert all(name.endswith("Template.md") for name in broken)
    assert documents["Minimal Theme.md"].metadata.relations["status"] == ("Active",)
    assert documents["Zotero.md"].links
