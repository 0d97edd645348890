"""The embedder that asks a service, over real HTTP: what it sends, and what becomes of wrong answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.services import DIMENSIONS, Service, serving
from vault_mem.choices import EmbedderChoice, EndpointChoice
from vault_mem.endpoint.client import Endpoint
from vault_mem.errors import InvalidConfigError, ModelUnavailableError
from vault_mem.index.embedders import load_embedder
from vault_mem.index.embedders.service import EndpointEmbedder


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def choice(service: Service) -> EmbedderChoice:
    endpoint = EndpointChoice(service.url, model="small", timeout=5.0)
    return EmbedderChoice("endpoint", endpoint=endpoint, dimensions=DIMENSIONS)


def embedder_of(choice: EmbedderChoice) -> EndpointEmbedder:
    assert choice.endpoint is not None
    return EndpointEmbedder(
        choice, choice.endpoint, connect=lambda service, verb: Endpoint(service, verb, sleep=lambda _: None)
    )


def test_nothing_is_sent_until_there_is_a_text(service: Service, choice: EmbedderChoice) -> None:
    embedder = load_embedder(choice)
    assert embedder is not None
    assert embedder.dimensions == DIMENSIONS
    assert embedder.model_id.startswith("small-")
    assert embedder.trouble is None
    assert not embedder.embed(["", " "]).any()
    embedder.close()
    assert service.requests == []


def test_questions_and_passages_get_their_prefixes(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(replace(choice, query_prefix="query: ", passage_prefix="passage: "))
    embedder.embed_query("where?")
    embedder.embed(["here", "there"])
    embedder.close()
    assert [request.body for request in service.requests] == [
        {"input": ["query: where?"], "model": "small"},
        {"input": ["passage: here", "passage: there"], "model": "small"},
    ]


def test_batches_cuts_and_dimensions(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(replace(choice, batch=2, max_chars=100, send_dimensions=True))
    assert embedder.embed(["a" * 200, "b", "", "c"]).any(axis=1).tolist() == [True, True, False, True]
    embedder.close()
    assert [request.body["input"] for request in service.requests] == [["a" * 100, "b"], ["c"]]
    assert service.requests[0].body["dimensions"] == DIMENSIONS


def test_a_service_with_one_model_needs_no_name(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(replace(choice, endpoint=EndpointChoice(service.url)))
    embedder.embed(["a"])
    embedder.close()
    assert service.requests[0].body == {"input": ["a"]}
    assert embedder.model_id.startswith("127.0.0.1:")


def test_the_id_changes_with_all_that_vectors_depend_on(choice: EmbedderChoice) -> None:
    endpoint = choice.endpoint
    assert endpoint is not None
    others = [
        choice,
        replace(choice, endpoint=replace(endpoint, model="large")),
        replace(choice, endpoint=replace(endpoint, url="https://other.example.org/v1")),
        replace(choice, query_prefix="q"),
        replace(choice, passage_prefix="q"),
        replace(choice, dimensions=8),
        replace(choice, send_dimensions=True),
        replace(choice, max_chars=500),
    ]
    assert len({embedder_of(other).model_id for other in others}) == len(others)
    harmless = replace(choice, batch=7, query_timeout=1.0, endpoint=replace(endpoint, key_env="KEY", timeout=1.0))
    assert embedder_of(harmless).model_id == embedder_of(choice).model_id


def test_text_that_is_no_unicode_is_sent_without_it(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(choice)
    assert embedder.embed(["deploy \ud800 the server"]).any()
    embedder.close()
    assert service.requests[0].body["input"] == ["deploy ? the server"]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("wrong-count", "1 vectors for 2 texts"),
        ("wrong-index", "places that no text has"),
        ("twice", "3 vectors for 2 texts"),
        ("short", f"{DIMENSIONS - 1} dimensions instead of {DIMENSIONS}"),
        ("nan", "what is no number"),
        ("inf", "what is no number"),
        ("large", "not lists of numbers"),
        ("words", "not lists of numbers"),
        ("null", "not lists of numbers"),
        ("wrong-shape", "shape"),
        ("no-object", "shape"),
        ("huge", "longer than"),
    ],
)
def test_wrong_vectors_are_refused(service: Service, choice: EmbedderChoice, behaviour: str, said: str) -> None:
    embedder = embedder_of(choice)
    service.always = behaviour
    with pytest.raises(ModelUnavailableError, match=said):
        embedder.embed(["a", "b"])
    embedder.close()
    assert said in str(embedder.trouble)


def test_passages_are_asked_for_again_and_questions_are_not(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(choice)
    service.plan = ["429", "503"]
    assert embedder.embed(["a"]).any()
    service.plan = ["429"]
    with pytest.raises(ModelUnavailableError, match="too many requests"):
        embedder.embed_query("a")
    embedder.close()
    assert len(service.requests) == 4


def test_a_question_has_less_time_than_passages(service: Service, choice: EmbedderChoice) -> None:
    embedder = embedder_of(replace(choice, query_timeout=0.2))
    service.always = "slow"
    with pytest.raises(ModelUnavailableError, match=r"no answer within 0\.2 s"):
        embedder.embed_query("a")
    embedder.close()


@pytest.mark.parametrize(("texts", "seconds"), [(1, 0.1), (2, 0.1), (4, 0.2)])
def test_a_small_batch_has_less_time_than_a_full_one(
    service: Service, choice: EmbedderChoice, texts: int, seconds: float
) -> None:
    endpoint = EndpointChoice(service.url, timeout=0.2)
    embedder = embedder_of(replace(choice, endpoint=endpoint, batch=4, query_timeout=0.1))
    service.always = "slow"
    with pytest.raises(ModelUnavailableError, match=f"no answer within {seconds} s"):
        embedder.embed(["a"] * texts)
    embedder.close()


def test_an_endpoint_without_an_address_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="url"):
        load_embedder(EmbedderChoice("endpoint", dimensions=8))
