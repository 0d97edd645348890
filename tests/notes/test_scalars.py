"""Plain scalars as they are read, and values as they are written."""

from __future__ import annotations

import math

import pytest
import yaml

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.model import Scalar
from vault_mem.notes.scalars import resolve_plain, write_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("0.9", 0.9),
        ("1.0", 1.0),
        ("-0.25", -0.25),
    ],
)
def test_what_every_reader_agrees_on(text: str, value: Scalar) -> None:
    read = resolve_plain(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "1.10",
        "010",
        "007",
        "+1",
        "-0",
        "12:30",
        "1e3",
        "0x1F",
        "0o17",
        "1_000",
        ".5",
        "1.",
        ".inf",
        ".nan",
        "2026-11-20",
        "2026-02-30",
        "2026-11-20T10:30:00",
        "1234567890123456",
        "9" * 5000,
    ],
)
def test_what_readers_read_differently_is_text(text: str) -> None:
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("api", "api"),
        ("url versioning", "url versioning"),
        ("01K9ZQ3T8M5N2V7C4X6B1D0F9G", "01K9ZQ3T8M5N2V7C4X6B1D0F9G"),
        ("src/api/router.py#L10-L42@9f3ab21", "src/api/router.py#L10-L42@9f3ab21"),
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("2026-11-20T10:30:00", "2026-11-20T10:30:00"),
        ("2026-11-20", "2026-11-20"),
        ("2026-02-30", '"2026-02-30"'),
        ("[[note]]", '"[[note]]"'),
        ("no", '"no"'),
        ("Yes", '"Yes"'),
        ("1984", '"1984"'),
        ("1e3", '"1e3"'),
        ("0o17", '"0o17"'),
        ("12:30", '"12:30"'),
        ("1.10", '"1.10"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("ends:", '"ends:"'),
        ("#tag", '"#tag"'),
        (" spaced ", '" spaced "'),
        ("two\nlines", '"two\\nlines"'),
        ('a "quoted" word', 'a "quoted" word'),
        ('"quoted"', '"\\"quoted\\""'),
        ("😀", '"😀"'),
        ("mood 😀", "mood 😀"),
        ("", '""'),
        (None, ""),
        (True, "true"),
        (3, "3"),
        (0.9, "0.9"),
        (1e-7, "0.0000001"),
    ],
)
def test_values_are_quoted_only_where_readers_would_differ(value: Scalar, written: str) -> None:
    assert write_scalar(value) == written


@pytest.mark.parametrize("value", ["a, b", "[x]", "{x}", "no", "x: y", "plain", None, False, 7])
def test_items_of_a_flow_list_read_back(value: Scalar) -> None:
    assert yaml.safe_load(f"[{write_scalar(value, flow=True)}]") == [value]


def test_a_quoting_style_is_kept_while_it_can_hold_the_text() -> None:
    assert write_scalar("new", quote='"') == '"new"'
    assert write_scalar("it's", quote="'") == "'it''s'"
    assert write_scalar("two\nlines", quote="'") == '"two\\nlines"'


@pytest.mark.parametrize("value", ["\x00", "bell\x07", "\r\n", "\x85\x9f", "\ud800"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(InvalidNoteError, match="control characters"):
        write_scalar(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**15, 1e300])
def test_numbers_that_not_every_reader_keeps_are_refused(value: float) -> None:
    with pytest.raises(InvalidNoteError, match="cannot be stored exactly"):
        write_scalar(value)
