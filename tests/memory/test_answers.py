"""What an answer shows: the best part of a passage, each thing said once, within a budget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.services import Service, serving
from tests.vaults import write
from vault_mem import Memory
from vault_mem.recall.excerpts import MAX_EXCERPT, tokens

COPY = "The staging server runs behind nginx and listens on port 8080 for the people of the platform team."
FILLER = "Nothing else was said about this part of the house on that day. "
LONG = f"{FILLER * 12}\nThe boiler in the cellar was replaced by Ada.\n{FILLER * 12}"


def titles(memory: Memory, query: str, **options: object) -> list[str]:
    return [hit.title for hit in memory.recall(query, **options).hits]  # type: ignore[arg-type]  # any option


# --- repeats ---


def test_the_same_text_in_two_notes_is_one_hit(memory: Memory) -> None:
    memory.remember(notes=[{"text": COPY, "title": title} for title in ("One", "Two", "Three")])
    (hit,) = memory.recall("staging server port").hits
    assert len(hit.similar) == 2
    assert hit.path not in hit.similar


def test_a_note_that_a_longer_one_contains_gives_way_to_it(memory: Memory) -> None:
    memory.remember(f"{COPY} Its staging server port is open to the office only.", title="Longer")
    memory.remember(COPY, title="Shorter")
    (hit,) = memory.recall("staging server port open to the office").hits
    assert (hit.title, hit.similar) == ("Longer", ("notes/shorter.md",))


@pytest.mark.parametrize("edit", [("8080", "9090"), ("listens", "does not listen"), ("nginx", "Caddy")])
def test_an_edited_copy_stays_a_hit(memory: Memory, edit: tuple[str, str]) -> None:
    memory.remember(notes=[{"text": COPY, "title": "One"}, {"text": COPY.replace(*edit), "title": "Two"}])
    assert set(titles(memory, "staging server port")) == {"One", "Two"}


def test_twins_of_other_projects_are_listed(memory: Memory) -> None:
    memory.remember(notes=[{"text": COPY, "title": "Staging", "namespace": name} for name in ("shop", "blog")])
    (hit,) = memory.recall("staging server").hits
    assert {path.split("/")[1] for path in (hit.path, *hit.similar)} == {"shop", "blog"}
    assert not memory.recall("staging server", namespace="shop").hits[0].similar


def test_a_replaced_twin_stays_behind_its_successor(memory: Memory) -> None:
    memory.remember(COPY, title="Old")
    memory.remember(COPY, title="New", links={"supersedes": ["Old"]})
    assert titles(memory, "staging server") == ["New"]
    assert titles(memory, "staging server", statuses=["active", "superseded"]) == ["New", "Old"]


def test_passages_are_folded_over_notes_but_not_within_one(memory: Memory) -> None:
    section = "We met about the harbour and talked about its cranes at length. " * 20
    memory.remember(f"# Meetings\n\n## March\n\n{section}\n\n## May\n\n{section}\n", title="Meetings")
    memory.remember(f"# March\n\n## March\n\n{section}\n", title="Copy")
    hits = memory.recall("harbour cranes", passages=True).hits
    assert len(hits) == 2
    assert sum(len(hit.similar) for hit in hits) == 1


def test_pages_fit_together_where_things_are_said_again(memory: Memory) -> None:
    notes = [{"text": f"The harbour crane {n // 3} lifts {n // 3} tons.", "title": f"Crane {n}"} for n in range(24)]
    memory.remember(notes=notes)
    whole = [hit.path for hit in memory.recall("harbour crane lifts tons", limit=30).hits]
    assert len(whole) == 8
    offset, paged = 0, []
    while (answer := memory.recall("harbour crane lifts tons", limit=3, offset=offset)).hits:
        paged += [hit.path for hit in answer.hits]
        if answer.next_offset is None:
            break
        offset = answer.next_offset
    assert paged == whole


# --- excerpts ---


def test_the_lines_shown_are_those_of_the_excerpt(memory: Memory, vault: Path) -> None:
    write(vault, "house.md", f"---\ntype: note\n---\n# House\n\n{LONG}\n")
    (hit,) = memory.recall("who replaced the boiler?").hits
    rows = (vault / "house.md").read_text().splitlines()
    assert "boiler" in hit.excerpt
    assert len(hit.excerpt) <= MAX_EXCERPT
    assert hit.matched == (7,)
    assert "boiler" in rows[6]
    assert hit.excerpt.strip("…") in "\n".join(rows[hit.lines.first - 1 : hit.lines.last])


def test_the_title_is_no_line_of_the_excerpt(memory: Memory) -> None:
    memory.remember("# Tea\n\nSteep it for four minutes.\n")
    (hit,) = memory.recall("steep").hits
    assert hit.excerpt == "Steep it for four minutes."
    assert memory.read("Tea", section=f"L{hit.lines.first}-L{hit.lines.last}").text.strip() == hit.excerpt


# --- budget ---


def test_the_last_excerpt_is_cut_to_the_room_that_is_left(memory: Memory) -> None:
    memory.remember(notes=[{"text": LONG.replace("Ada", name), "title": name} for name in ("Ada", "Bob", "Eve")])
    everything = memory.recall("boiler replaced by")
    assert len(everything.hits) == 3
    answer = memory.recall("boiler replaced by", max_tokens=500)
    assert [len(hit.excerpt) > 1_000 for hit in answer.hits] == [True, False]
    assert all("boiler" in hit.excerpt for hit in answer.hits)
    assert sum(tokens(hit.excerpt) + 60 for hit in answer.hits) <= 500
    assert answer.next_offset == 2
    (only,) = memory.recall("boiler replaced by", max_tokens=1).hits
    assert "boiler" in only.excerpt
    assert len(only.excerpt) <= 40


def test_a_list_keeps_to_its_budget_too(memory: Memory) -> None:
    memory.remember(notes=[{"text": LONG.replace("Ada", name), "title": name} for name in ("Ada", "Bob", "Eve")])
    answer = memory.recall(types=["note"], max_tokens=500)
    assert len(answer.hits) == 2
    assert answer.next_offset == 2


# --- what was understood ---


def test_a_misspelt_question_says_what_was_answered(memory: Memory) -> None:
    memory.remember("The migration of the warehouse is on Friday.", title="Migration")
    answer = memory.recall("When is the migrtaion of the warehouse?")
    assert answer.did_you_mean == "When is the migration of the warehouse?"
    assert answer.hits[0].matched
    assert memory.recall("When is the migration?").did_you_mean is None


def test_of_a_long_text_the_telling_words_are_looked_up(memory: Memory) -> None:
    memory.remember("The kraken listens on port 7777.", title="Kraken")
    text = " ".join(f"word{number}" for number in range(60)) + "\nWhich port does the kraken listen on?"
    answer = memory.recall(text)
    assert answer.hits[0].title == "Kraken"
    assert any("most telling words" in notice for notice in answer.notice)
    assert not any("most telling words" in notice for notice in memory.recall("kraken port").notice)


# --- the user's models ---


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def reranked(vault: Path, isolated: Path, service: Service) -> Iterator[Memory]:
    (isolated / "config").mkdir()
    table = f'[reranker]\nkind = "endpoint"\nurl = "{service.url}"\nweight = 1.0\ndepth = 50\n'
    (isolated / "config" / "config.toml").write_text(table)
    with vault_mem.open_memory(vault) as memory:
        memory.remember("Server server server server: a machine in the cellar.", title="Server")
        memory.remember("How to deploy: run the script of the server by hand.", title="Deploys")
        yield memory


def test_the_chosen_reranker_orders_the_answer_and_says_so(reranked: Memory) -> None:
    answer = reranked.recall("deploy the server by hand", explain=True)
    assert [hit.title for hit in answer.hits] == ["Deploys", "Server"]
    assert [hit.scores["reranker"] for hit in answer.hits] == [1.0, 0.0]
    assert "reranked: " in answer.explanation[-1]
    assert answer.notice == ()
    assert "reranker" not in reranked.recall("deploy the server", mode="lexical").hits[0].scores


def test_a_reranker_that_does_not_answer_is_a_notice(reranked: Memory, service: Service) -> None:
    service.always = "500"
    answer = reranked.recall("deploy the server by hand", explain=True)
    assert len(answer.hits) == 2
    assert [notice for notice in answer.notice if notice.startswith("Not reranked: ")]
    assert not any("reranked" in line for line in answer.explanation)


def test_an_embedder_that_does_not_answer_is_a_notice(vault: Path, isolated: Path, service: Service) -> None:
    (isolated / "config").mkdir()
    table = f'[embedder]\nkind = "endpoint"\nmodel = "m"\ndimensions = 32\nurl = "{service.url}"\n'
    (isolated / "config" / "config.toml").write_text(table)
    service.always = "500"
    with vault_mem.open_memory(vault) as memory:
        memory.remember("The kraken listens on port 7777.", title="Kraken")
        answer = memory.recall("kraken port")
        assert answer.hits[0].title == "Kraken"
        assert [notice for notice in answer.notice if notice.startswith("Ranked by words alone: ")]
        assert not memory.recall("kraken port", mode="lexical").notice
