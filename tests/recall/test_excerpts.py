from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.recall.excerpts import excerpt, tokens


def test_a_short_passage_is_shown_whole() -> None:
    assert excerpt("  We pin the version.\n", frozenset()) == "We pin the version."


def test_the_window_with_the_query_words_is_chosen() -> None:
    filler = "Nothing to see here at all. " * 40
    text = f"{filler}The migration deadline is Friday. {filler}"
    shown = excerpt(text, frozenset({"migration", "deadline"}), limit=200)
    assert "migration deadline is Friday" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_text_without_a_break_is_still_cut() -> None:
    assert len(excerpt("x" * 10_000, frozenset({"x"}), limit=100)) <= 100


@given(st.text(), st.frozensets(st.text(min_size=1), max_size=3), st.integers(10, 200))
def test_an_excerpt_never_exceeds_its_limit(text: str, words: frozenset[str], limit: int) -> None:
    assert len(excerpt(text, words, limit=limit)) <= limit


def test_tokens_are_rounded_up() -> None:
    assert [tokens(""), tokens("a"), tokens("abcd"), tokens("abcde")] == [0, 1, 1, 2]
