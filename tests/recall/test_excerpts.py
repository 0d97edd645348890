from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timing import times_slower
from vault_mem.index.analysis import analyze
from vault_mem.notes.model import Lines
from vault_mem.recall.excerpts import MAX_EXCERPT, MAX_MATCHED, excerpt, title_end, tokens, without_title

FILLER = "Nothing to see here at all. " * 40


def wanted(question: str, **weights: float) -> dict[str, float]:
    return dict.fromkeys(analyze(question, query=True), 1.0) | weights


def test_a_short_passage_is_shown_whole() -> None:
    shown = excerpt("\n\n  We pin the version.\n", {}, first=7)
    assert shown.text == "We pin the version."
    assert shown.lines == Lines(9, 9)
    assert shown.matched == ()


def test_nothing_is_shown_of_nothing() -> None:
    assert excerpt(" \n ", wanted("x"), first=3).lines == Lines(3, 3)


def test_the_window_with_the_query_words_is_chosen() -> None:
    text = f"{FILLER}The migration deadline is Friday. {FILLER}"
    shown = excerpt(text, wanted("migration deadline"), limit=200).text
    assert "migration deadline is Friday" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    before, _, after = shown.partition("The migration deadline is Friday.")
    assert abs(len(before) - len(after)) < 60


def test_a_word_that_tells_more_wins_over_others_said_often() -> None:
    text = f"We deploy. We deploy. We deploy. {FILLER}The kraken port is 1. {FILLER}"
    asked = wanted("deploy", kraken=5.0)
    assert "kraken" in excerpt(text, asked, limit=120).text
    assert "kraken" in excerpt(text, asked, limit=120, first=1).text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("deploys", "It was deployed on Friday."),
        ("went", "They go to the harbour."),
        ("会议纪要", "今天的会议很长。"),
        ("token_store", "See `src/token_store.py` for it."),
        ("Parsing", "parseUserToken() fails."),
    ],
)
def test_words_are_found_in_any_form(question: str, said: str) -> None:
    text = f"{FILLER}\n{said}\n{FILLER}"
    shown = excerpt(text, wanted(question), limit=150)
    assert said in shown.text
    assert shown.matched == (2,)


def test_no_word_is_found_inside_another() -> None:
    text = f"The category. {FILLER}\nThe cat sleeps.\n{FILLER}"
    assert excerpt(text, wanted("cat"), limit=150).matched == (2,)


def test_lines_are_those_of_what_is_shown() -> None:
    text = "\n".join(f"Line {number} is here." for number in range(1, 101))
    shown = excerpt(text, wanted("line 50"), first=11, limit=100)
    rows = shown.text.strip("…").split("\n")
    assert rows == [f"Line {number - 10} is here." for number in range(shown.lines.first, shown.lines.last + 1)]
    assert 60 in shown.matched


def test_the_best_lines_are_matched_and_few() -> None:
    text = "port\n" * 3 + "the port of the proxy\n" + "proxy port\n" * 9 + "nothing"
    assert excerpt(text, wanted("proxy port")).matched == (4, 5, 6, 7, 8)
    assert excerpt("alpha\n" + "\nbeta gamma delta", wanted("alpha beta gamma delta")).matched == (3,)


def test_text_without_a_break_is_still_cut_around_the_match() -> None:
    assert len(excerpt("x" * 10_000, wanted("x"), limit=100).text) <= 100
    row = ", ".join(f"item{number}" for number in range(500))
    assert "item250" in excerpt(row, wanted("item250"), limit=100).text
    assert "漢字" in excerpt("日本語文章" * 200 + "漢字" + "日本語文章" * 200, wanted("漢字"), limit=60).text


@given(
    st.text(st.sampled_from("ab .\n。é字x"), max_size=600),
    st.dictionaries(st.sampled_from(["ab", "b", "字", "x"]), st.floats(0.1, 9)),
    st.integers(10, 200),
    st.integers(1, 9),
)
def test_an_excerpt_is_a_part_of_its_lines(text: str, asked: dict[str, float], limit: int, first: int) -> None:
    shown = excerpt(text, asked, first=first, limit=limit)
    assert len(shown.text) <= limit
    bare = shown.text.removeprefix("…").removesuffix("…")
    rows = text.split("\n")[shown.lines.first - first : shown.lines.last - first + 1]
    assert bare in "\n".join(rows)
    assert bool(bare) == bool(text.strip())
    assert len(shown.matched) <= MAX_MATCHED
    assert all(shown.lines.first <= line <= shown.lines.last for line in shown.matched)
    assert list(shown.matched) == sorted(shown.matched)


@given(st.text())
def test_any_text_has_an_excerpt(text: str) -> None:
    assert len(excerpt(text, wanted(text[:20]), limit=40).text) <= 40


def test_a_hostile_passage_costs_little() -> None:
    asked = wanted("a b c d e f")
    assert times_slower(lambda text: excerpt(text, asked, limit=MAX_EXCERPT), "b c. " * 400) < 20
    assert times_slower(lambda text: excerpt(text, asked, limit=MAX_EXCERPT), "b.\n" * 700) < 20


def test_the_title_is_shown_beside_the_passage() -> None:
    assert without_title("\n# Tea \n\nSteep it.\n", "Tea") == "Steep it."
    assert without_title("## Tea\n\nSteep it.", "Tea") == "## Tea\n\nSteep it."
    assert without_title("# Tea time\nx", "Tea") == "# Tea time\nx"
    assert title_end("# Tea\nx", "Tea") == 5


def test_tokens_are_rounded_up() -> None:
    assert [tokens(""), tokens("a"), tokens("abcd"), tokens("abcde")] == [0, 1, 1, 2]
