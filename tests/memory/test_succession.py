"""Nothing stands above what replaces it: in rankings, passages, lists, on every page and at every revision."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.vaults import make_vault, write
from vault_mem import Memory, open_memory
from vault_mem.memory.answers import Hit
from vault_mem.memory.references import References
from vault_mem.memory.succession import after_successors, find_successors, last_successors
from vault_mem.notes.model import NotePath

ALL = ["active", "disputed", "hypothesis", "superseded", "archived", "inbox", "expired"]
LONG = "\n\n".join(
    f"## Part {number}\n\nThe zebra gate, section {number}: " + "words about the gate " * 50 for number in range(6)
)


def names(hits: Sequence[Hit]) -> list[str]:
    return [hit.path.rpartition("/")[2].removesuffix(".md") for hit in hits]


def by_hand(vault: Path, name: str, text: str, *, old: Sequence[str] = (), **properties: str) -> None:
    """Write a note as a person would."""
    links = "".join(f'  - "[[{target}]]"\n' for target in old)
    head = "".join(f"{key}: {value}\n" for key, value in properties.items())
    head += f"supersedes:\n{links}" if old else ""
    write(vault, f"{name}.md", f"---\n{head}---\n{text}\n" if head else f"{text}\n")


def paths(*names: str) -> list[NotePath]:
    return [NotePath(name) for name in names]


@pytest.fixture
def chain(vault: Path) -> Path:
    """`c` replaces `b`, which replaces `a`; the older, the more it says of zebras; `other` says something too."""
    by_hand(vault, "a", "Zebra zebra zebra gate: the zebra gate opens at nine.")
    by_hand(vault, "b", "Zebra zebra gate: it opens at ten.", old=["a"])
    by_hand(vault, "c", "The gate opens at eleven, since the animals sleep long.", old=["b"])
    by_hand(vault, "other", "A zebra is an animal with stripes, and there is a gate for it.")
    return vault


# --- the order alone ---


def test_a_chain_is_led_by_its_end() -> None:
    successors = {NotePath("a"): (NotePath("b"),), NotePath("b"): (NotePath("c"),)}
    assert after_successors(paths("a", "b", "x", "c"), NotePath, successors) == paths("c", "b", "a", "x")
    assert after_successors(paths("x", "a", "c"), NotePath, successors) == paths("x", "c", "a")
    assert after_successors(paths("a", "x"), NotePath, successors) == paths("a", "x")


def test_several_successors_lead_in_the_order_they_had() -> None:
    successors = {NotePath("a"): (NotePath("b"), NotePath("c")), NotePath("z"): (NotePath("c"),)}
    assert after_successors(paths("a", "z", "c", "b"), NotePath, successors) == paths("c", "b", "a", "z")


def test_of_several_items_of_a_note_the_first_leads() -> None:
    items = [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    ordered = after_successors(items, lambda item: NotePath(item[0]), {NotePath("a"): (NotePath("b"),)})
    assert ordered == [("b", 0), ("a", 0), ("a", 1), ("b", 1)]


def test_the_end_of_a_fork_is_each_of_its_ends() -> None:
    successors = {
        NotePath("a"): (NotePath("b"), NotePath("c")),
        NotePath("b"): (NotePath("d"),),
        NotePath("c"): (NotePath("d"), NotePath("e")),
    }
    assert last_successors(NotePath("a"), successors) == (NotePath("d"), NotePath("e"))
    assert last_successors(NotePath("e"), successors) == ()


def test_a_chain_of_thousands_is_followed_in_no_time(tmp_path: Path) -> None:
    count = 3_000
    notes = {f"n{number}": f'---\nsupersedes: "[[n{number - 1}]]"\n---\nStep.\n' for number in range(1, count)}
    with make_vault(tmp_path / "long", n0="Step.\n", **notes):
        pass
    with open_memory(tmp_path / "long") as memory:
        moment = memory._session.present()
        references = References(moment.view.notes)
        assert references.link("n0") is not None
        start = time.perf_counter()
        successors = find_successors(moment.view.notes, references)
        took = time.perf_counter() - start
        assert last_successors(NotePath("n0.md"), successors) == (NotePath(f"n{count - 1}.md"),)
        assert took < 1.0, "looking along the whole chain from each of its notes takes several seconds"
        assert names(memory.recall("step", statuses=ALL, limit=2).hits) == [f"n{count - 1}", f"n{count - 2}"]


# --- through recall ---


def test_of_a_chain_the_last_stands_first(memory: Memory, chain: Path) -> None:
    hits = memory.recall("when does the zebra gate open", statuses=ALL).hits
    found = names(hits)
    assert found.index("c") < found.index("b") < found.index("a")
    assert {hit.path: hit.superseded_by for hit in hits}[NotePath("a.md")] == (NotePath("b.md"),)
    assert [hit.status for hit in hits if hit.superseded_by] == ["superseded", "superseded"]
    assert sorted(names(memory.recall("when does the zebra gate open").hits)) == ["c", "other"]


def test_scores_never_rise_down_the_list(memory: Memory, chain: Path) -> None:
    scores = [hit.score for hit in memory.recall("zebra gate", statuses=ALL).hits]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 4


def test_a_successor_without_a_word_in_common_comes_along(memory: Memory, vault: Path) -> None:
    by_hand(vault, "old", "The quokka sleeps in the shed.")
    by_hand(vault, "new", "Marsupials: see the vet.", old=["old"], status="disputed")
    answer = memory.recall("quokka shed", statuses=["superseded", "disputed"], mode="lexical")
    assert names(answer.hits) == ["new", "old"]
    assert answer.hits[0].excerpt == "Marsupials: see the vet."
    assert names(memory.recall("quokka shed", statuses=["superseded"], mode="lexical").hits) == ["old"]
    assert memory.recall("quokka shed", mode="lexical", without=["replaced"]).hits == ()


def test_the_words_of_a_replaced_note_lead_to_what_replaces_it(memory: Memory, vault: Path) -> None:
    by_hand(vault, "first", "The quokka sleeps in the shed.")
    by_hand(vault, "second", "It moved to the stable.", old=["first"])
    by_hand(vault, "third", "Marsupials: see the vet.", old=["second"])
    by_hand(vault, "other", "The shed has a new roof of red tiles that keep the rain out.")
    answer = memory.recall("quokka shed", mode="lexical")
    assert names(answer.hits) == ["third", "other"]
    assert answer.total == 2
    assert [hit.status for hit in answer.hits] == ["active", "active"]
    assert names(memory.recall("quokka shed", mode="lexical", path="other.md").hits) == ["other"]
    assert names(memory.recall("quokka shed", mode="lexical", path="third.md").hits) == ["third"]
    assert names(memory.recall("quokka shed", mode="lexical", min_relevance=0.01).hits) == ["other"]
    memory.forget("third.md")
    assert names(memory.recall("quokka shed", mode="lexical").hits) == ["second", "other"]


def test_a_successor_comes_along_however_unsure_it_is(memory: Memory, vault: Path) -> None:
    by_hand(vault, "old", "The quokka sleeps in the shed behind the house.")
    by_hand(vault, "new", "The shed was torn down; the animals live in the barn now.", old=["old"])
    sure = memory.recall("where does the quokka sleep", statuses=ALL).hits
    assert names(sure) == ["new", "old"]
    between = (sure[0].relevance or 0) + 0.01
    assert between < (sure[1].relevance or 0)
    hits = memory.recall("where does the quokka sleep", statuses=ALL, min_relevance=between).hits
    assert names(hits) == ["new", "old"]


def test_pages_fit_together(memory: Memory, vault: Path) -> None:
    for number in range(12):
        by_hand(vault, f"old{number:02}", f"The zebra gate number {number}, with zebra and gate: door {number * 7}.")
    for number in range(0, 12, 2):
        text = f"Gate of the year {number} by the river {number * 31}."
        by_hand(vault, f"new{number:02}", text, old=[f"old{number:02}"])
    whole = names(memory.recall("zebra gate door", statuses=ALL, limit=50).hits)
    pages = [name for start in range(0, 18, 3) for name in page(memory, start)]
    assert pages == whole
    assert len(set(whole)) == 18
    for number in range(0, 12, 2):
        assert whole.index(f"new{number:02}") < whole.index(f"old{number:02}")


def page(memory: Memory, start: int) -> list[str]:
    return names(memory.recall("zebra gate door", statuses=ALL, limit=3, offset=start).hits)


def test_a_page_of_one_is_the_successor(memory: Memory, chain: Path) -> None:
    path = "[!o]*.md"
    found = [names(memory.recall("zebra gate", statuses=ALL, path=path, limit=1, offset=at).hits) for at in range(3)]
    assert found == [["c"], ["b"], ["a"]]


def test_passages_of_a_replaced_note_stand_behind_its_successor(memory: Memory, vault: Path) -> None:
    by_hand(vault, "long", f"# Zebra gate\n\n{LONG}")
    by_hand(vault, "short", "The entrance is closed for ever.", old=["long"])
    found = names(memory.recall("zebra gate section", statuses=ALL, passages=True, limit=50).hits)
    assert found[0] == "short"
    assert found.count("long") > 3
    assert found.count("short") == 1


def test_a_list_keeps_successors_first(memory: Memory, vault: Path) -> None:
    memory.remember("Zebra one.", title="One", tags=["zoo"])
    memory.remember("Zebra two.", title="Two", tags=["zoo"], links={"supersedes": ["One"]})
    memory.remember("Zebra three.", title="Three", tags=["zoo"])
    memory.related("One", add={"references": ["Three"]})
    assert names(memory.recall(tags=["zoo"], statuses=ALL).hits) == ["two", "one", "three"]


def test_the_past_has_its_own_successors(memory: Memory) -> None:
    first = memory.remember("Zebra gate: it opens at nine.", title="Nine")
    second = memory.remember("Gate: at ten.", title="Ten", links={"supersedes": ["Nine"]})
    memory.remember("At eleven, the entrance.", title="Eleven", links={"supersedes": ["Ten"]})
    for commit, expected in (
        (first.commit, ["nine"]),
        (second.commit, ["ten", "nine"]),
        (None, ["eleven", "ten", "nine"]),
    ):
        assert names(memory.recall("zebra gate", at=commit, statuses=ALL).hits) == expected
    assert names(memory.recall("zebra gate", at=second.commit).hits) == ["ten"]


def test_among_what_was_valid_then_the_successor_is_first(memory: Memory) -> None:
    memory.remember("The zebra gate opens at nine.", title="Nine", valid_from="2020-01-01")
    memory.remember("Zebra gate at ten.", title="Ten", valid_from="2021-01-01", links={"supersedes": ["Nine"]})
    memory.remember("Entrance: ten sharp.", title="Sharp", links={"supersedes": ["Ten"]})
    assert names(memory.recall("zebra gate", valid_at="2020-06-01", statuses=ALL).hits) == ["sharp", "nine"]
    assert names(memory.recall("zebra gate", valid_at="2021-06-01", statuses=ALL).hits) == ["sharp", "ten"]


def test_an_archived_and_an_expired_note_stand_behind_their_successors(memory: Memory, vault: Path) -> None:
    by_hand(vault, "gone", "Zebra zebra gate at nine.", status="archived")
    by_hand(vault, "over", "Zebra zebra gate at ten.", expires="2020-01-01")
    by_hand(vault, "now", "The gate is at the river.", old=["gone", "over"])
    hits = memory.recall("zebra gate", statuses=ALL).hits
    assert names(hits)[0] == "now"
    assert sorted((hit.path, hit.status) for hit in hits) == [
        ("gone.md", "archived"),
        ("now.md", "active"),
        ("over.md", "expired"),
    ]
    assert names(memory.recall("zebra gate", statuses=["expired", "active"]).hits) == ["now", "over"]
    assert names(memory.recall("zebra gate").hits) == ["now"]


def test_an_archived_link_of_a_chain_hands_on(memory: Memory, vault: Path) -> None:
    by_hand(vault, "a", "Zebra zebra gate at nine.")
    by_hand(vault, "b", "Zebra gate at ten.", old=["a"], status="archived")
    assert names(memory.recall("zebra gate").hits) == ["a"]
    by_hand(vault, "c", "Gate at eleven.", old=["b"])
    assert names(memory.recall("zebra gate").hits) == ["c"]
    assert names(memory.recall("zebra gate", statuses=ALL).hits) == ["c", "b", "a"]


def test_what_is_over_is_marked_and_stands_for_nothing_that_holds(memory: Memory, vault: Path) -> None:
    by_hand(vault, "over", "The zebra gate is closed for repairs.", expires="2020-01-01")
    by_hand(vault, "now", "The zebra gate is closed for repairs!")
    hits = memory.recall("zebra gate", statuses=["expired", "active"]).hits
    assert {hit.path: (hit.status, hit.similar) for hit in hits} == {
        "over.md": ("expired", ()),
        "now.md": ("active", ()),
    }
    assert [hit.status for hit in memory.recall(statuses=["expired"]).hits] == ["expired"]
