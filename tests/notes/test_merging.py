from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.merging import merged

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "é\r\n"]), max_size=8).map("".join)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ("a\nb\n", "A\nb\n", "a\nB\n", "A\nB\n"),
        ("a\n", "a\nours\n", "A\n", "A\nours\n"),
        ("a\n", "ours\na\n", "A\n", "ours\nA\n"),
        ("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n"),
        ("a\nb\n", "a\nb\nx\n", "a\nb\nx\n", "a\nb\nx\n"),
        ("a\nb\n", "A\nb\n", "A\nb\nmore\n", "A\nb\nmore\n"),
        ("a\n", "a", "a\n", "a"),
        ("a\n", "a", "a\nb\n", "a\nb\n"),
        ("a\r\nb\r\n", "a\r\nB", "a\r\nb\r\nc", "a\r\nB\r\nc"),
    ],
)
def test_changes_of_both_are_there(base: str, ours: str, theirs: str, both: str) -> None:
    assert merged(base.encode(), ours.encode(), theirs.encode()) == both.encode()
    assert merged(base.encode(), theirs.encode(), ours.encode()) == both.encode()


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("a\n", "b\n", "c\n"),
        ("a\n", "a\nx\n", "a\ny\n"),
        ("a\nb\nc\n", "a\nc\n", "a\nB\nc\n"),
        ("a\nb\nc\n", "x\n", "a\nb\nins\nc\n"),
        ("", "x\n", "y\n"),
    ],
)
def test_changes_of_the_same_lines_clash(base: str, ours: str, theirs: str) -> None:
    assert merged(base.encode(), ours.encode(), theirs.encode()) is None


@given(TEXTS, TEXTS, TEXTS)
def test_neither_side_decides_and_what_one_changed_alone_is_kept(base: str, ours: str, theirs: str) -> None:
    data, first, second = (text.encode() for text in (base, ours, theirs))
    assert merged(data, first, second) == merged(data, second, first)
    assert merged(data, first, data) == merged(data, data, first) == merged(data, first, first) == first
    both = merged(data, first, second)
    if both is not None:
        written = {*base.splitlines(), *ours.splitlines(), *theirs.splitlines()}
        assert set(both.decode().splitlines()) <= written


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert merged(b"\xff\na\n", b"\xff\nb\n", b"\xff\na\n\xfe\n") == b"\xff\nb\n\xfe\n"
