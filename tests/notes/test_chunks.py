"""Passages: what stays together, what is cut, and who speaks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vault_mem.notes.chunks import MAX, TARGET, split
from vault_mem.notes.document import parse
from vault_mem.notes.markdown import find_headings, read_body
from vault_mem.notes.model import Chunk, Lines
from vault_mem.notes.turns import speaker_of

WORDS = "the retry budget of the payment worker is three because the bank drops one call in ten "


def chunks_of(text: str, first_line: int = 1) -> tuple[Chunk, ...]:
    body = read_body(text, first_line)
    return split(body, find_headings(body))


def test_a_short_note_is_one_chunk() -> None:
    text = "# Title\n\nOne paragraph.\n\n## Part\n\n- a\n- b\n"
    (chunk,) = parse(text.encode()).chunks
    assert chunk == Chunk(0, text.rstrip("\n"), Lines(1, 8))


def test_nothing_gives_no_chunk() -> None:
    assert chunks_of("") == ()
    assert chunks_of("\n  \n\t\n") == ()


def test_long_notes_are_cut_at_headings_and_know_their_path() -> None:
    text = "\n\n".join(["# T", WORDS * 5, "## A", WORDS * 6, "### A1", WORDS * 7, "## B", WORDS * 8])
    chunks = parse(text.encode()).chunks
    assert [chunk.headings for chunk in chunks] == [(), ("A",), ("A", "A1"), ("B",)]
    assert [chunk.lines for chunk in chunks] == [Lines(1, 3), Lines(5, 7), Lines(9, 11), Lines(13, 15)]
    assert chunks[1].text.startswith("## A\n\nthe retry")


def test_headings_alone_go_with_what_follows() -> None:
    text = "\n".join(["# T", "## A", "### A1", WORDS * 12, "## B"])
    chunks = parse(text.encode()).chunks
    assert [(chunk.lines, chunk.headings) for chunk in chunks] == [
        (Lines(1, 4), ("A", "A1")),
        (Lines(5, 5), ("B",)),
    ]


def test_blocks_fill_a_chunk_and_are_not_torn() -> None:
    paragraphs = [WORDS * count for count in (4, 5, 6, 7, 4, 5)]
    chunks = chunks_of("\n\n".join(paragraphs))
    assert all(len(chunk.text) <= MAX for chunk in chunks)
    assert len(chunks) == 3
    assert "\n\n".join(chunk.text for chunk in chunks) == "\n\n".join(paragraphs)


@pytest.mark.parametrize(
    "block",
    [
        "```python\n" + "x = 1\n\n" * 100 + "```",
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 80,
        "> [!note] Title\n" + "> some text of a callout\n" * 30,
        "- item\n" + "\n  more of the item\n" * 40 + "\n  - child",
        "- item\n\t- child\n" + "\t\t- grandchild of some length\n" * 30,
    ],
)
def test_a_block_that_fits_stays_whole(block: str) -> None:
    text = f"{WORDS * 10}\n\n{block}\n\n{WORDS * 10}"
    assert any(block.strip() in chunk.text for chunk in chunks_of(text))


def test_a_block_that_does_not_fit_is_cut_at_line_ends() -> None:
    lines = [f"| {number} | {WORDS[:60]} |" for number in range(100)]
    chunks = chunks_of("\n".join(lines))
    assert all(len(chunk.text) <= MAX for chunk in chunks)
    assert "\n".join(chunk.text for chunk in chunks) == "\n".join(lines)


def test_a_line_that_does_not_fit_is_cut_at_sentence_ends() -> None:
    line = "This is a sentence of some words. " * 300
    chunks = chunks_of(line)
    assert "".join(chunk.text for chunk in chunks) == line
    assert all(len(chunk.text) <= MAX and chunk.lines == Lines(1, 1) for chunk in chunks)
    assert all(chunk.text.endswith(". ") for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks_of("x" * 9_000)) == "x" * 9_000


def test_a_tiny_last_block_joins_the_one_before_it() -> None:
    (chunk,) = chunks_of(f"{WORDS * 14}\n\nThe end.")
    assert len(chunk.text) > TARGET
    assert chunk.text.endswith("The end.")


def test_top_level_bullets_keep_their_children() -> None:
    bullets = [f"- {WORDS * 3}\n\t- child of {number}\n\t  id:: {number}" for number in range(20)]
    for chunk in chunks_of("\n".join(bullets)):
        assert chunk.text.startswith("- ")
        assert chunk.text.count("- the") == chunk.text.count("- child") == chunk.text.count("id::")


def test_a_bullet_that_is_a_heading_is_a_chunk_with_that_heading() -> None:
    text = f"- ## Usage\n\t- {WORDS * 6}\n- ## Links\n\t- {WORDS * 6}\n- plain"
    chunks = chunks_of(text)
    assert [(chunk.headings, chunk.lines) for chunk in chunks] == [
        (("Usage",), Lines(1, 2)),
        (("Links",), Lines(3, 4)),
        ((), Lines(5, 5)),
    ]


@pytest.mark.parametrize(
    "turns",
    [
        ["**Ann**: Hello there.", "**Bo**: Hi!\nand more", "**Ann**: Bye."],
        ["**Ann:** Hello there.", "**Bo:** Hi!", "**Ann:** Bye."],
        ["Ann: Hello there.", "Bo: Hi!", "Ann: Bye."],
        ["[10:30] Ann: Hello there.", "[10:31] Bo: Hi!", "[10:32] Ann: Bye."],
        ["[2026-11-20 10:30 AM] Ann: Hello.", "[2026-11-20 10:31 AM] Bo: Hi!", "10:32 Ann: Bye."],
        ["**Ann** (10:30): Hello there.", "**Bo** (10:31): Hi!", "**Ann** (10:32): Bye."],
        ["- Ann: Hello there.", "- Bo: Hi!\n  - aside", "- Ann: Bye."],
        ["Ann：你好", "Bo：早", "Ann：再见"],
    ],
)
def test_each_turn_of_a_transcript_is_a_chunk_with_its_author(turns: list[str]) -> None:
    for joint in ("\n\n", "\n"):
        chunks = chunks_of(f"# Session\n\n{joint.join(turns)}\n", 5)
        assert [chunk.author for chunk in chunks] == ["Ann", "Bo", "Ann"]
        assert [chunk.text for chunk in chunks] == [f"# Session\n\n{turns[0]}", *turns[1:]]
        assert chunks[0].lines.first == 5
        assert all(before.lines.last < after.lines.first for before, after in pairwise(chunks))


def test_paragraphs_between_bold_turns_belong_to_the_speaker() -> None:
    text = "**User**: Why?\n\n**Agent**: Look.\n\n```\ncode\n```\n\n**User**: Thanks.\n\nAfterwards."
    assert [(chunk.author, chunk.lines) for chunk in chunks_of(text)] == [
        ("User", Lines(1, 1)),
        ("Agent", Lines(3, 7)),
        ("User", Lines(9, 9)),
        (None, Lines(11, 11)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Director: A\nWriter: B\nYear: 1999\n",
        "Ann: Hello\n\nBo: Hi\n",
        "Note: one\n\nNote: two\n\nNote: three\n",
        "https://a.example\n\nhttps://b.example\n\nhttps://a.example\n",
        "A very long line of five words: x\n\nA very long line of five words: y\n\nA very long line of five words: z",
        "```\nAnn: a\nBo: b\nAnn: c\n```\n",
    ],
)
def test_other_lines_with_colons_are_no_transcript(text: str) -> None:
    assert [chunk.author for chunk in chunks_of(text)] == [None]


def test_a_long_turn_keeps_its_author() -> None:
    text = f"Ann: {'word ' * 900}\n\nBo: no\n\nAnn: yes\n"
    chunks = chunks_of(text)
    assert [chunk.author for chunk in chunks] == ["Ann"] * (len(chunks) - 2) + ["Bo", "Ann"]
    assert len(chunks) > 4


def test_names_of_speakers() -> None:
    assert speaker_of("Ada Lovelace: x") == "Ada Lovelace"
    assert speaker_of("**Dr. Who** : x") == "Dr. Who"
    assert speaker_of("nothing here") is None
    assert speaker_of("12: x") is None
