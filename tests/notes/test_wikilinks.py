"""Links in every form of Obsidian and Logseq."""

from __future__ import annotations

import pytest

from tests.timing import times_slower
from vault_mem.notes.markdown import read_body
from vault_mem.notes.model import Link
from vault_mem.notes.wikilinks import format_link, links_in, property_links, target_of, whole_link

UUID = "64f1c2aa-0000-4000-8000-1234567890ab"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("[[Note]]", Link("Note", 1)),
        ("[[Note.md]]", Link("Note.md", 1)),
        ("[[Folder/Note]]", Link("Folder/Note", 1)),
        ("[[ Note ]]", Link("Note", 1)),
        ("[[Note|text]]", Link("Note", 1, label="text")),
        (r"| [[Note\|text]] |", Link("Note", 1, label="text")),
        ("[[Note#H]]", Link("Note", 1, heading="H")),
        ("[[Note#H1#H2]]", Link("Note", 1, heading="H1#H2")),
        ("[[#H]]", Link("", 1, heading="H")),
        ("[[Note#^block]]", Link("Note", 1, block="block")),
        ("[[Note#H#^block]]", Link("Note", 1, heading="H", block="block")),
        ("![[embed]]", Link("embed", 1, embed=True)),
        ("![[img|640x480]]", Link("img", 1, label="640x480", embed=True)),
        ("[[v1.2 notes]]", Link("v1.2 notes", 1)),
        ("[t](Note%20x.md)", Link("Note x.md", 1, label="t", style="markdown")),
        ("[t](<Note x.md>)", Link("Note x.md", 1, label="t", style="markdown")),
        ("[t](../dir/Note.md#H)", Link("../dir/Note.md", 1, heading="H", label="t", style="markdown")),
        ('[t](a(b)c.md "title")', Link("a(b)c.md", 1, label="t", style="markdown")),
        ("[t](Note)", Link("Note", 1, label="t", style="markdown")),
        ("[t](#H%201)", Link("", 1, heading="H 1", label="t", style="markdown")),
        ("[alias]([[page]])", Link("page", 1, label="alias")),
        ("#[[multi word tag]]", Link("multi word tag", 1)),
        (f"(({UUID}))", Link("", 1, block=UUID, style="block")),
        ("{{embed [[x]]}}", Link("x", 1, embed=True)),
        (f"{{{{embed (({UUID}))}}}}", Link("", 1, block=UUID, embed=True, style="block")),
        ("[[a [[inner]] b]]", Link("inner", 1)),
        ("- [ ] do [[it]]", Link("it", 1)),
    ],
)
def test_every_form_is_found(text: str, link: Link) -> None:
    assert links_in(read_body(text)) == (link,)


@pytest.mark.parametrize(
    "text",
    [
        "`[[code]]`",
        "``a ` [[code]] ``",
        "```\n[[code]]\n```",
        "- ```\n  [[code]]\n  ```",
        "~~~~\n[[code]]\n~~~\n[[code]]",
        r"\[[Note]]",
        "[[]]",
        "[[|x]]",
        "[[a]b]]",
        "[t](https://example.org/a.md)",
        "[t](mailto:a@example.org)",
        "[t](//example.org/a.md)",
        "![](../assets/picture.png)",
        "![[picture.PNG|200]]",
        "![[Meetings.base]]",
        "[t](../src/main.py)",
        "[t]()",
        "((not a block))",
        "[[two\nlines]]",
    ],
)
def test_what_is_no_link_to_a_note_is_left_out(text: str) -> None:
    assert links_in(read_body(text)) == ()


def test_links_come_in_reading_order_with_their_lines() -> None:
    text = "[[a]] and [[b]]\n\n```\n[[no]]\n```\r\nthen `code` [[c]]\n"
    assert [(link.target, link.line) for link in links_in(read_body(text, 10))] == [("a", 10), ("b", 10), ("c", 15)]


def test_an_unpaired_backtick_hides_nothing() -> None:
    assert [link.target for link in links_in(read_body("a ` b [[x]] ``` c [[y]]"))] == ["x", "y"]


def test_whole_values_of_properties_are_links() -> None:
    links = property_links(
        {"part_of": "[[a|A]]", "supersedes": ["[[b]]", "no", "[[c#H]]"], "text": "see [[d]]", "n": 1},
        {"part_of": (2,), "supersedes": (4, 5, 6)},
    )
    assert links == (
        Link("a", 2, relation="part_of", label="A"),
        Link("b", 4, relation="supersedes"),
        Link("c", 6, relation="supersedes", heading="H"),
    )


def test_links_are_written_and_taken_apart() -> None:
    assert format_link("api") == "[[api]]"
    assert whole_link(" [[a#b|c]] ") == "a#b|c"
    assert whole_link("[[a]] and") is None
    assert target_of("a/b#H|c") == "a/b"


@pytest.mark.parametrize(
    "piece", ["[", "[[", "[[a", "[[a|", "(", "((", "`", "a``", "[a](", '[a](b "', "[a](b   ", "{{embed ", "![", "[](("]
)
def test_hostile_lines_take_linear_time(piece: str) -> None:
    size = 1 << 17
    assert times_slower(_links, (piece * (size // len(piece) + 1))[:size]) < 25


def _links(text: str) -> tuple[Link, ...]:
    return links_in(read_body(text))
