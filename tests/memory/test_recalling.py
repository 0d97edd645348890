from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.isolation import isolate
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, RevisionNotFoundError
from vault_mem.notes.schema import DEFAULT_TIERS
from vault_mem.recall.features import FEATURES
from vault_mem.recall.weights import BIAS


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """A vault for tests that only read."""
    root = tmp_path_factory.mktemp("filled") / "vault"
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("home"), environment)
        vault_mem.initialise(root)
        with vault_mem.open_memory(root, agent="tester", session="s1") as memory:
            fill(memory)
            yield memory


def fill(memory: Memory) -> None:
    memory.remember(
        notes=[
            {
                "text": "We chose Postgres for its transactions.",
                "title": "Database",
                "type": "decision",
                "tags": ["db/sql"],
            },
            {"text": "Redis loses writes on restart.", "title": "Redis gotcha", "type": "gotcha", "tags": ["db"]},
            {"text": "I like short functions.", "title": "Style", "type": "preference"},
            {
                "text": "The shop's database is MySQL.",
                "title": "Shop database",
                "namespace": "shop",
                "type": "decision",
            },
        ]
    )


def test_the_best_passage_comes_first_with_its_evidence(filled: Memory) -> None:
    answer = filled.recall("which database has transactions?")
    hit = answer.hits[0]
    assert hit.title == "Database"
    assert hit.excerpt == "We chose Postgres for its transactions."
    assert filled.read("Database", section=f"L{hit.lines.first}-L{hit.lines.last}").text.strip() == hit.excerpt
    assert hit.matched == (hit.lines.first,)
    assert hit.commit == answer.revision
    assert hit.agent == "tester"
    assert hit.author
    assert hit.age_days == 0
    assert not hit.dirty
    assert 0 <= hit.score <= 1
    assert hit.relevance is not None
    assert hit.relevance > answer.hits[-1].relevance  # type: ignore[operator]  # every hit of a question has one
    assert hit.version == filled.read("Database").version


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"types": ["decision"]}, {"Database", "Shop database"}),
        ({"types": ["decision"], "namespace": ""}, {"Database"}),
        ({"namespace": "shop"}, {"Shop database"}),
        ({"tags": ["db"]}, {"Database", "Redis gotcha"}),
        ({"tags": ["#db/sql"]}, {"Database"}),
        ({"categories": ["gotcha"]}, {"Redis gotcha"}),
        ({"tiers": ["procedural"]}, {"Redis gotcha"}),
        ({"tiers": [DEFAULT_TIERS["preference"]], "types": ["preference"]}, {"Style"}),
        ({"path": "projects"}, {"Shop database"}),
        ({"path": "*/style.md"}, {"Style"}),
        ({"authors": ["TESTER"]}, {"Database", "Redis gotcha", "Style", "Shop database"}),
        ({"authors": ["nobody"]}, set()),
        ({"since": "yesterday", "types": ["preference"]}, {"Style"}),
        ({"until": "yesterday"}, set()),
        ({"statuses": ["archived"]}, set()),
    ],
)
def test_filters_without_a_question_list_what_they_leave(
    filled: Memory, filters: dict[str, object], titles: set[str]
) -> None:
    answer = filled.recall(**filters)  # type: ignore[arg-type]  # one table for all filters
    assert {hit.title for hit in answer.hits} == titles
    assert answer.total == len(titles)


def test_a_filter_also_narrows_a_question(filled: Memory) -> None:
    assert [hit.title for hit in filled.recall("database", namespace="shop").hits] == ["Shop database"]


def test_pages_do_not_overlap_and_end(filled: Memory) -> None:
    first = filled.recall(types=["decision", "gotcha", "preference"], limit=3)
    second = filled.recall(types=["decision", "gotcha", "preference"], limit=3, offset=first.next_offset or 0)
    assert len({hit.path for hit in (*first.hits, *second.hits)}) == 4
    assert second.next_offset is None


