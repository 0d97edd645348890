"""The reranker that asks a service, over real HTTP: what it sends, and what becomes of wrong answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.services import Service, serving
from vault_mem.choices import EndpointChoice, RerankerChoice
from vault_mem.errors import InvalidConfigError, ModelUnavailableError
from vault_mem.recall.rerankers import load_reranker
from vault_mem.recall.rerankers.base import Reranker


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


def reranker_of(service: Service, choice: RerankerChoice) -> Reranker:
    endpoint = choice.endpoint or EndpointChoice(service.url, model="small", timeout=5.0)
    reranker = load_reranker(replace(choice, kind="endpoint", endpoint=endpoint))
    assert reranker is not None
    return reranker


def test_no_reranker_by_default() -> None:
    assert load_reranker(RerankerChoice()) is None


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("cohere", {"model": "small", "query": "where?", "documents": ["here", " "], "top_n": 2}),
        ("tei", {"model": "small", "query": "where?", "texts": ["here", " "], "truncate": True}),
    ],
)
def test_what_is_sent(service: Service, form: str, expected: dict[str, object]) -> None:
    reranker = reranker_of(service, RerankerChoice(format=form))
    assert reranker.name.startswith("small at 127.0.0.1:")
    reranker.scores("where?", ["here", ""])
    reranker.close()
    assert [(request.path, request.body) for request in service.requests] == [("/v1/rerank", expected)]


@pytest.mark.parametrize("form", ["cohere", "tei"])
@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("wrong-count", "1 scores for 2 passages"),
        ("wrong-index", "places that no passage has"),
        ("twice", "3 scores for 2 passages"),
        ("nan", "not one number"),
        ("inf", "not one number"),
        ("large", "not one number"),
        ("words", "not one number"),
        ("null", "not one number"),
        ("wrong-shape", "shape"),
        ("no-object", "shape"),
        ("wrong-json", "not JSON"),
        ("huge", "longer than"),
        ("401", "the key is refused"),
        ("500", "HTTP 500"),
        ("redirect", "redirect"),
    ],
)
def test_wrong_scores_are_refused(service: Service, form: str, behaviour: str, said: str) -> None:
    reranker = reranker_of(service, RerankerChoice(format=form))
    service.always = behaviour
    with pytest.raises(ModelUnavailableError, match=said):
        reranker.scores("a question", ["a", "b"])
    reranker.close()
    assert said in str(reranker.trouble)


def test_all_batches_share_the_time(service: Service) -> None:
    endpoint = EndpointChoice(service.url, timeout=0.3)
    reranker = reranker_of(service, RerankerChoice(endpoint=endpoint, batch=1))
    service.plan = ["ok", "slow"]
    start = time.monotonic()
    with pytest.raises(ModelUnavailableError, match="no answer within"):
        reranker.scores("a", ["a", "b", "c"])
    assert time.monotonic() - start < 2
    reranker.close()


def test_an_endpoint_without_an_address_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="url"):
        load_reranker(RerankerChoice("endpoint"))
