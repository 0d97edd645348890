"""The reranker that a user chose over the best passages of a vault, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import vault_mem
from tests.services import Service, serving
from vault_mem import Memory
from vault_mem.memory.reranking import embedder_notices, reranked
from vault_mem.memory.session import Session
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.ranking import Ranking, rank

NOTES = {
    "Server": "Server server server server: a machine in the cellar.",
    "Deploys": "How to deploy: run the script of the server by hand.",
    "Cats": "The cat sleeps on the server.",
}
ASKED = "deploy the server by hand"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def memory(vault: Path, isolated: Path, service: Service) -> Iterator[Memory]:
    (isolated / "config").mkdir()
    table = f'[reranker]\nkind = "endpoint"\nurl = "{service.url}"\nweight = 1.0\ndepth = 2\n'
    (isolated / "config" / "config.toml").write_text(table)
    with vault_mem.open_memory(vault) as opened:
        for title, text in NOTES.items():
            opened.remember(text, title=title)
        yield opened


def question(session: Session, text: str = ASKED, mode: str = "hybrid") -> Question:
    return Question(text=text, filters=Filters(), now=session.now(), mode=mode)


def ranked(session: Session, asked: Question) -> Ranking:
    moment = session.present()
    positions = np.arange(len(moment.view.notes))
    return rank(asked, session.index, view=moment.view, positions=positions, facts=moment)


def test_the_best_passages_are_looked_at_again(memory: Memory, service: Service) -> None:
    session = memory._session
    asked = question(session)
    first = ranked(session, asked)
    assert len(first.ranked) == 3
    service.requests.clear()
    changed, notices = reranked(session, session.present(), asked, first)
    assert notices == ()
    (request,) = service.requests
    assert request.body["query"] == ASKED
    assert len(request.body["documents"]) == 2
    opinions = [entry.parts.get("reranker") for entry in changed.ranked]
    assert opinions == [1.0, 0.0, None]
    assert sorted(entry.document for entry in changed.ranked) == sorted(entry.document for entry in first.ranked)
    assert changed.ranked[2] == first.ranked[2]
    assert [entry.score for entry in changed.ranked] == pytest.approx([entry.score for entry in first.ranked])


def test_the_reranker_has_the_last_word_if_its_weight_says_so(memory: Memory, service: Service) -> None:
    session = memory._session
    asked = question(session)
    first = ranked(session, asked)
    turned = Ranking(first.ranked[1::-1] + first.ranked[2:], first.terms, first.weights)
    texts = [entry.document for entry in reranked(session, session.present(), asked, turned)[0].ranked]
    assert texts[0] == first.ranked[0].document
    assert len(service.requests) == 1


def test_words_alone_are_fast(memory: Memory, service: Service) -> None:
    session = memory._session
    asked = question(session, mode="lexical")
    first = ranked(session, asked)
    assert reranked(session, session.present(), asked, first) == (first, ())
    assert service.requests == []
    assert embedder_notices(session, asked) == ()


def test_nothing_found_asks_nobody(memory: Memory, service: Service) -> None:
    session = memory._session
    asked = question(session, text="zzz qqq", mode="lexical")
    first = ranked(session, asked)
    assert first.ranked == ()
    assert reranked(session, session.present(), question(session), first) == (first, ())
    assert service.requests == []


@pytest.mark.parametrize("behaviour", ["401", "500", "wrong-count", "nan", "hang-up"])
def test_without_an_answer_the_first_ranking_stands(memory: Memory, service: Service, behaviour: str) -> None:
    service.always = behaviour
    session = memory._session
    asked = question(session)
    first = ranked(session, asked)
    same, (notice,) = reranked(session, session.present(), asked, first)
    assert same is first
    assert notice.startswith("Not reranked: 127.0.0.1:")
    assert any("127.0.0.1" in text for text in memory.status().notice)