def test_the_newest_is_listed_first(memory: Memory) -> None:
    fill(memory)
    memory.revise("Style", "I like shorter functions.")
    memory.revise("Database", "We chose Postgres 16.")
    assert [hit.title for hit in memory.recall(types=["decision", "preference"], limit=2).hits] == ["Database", "Style"]


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
def test_every_mode_finds_it(filled: Memory, mode: str) -> None:
    assert filled.recall("Postgres transactions", mode=mode).hits[0].title == "Database"


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": ""},
        {"query": " \n "},
        {"query": "x" * 100_000},
        {"query": "a", "limit": 0},
        {"query": "a", "limit": 1_000},
        {"query": "a", "offset": -1},
        {"query": "a", "mode": "psychic"},
        {"query": "a", "types": ["rumour"]},
        {"query": "a", "statuses": ["gone"]},
        {"query": "a", "since": "the day after never"},
        {"query": "a", "max_tokens": 0},
    ],
)
def test_a_bad_question_is_refused_with_a_hint(filled: Memory, arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        filled.recall(**arguments)  # type: ignore[arg-type]  # the wrong kinds are the point
    assert caught.value.hint


def test_a_question_of_stop_words_only_still_answers(filled: Memory) -> None:
    assert filled.recall("what is it?").revision


def test_recall_at_an_old_revision_answers_as_then(memory: Memory) -> None:
    first = memory.remember("The deadline is Monday.", title="Deadline")
    memory.revise("Deadline", "The deadline is Friday.")
    assert memory.recall("deadline").hits[0].excerpt.endswith("Friday.")
    then = memory.recall("deadline", at=first.commit)
    assert then.hits[0].excerpt.endswith("Monday.")
    assert then.revision == first.commit
    assert then.hits[0].commit == first.commit


def test_recall_at_a_revision_keeps_its_order_whatever_came_later(memory: Memory) -> None:
    words = ("zebra", "harbour", "glacier", "violin", "comet")
    texts = [" ".join(words[(n * k) % 5] for k in range(1, 4)) + f" {n}." for n in range(25)]
    then = memory.remember(notes=[{"text": text, "title": f"Note {n}"} for n, text in enumerate(texts)]).commit
    before = {word: [hit.path for hit in memory.recall(word, limit=20).hits] for word in words}
    memory.remember(notes=[{"text": f"zebra zebra violin {n}", "title": f"Later {n}"} for n in range(25)])
    for number in range(5):
        memory.revise(f"Note {number}", f"harbour harbour {number}")
        memory.forget(f"Note {number + 10}")
    assert {word: [hit.path for hit in memory.recall(word, limit=20, at=then).hits] for word in words} == before


def test_a_note_expires_by_the_date_that_is_asked_about(memory: Memory) -> None:
    memory.remember("The code freeze is on.", title="Freeze", expires="2999-01-02")
    assert memory.recall("freeze", at="2999-01-01").total == 1
    assert memory.recall("freeze", at="2999-01-03").total == 0


def test_before_the_first_commit_nothing_is_known(memory: Memory) -> None:
    memory.remember("Text.")
    with pytest.raises(RevisionNotFoundError):
        memory.recall("text", at="2001-01-01")


def test_known_at_and_valid_at_are_asked_separately(memory: Memory) -> None:
    memory.remember("The office is in Bonn.", title="Office", valid_from="2020-01-01T00:00Z")
    known = memory.remember(
        "The office is in Berlin.",
        title="Office 2",
        valid_from="2024-01-01T00:00Z",
        links={"supersedes": ["Office"]},
    )
    assert [hit.title for hit in memory.recall("where is the office").hits] == ["Office 2"]
    assert [hit.title for hit in memory.recall("where is the office", valid_at="2022-06-01").hits] == ["Office"]
    assert [hit.title for hit in memory.recall("where is the office", valid_at="2025-06-01").hits] == ["Office 2"]
    assert memory.recall("where is the office", valid_at="2019-06-01").hits == ()
    assert known.commit


def test_an_expired_note_is_named_only_where_asked_for(memory: Memory) -> None:
    memory.remember("The code freeze is on.", title="Freeze", expires="2020-01-01")
    assert memory.recall("code freeze").hits == ()
    assert memory.recall("code freeze", statuses=["expired"]).total == 1


def test_a_superseded_note_is_never_above_its_successor(memory: Memory) -> None:
    memory.remember("Cache entries live for ten minutes in the cache of the cache.", title="Cache lifetime")
    memory.remember("Lifetime is five minutes.", title="Entries", links={"supersedes": ["Cache lifetime"]})
    answer = memory.recall("cache entries lifetime", statuses=["active", "superseded"])
    assert [hit.title for hit in answer.hits] == ["Entries", "Cache lifetime"]
    assert answer.hits[1].superseded_by == ("notes/entries.md",)


def test_a_note_superseded_by_hand_is_superseded(memory: Memory, vault: Path) -> None:
    (vault / "old.md").write_text("The harbour opens at nine.\n")
    (vault / "new.md").write_text('---\nsupersedes:\n  - "[[old]]"\n---\nThe harbour opens at ten.\n')
    assert [hit.path for hit in memory.recall("harbour opens").hits] == ["new.md"]


def test_near_duplicates_are_folded_into_the_best(memory: Memory) -> None:
    memory.remember("The build needs Node 20 and npm 11 today.", title="Build A")
    memory.remember("The build needs Node 20 and npm 11, today!", title="Build B")
    answer = memory.recall("build node npm")
    assert len(answer.hits) == 1
    assert len(answer.hits[0].similar) == 1


def test_the_answer_keeps_to_its_budget(filled: Memory) -> None:
    assert len(filled.recall("database redis style", max_tokens=80).hits) == 1
    assert len(filled.recall("database redis style", max_tokens=4_000).hits) == 4 - 0


def test_unknown_words_are_named(filled: Memory) -> None:
    assert "zyzzyva" in " ".join(filled.recall("postgres zyzzyva").notice)


def test_explain_says_how_the_ranking_came_about(filled: Memory) -> None:
    answer = filled.recall("postgres", explain=True)
    assert "postgr" in " ".join(answer.explanation)
    hit = answer.hits[0]
    total = sum(feature.share for feature in hit.features) + BIAS
    assert hit.score == pytest.approx(hit.scores["claim"] / (1 + math.exp(-total)), abs=1e-3)
    assert {feature.name for feature in hit.features} == set(FEATURES)


def test_a_note_that_is_all_frontmatter_shows_it(memory: Memory, vault: Path) -> None:
    write(vault, "Out of Control.md", '---\nauthor:\n  - "[[Kevin Kelly]]"\nyear: 1994\n---\n')
    hit = memory.recall("who wrote Out of Control").hits[0]
    assert hit.excerpt == 'author:\n  - "[[Kevin Kelly]]"\nyear: 1994'
    assert (hit.lines.first, hit.lines.last) == (2, 4)


def test_titles_by_file_name_are_found(memory: Memory, vault: Path) -> None:
    (vault / "Blade Runner.md").write_text("---\nrating: 7\n---\n")
    (vault / "Other.md").write_text("Some other text about rain.\n")
    assert memory.recall("blade runner").hits[0].path == "Blade Runner.md"


def test_old_versions_do_not_change_the_scores_of_today(memory: Memory) -> None:
    memory.remember("Sunrise is at six.", title="Sun")
    memory.remember("The moon rises late.", title="Moon")
    before = memory.recall("sunrise", mode="lexical")
    score = before.hits[0].relevance
    for n in range(10):
        memory.revise("Moon", f"Sunrise sunrise sunrise {n}.")
    memory.revise("Moon", "The moon rises late.")
    after = memory.recall("sunrise", mode="lexical")
    assert [hit.path for hit in after.hits] == [hit.path for hit in before.hits]
    assert after.hits[0].relevance == score


def test_passages_of_one_note_can_be_hits_of_their_own(memory: Memory) -> None:
    section = "We met about the harbour and talked at length. " * 20
    memory.remember(f"# Meetings\n\n## March\n\n{section}\n\n## May\n\n{section}\n", title="Meetings")
    assert len(memory.recall("harbour").hits) == 1
    assert len(memory.recall("harbour", passages=True).hits) == 2


def test_a_branch_without_a_commit_answers_from_the_files(memory: Memory, vault: Path) -> None:
    git(vault, "switch", "-q", "--orphan", "empty")
    write(vault, ".vault-mem/config.yaml", "format: 1\n")
    write(vault, "a.md", "The zebra is striped.\n")
    answer = memory.recall("zebra")
    assert answer.revision is None
    assert answer.hits[0].dirty
    assert memory.remember("The first.").revision == git(vault, "rev-parse", "HEAD").strip()
