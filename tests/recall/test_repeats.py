from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timing import times_slower
from vault_mem.notes.model import Chunk, Lines
from vault_mem.recall import repeats as repeats_module
from vault_mem.recall.passages import wording
from vault_mem.recall.repeats import MIN_WORDS, saying


def repeats(text: str, other: str, *, title: str = "", other_title: str = "") -> bool:
    mine, theirs = (Chunk(0, each, Lines(1, 1)) for each in (text, other))
    return repeats_module.repeats(saying(mine, title), saying(theirs, other_title))


LONG = (
    "The staging server runs behind nginx and is rebuilt every night from the release branch. "
    "Its logs go to the collector, and the people on call are told when a build fails twice in a row. "
    "Whoever needs a fresh copy of the data asks in the channel of the platform team first. "
)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (LONG, LONG),
        ("The build needs Node 20 and npm 11, today!", "The build **needs** node 20 and npm 11 today."),
        ("We use Redis as a cache.", f"{LONG}\n\n- We use Redis as the cache.\n"),
        (
            "- apples and pears\n- milk and eggs\n- bread and butter",
            "Milk and eggs; bread and butter; apples and pears",
        ),
        (LONG + "It builds quickly.", LONG + "It builds quickly. Ask Ada about it."),
        (LONG.replace("every night", "reliably every night"), LONG),
        (LONG, LONG.replace("every night", "reliably every night")),
        ("服务器每天晚上重建。", "注意：服务器每天晚上重建。"),
        ("Do not deploy on Fridays, ever.", "Don't deploy on Fridays, ever. Do not deploy on Fridays, ever. Please."),
    ],
)
def test_what_says_nothing_new_is_a_repeat(text: str, other: str) -> None:
    assert repeats(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("the port is 8080", "the port is 9090"),
        ("the port is 8080 and the timeout 9090", "the port is 9090 and the timeout 8080"),
        ("deploy on fridays", "do not deploy on fridays"),
        ("do not deploy on fridays", "deploy on fridays"),
        ("deploy on fridays, they said", "don't deploy on fridays, they said"),
        ("we never use tabs in makefiles here", "we use tabs in makefiles here"),
        ("使用数据库缓存", "不使用数据库缓存"),
        ("不使用数据库缓存", "使用数据库缓存"),
        ("キャッシュを使う。", "キャッシュを使わない。"),
        ("Alice pays Bob for the lunch", "Bob pays Alice for the lunch"),
        ("use tabs in yaml files", "use tabs. Do not use tabs in yaml files"),
        ("The kitchen is open on request", "The kitchen is open on request only"),
    ],
)
@pytest.mark.parametrize("around", ["", LONG])
def test_an_edited_copy_is_none(text: str, other: str, around: str) -> None:
    if text.startswith("The kitchen"):
        text, other = other, text
    assert not repeats(f"{around}\n{text}\n", f"{around}\n{other}\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("every night", "every Sunday"),
        ("nginx", "caddy"),
        ("is rebuilt", "is not rebuilt"),
        ("fails twice", "fails 3 times"),
        ("platform team", "platform team of Bonn"),
        ("the collector", "the `log_sink` collector"),
        ("when a build fails", "only when a build fails"),
    ],
)
def test_one_word_decides_in_a_long_copy(old: str, new: str) -> None:
    assert LONG.replace(old, new) != LONG
    assert not repeats(LONG.replace(old, new), LONG)


def test_a_longer_note_adds_something() -> None:
    assert not repeats(LONG + "Backups are kept for a month in the cellar.", LONG)


def test_words_scattered_over_another_text_are_no_copy() -> None:
    assert not repeats("the branch tells the people of the nginx team", LONG)


def test_a_passage_of_few_words_is_said_by_its_title() -> None:
    assert not repeats("6379.", "6379.", title="Redis port", other_title="Memcached port")
    assert repeats("6379.", "6379.", title="Redis port", other_title="The Redis port")
    assert not repeats("See the list.", "See the list of servers.", title="Android", other_title="Android and others")
    page = "type:: [[Tool]], [[Whiteboard/Object]]"
    assert not repeats(page, f"{page}\ndescription:: Circles and triangles.", title="Triangle", other_title="Shape")
    embedded = "## Books\n\n![[Books.base#Author]]\n\n## Clippings\n\n![[Clippings.base#Author]]\n"
    assert not repeats(embedded, embedded, title="Kevin Kelly", other_title="Author Template")


def test_titles_and_names_are_left_out_of_what_is_said() -> None:
    assert repeats(f"# One\n\n{LONG}", f"# Another\n\n{LONG}", title="One", other_title="Another")
    turns = [Chunk(0, f"**{name}**: {LONG}", Lines(1, 1), author=name) for name in ("Ada", "Bob", "Ada")]
    ada, bob, again = (saying(turn, "") for turn in turns)
    assert repeats_module.repeats(again, ada)
    assert not repeats_module.repeats(bob, ada), "another one said it"


def test_a_passage_without_words_repeats_nothing() -> None:
    assert not repeats("", LONG)
    assert not repeats("---", "---")


@given(st.text(st.sampled_from("ab c.\nNo not 12字不")), st.text(st.sampled_from("ab c.\nNo not 12字不")))
def test_a_text_repeats_itself_also_with_more_after_it(text: str, more: str) -> None:
    words = wording(text).tokens
    assert repeats(text, text) == bool(words)
    if len(words) >= MIN_WORDS:
        assert repeats(text, f"{text}\n{more.replace('不', '')}")


@pytest.mark.parametrize("piece", ["not 1 ", "a'", "- ", "不", "A_b.c/", "n't", "\n", "![[", "a:: ", "x:"])
def test_hostile_text_takes_no_longer(piece: str) -> None:
    def compare(text: str) -> bool:
        wording.cache_clear()
        repeats_module._statement.cache_clear()
        return repeats(text, f"{text} x")

    assert times_slower(compare, (piece * 2_000)[:2_000]) < 20
