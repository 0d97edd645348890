"""Lines, code and headings."""

from __future__ import annotations

import pytest

from vault_mem.notes.markdown import blank_code, find_headings, indent_of, plain_text, read_body, split_lines


def headings(text: str) -> list[tuple[int, str, int]]:
    return [(heading.level, heading.text, heading.line) for heading in find_headings(read_body(text))]


def test_lines_end_at_line_feeds_only() -> None:
    assert split_lines("a\r\nb\x0cc\u2028d\n\n") == ["a", "b\x0cc\u2028d", ""]
    assert split_lines("") == []
    assert split_lines("a\rb") == ["a\rb"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# One\n## Two ##\n###### Six", [(1, "One", 1), (2, "Two", 2), (6, "Six", 3)]),
        ("#tag\n####### seven\n    # indented", []),
        ("#\n", [(1, "", 1)]),
        ("- # Under a bullet\n\t- ### Deep\n", [(1, "Under a bullet", 1), (3, "Deep", 2)]),
        ("Setext\n===\n\nSecond\n---\n", [(1, "Setext", 1), (2, "Second", 4)]),
        ("two lines\nof text\n---\n", []),
        ("- item\n---\n", []),
        ("> quote\n---\n", []),
        ("---\n", []),
        ("```\n# no\n```\n# yes\n", [(1, "yes", 4)]),
        ("~~~ text\n# no\n```\n~~~~\n# yes\n", [(1, "yes", 5)]),
        ("``` not `a fence\n# yes\n", [(1, "yes", 2)]),
        ("- ```\n  # no\n# yes, the item is over\n", [(1, "yes, the item is over", 3)]),
        ("- ```\n  # no\n  ```\n- # yes\n", [(1, "yes", 4)]),
        ("> ```\n> # no\n> ```\n# yes\n", [(1, "yes", 4)]),
        ("```\n# never closed", []),
        ("# a\r\n## b\r\n", [(1, "a", 1), (2, "b", 2)]),
    ],
)
def test_headings(text: str, found: list[tuple[int, str, int]]) -> None:
    assert headings(text) == found


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Bold** and *em* `code`", "Bold and em code"),
        ("[[note|shown]] and [[other]]", "shown and other"),
        ("[text](https://example.org)", "text"),
        ("snake_case stays ^block-id", "snake_case stays"),
        ("2 * 3", "2 3"),
    ],
)
def test_a_heading_is_known_by_its_words(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_code_spans_are_blanked_in_place() -> None:
    assert blank_code("a `b` c") == "a     c"
    assert blank_code("``a`b`` `c") == "        `c"
    assert blank_code("none") == "none"


def test_a_tab_is_four_columns() -> None:
    assert indent_of("\t  x") == 6
    assert indent_of("x") == 0
