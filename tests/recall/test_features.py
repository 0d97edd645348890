"""The second stage: each feature says what its name says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vault_mem import Memory
from vault_mem.errors import InvalidQueryError
from vault_mem.recall.features import FEATURES
from vault_mem.recall.kinds import NUMBER, TIME, asked_kind, has_kind
from vault_mem.recall.weights import BY_HAND, SECOND, SWITCHES, Weights

TALK = """# Talk

**Ada**: How was the trip to Porto?

**Ben**: Wonderful, we flew home yesterday.

**Ada**: Tell me about the hotel some time.

**Ben**: It had seventeen rooms and a cat.
"""


def features(memory: Memory, question: str, said: str) -> Mapping[str, float]:
    hits = memory.recall(question, passages=True, explain=True).hits
    (hit,) = [hit for hit in hits if said in hit.excerpt]
    return {feature.name: feature.value for feature in hit.features}


@pytest.fixture
def talk(memory: Memory) -> Memory:
    memory.remember(TALK, type="episode")
    memory.remember("# Tide tables\n\nHigh water comes twice a day.")
    return memory


def test_every_weight_belongs_to_a_feature() -> None:
    assert {*SECOND, *BY_HAND} == set(FEATURES)
    assert set(Weights().second) == set(FEATURES)


def test_a_reply_is_known_by_the_question_before_it(talk: Memory) -> None:
    found = features(talk, "how was the trip to Porto", "Wonderful")
    assert found["reply"] > 0
    assert found["before"] == pytest.approx(1, abs=0.01)
    assert found["window"] == pytest.approx(1, abs=0.01)
    assert features(talk, "tell me about the hotel", "seventeen")["reply"] == 0


def test_a_question_is_no_answer(talk: Memory) -> None:
    assert features(talk, "trip to Porto", "How was")["asks"] == 1
    assert features(talk, "trip to Porto", "Wonderful")["asks"] == 0


def test_who_is_named_spoke(talk: Memory) -> None:
    assert features(talk, "what did Ben say of Porto", "Wonderful")["author"] == 1
    assert features(talk, "what did Ben say of Porto", "How was")["author"] == 0


def test_when_wants_a_time_and_how_many_a_number(talk: Memory) -> None:
    assert features(talk, "when did they fly home from the trip", "Wonderful")["kind"] > 0
    assert features(talk, "how many rooms were there in the hotel", "seventeen")["kind"] == 0  # spelt, and no digit
    assert features(talk, "how often is high water a day", "twice")["kind"] == 1
    assert features(talk, "who has a trip", "Wonderful")["kind"] == 0


def test_other_words_for_the_same_are_a_paraphrase(talk: Memory) -> None:
    same = features(talk, "trip to Porto", "How was")
    other = features(talk, "journey to Porto", "How was")
    assert other["paraphrase"] > same["paraphrase"] == pytest.approx(0, abs=1e-4)


def test_a_part_that_is_switched_off_is_gone_from_the_score(talk: Memory) -> None:
    asked = "how was the trip to Porto"
    whole = {hit.excerpt: hit.score for hit in talk.recall(asked, passages=True).hits}
    for part in ("reply", "window", "first"):
        less = {hit.excerpt: hit.score for hit in talk.recall(asked, passages=True, without=[part]).hits}
        assert less.keys() == whole.keys()
        assert less != whole, part
        shown = talk.recall(asked, explain=True, without=[part]).hits[0].features
        assert part not in {feature.name for feature in shown}


def test_an_unknown_part_is_refused_with_the_known_ones(talk: Memory) -> None:
    with pytest.raises(InvalidQueryError) as refused:
        talk.recall("Porto", without=["luck"])
    assert all(name in refused.value.hint for name in SWITCHES)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did we move?", TIME),
        ("On what date did it start?", TIME),
        ("how long ago was the release", TIME),
        ("How many replicas?", NUMBER),
        ("what port does it listen on", NUMBER),
        ("什么时候发布的", TIME),
        ("いつ決めましたか", TIME),
        ("Whenever it rains", None),
        ("What happened when we moved?", None),
        ("how do I deploy", None),
    ],
)
def test_the_kind_is_read_from_how_a_question_begins(question: str, kind: str | None) -> None:
    assert asked_kind(question) == kind


def test_a_kind_is_found_in_words_or_digits() -> None:
    assert has_kind("We met yesterday.", TIME) == 0.5
    assert has_kind("We met last Friday.", TIME) == 1
    assert has_kind("在5月8日", TIME) > 0
    assert has_kind("It has three legs.", NUMBER) == 1
    assert has_kind("It has legs.", NUMBER) == 0
    assert has_kind("It has 3 legs.", None) == 0


def test_a_template_comes_after_notes_unless_templates_are_asked_for(memory: Memory) -> None:
    for path in ("Templates/Form.md", "Movies/Solaris.md"):
        (memory.root / path).parent.mkdir(exist_ok=True)
        (memory.root / path).write_text(f"Director and rating of the movie.\n{path}", encoding="utf-8")
    assert [hit.title for hit in memory.recall("movie director rating").hits] == ["Solaris", "Form"]
    assert memory.recall("movie director rating template").hits[0].title == "Form"


def test_properties_and_aliases_are_part_of_what_a_note_holds(memory: Memory) -> None:
    head = "---\naliases: [Stalker film]\ndirector: Andrei Tarkovsky\n---\n"
    (memory.root / "Zone.md").write_text(head + "Three men walk, and talk about wishes.\n", encoding="utf-8")
    (memory.root / "Other.md").write_text("A director of a bank was called Andrei.\n", encoding="utf-8")
    answer = memory.recall("Stalker film Andrei Tarkovsky", explain=True)
    assert answer.hits[0].title == "Zone"
    assert answer.hits[0].scores["coverage"] == 1
