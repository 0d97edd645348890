"""HTTP services over real HTTP: what is sent, what is not, and what becomes of every way to fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import Service, embeddings, serving
from vault_mem.choices import EndpointChoice
from vault_mem.endpoint.breaker import COOL_DOWN, Breaker
from vault_mem.endpoint.client import Endpoint
from vault_mem.endpoint.transport import connected, exchange
from vault_mem.errors import ModelUnavailableError

KEY = "sk-secret-4711"
BODY = {"input": ["deploy the server"], "model": "small"}


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def endpoint(service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("TEST_KEY", KEY)
    choice = EndpointChoice(service.url, model="small", key_env="TEST_KEY")
    opened = Endpoint(choice, "embeddings", clock=clock, sleep=clock.sleep)
    yield opened
    opened.close()


def ask(endpoint: Endpoint, *, timeout: float = 5.0, limit: int = 1_000_000, patient: bool = False) -> Any:
    return endpoint.post(BODY, read=lambda found: found, timeout=timeout, limit=limit, patient=patient)


def problem(endpoint: Endpoint, *, timeout: float = 5.0, patient: bool = False) -> str:
    with pytest.raises(ModelUnavailableError) as caught:
        ask(endpoint, timeout=timeout, patient=patient)
    assert KEY not in repr(caught.value) + str(caught.value) + caught.value.hint
    assert str(caught.value).isprintable()
    return caught.value.problem


def test_what_is_sent_and_what_comes_back(service: Service, endpoint: Endpoint) -> None:
    assert ask(endpoint) == embeddings(["deploy the server"])
    (request,) = service.requests
    assert request.path == "/v1/embeddings"
    assert request.body == BODY
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert endpoint.trouble is None


def test_an_address_that_ends_with_the_verb_is_left_as_it_is(service: Service) -> None:
    endpoint = Endpoint(EndpointChoice(f"{service.url}/embeddings"), "embeddings")
    ask(endpoint)
    endpoint.close()
    assert service.requests[0].path == "/v1/embeddings"
    assert "Authorization" not in service.requests[0].headers


def test_the_connection_is_kept_and_opens_again_after_close(service: Service, endpoint: Endpoint) -> None:
    ask(endpoint)
    endpoint.close()
    endpoint.close()
    ask(endpoint)
    assert len(service.requests) == 2


def test_a_key_from_a_file(service: Service, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"  {KEY}\nsecond line\n")
    endpoint = Endpoint(EndpointChoice(service.url, key_file=tmp_path / "key"), "embeddings")
    ask(endpoint)
    endpoint.close()
    assert service.requests[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("content", ["", "\n", "ключ", "a\x07b"])
def test_a_key_that_is_none_is_not_sent_and_not_shown(service: Service, tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content, encoding="utf-8")
    endpoint = Endpoint(EndpointChoice(service.url, key_file=tmp_path / "key"), "embeddings")
    said = problem(endpoint)
    endpoint.close()
    assert "key" in said
    assert service.requests == []
    assert not content.strip() or content.strip() not in said


def test_a_variable_that_is_not_set_is_named(service: Service, endpoint: Endpoint, monkeypatch: Any) -> None:
    monkeypatch.delenv("TEST_KEY")
    assert "TEST_KEY" in problem(endpoint)
    assert service.requests == []


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("400", "it refuses the request (HTTP 400): no: Bearer ***"),
        ("401", "the key is refused (HTTP 401)"),
        ("403", "the key is refused (HTTP 403)"),
        ("404", "no such address or model (HTTP 404)"),
        ("413", "max_chars"),
        ("429", "too many requests"),
        ("500", "it failed (HTTP 500): no: Bearer *** [31m"),
        ("503", "it failed (HTTP 503)"),
        ("wrong-json", "not JSON"),
        ("not-utf8", "not JSON"),
        ("deep", "not JSON"),
        ("empty", "not JSON"),
        ("huge", "longer than 1,000,000 bytes"),
        ("gzip", "compressed"),
        ("hang-up", "cannot be reached"),
        ("redirect", "redirect"),
    ],
)
def test_every_failure_says_what_it_is(service: Service, endpoint: Endpoint, behaviour: str, said: str) -> None:
    service.always = behaviour
    service.elsewhere = service.url
    assert said in problem(endpoint)
    assert said in str(endpoint.trouble)
    assert endpoint.host in str(endpoint.trouble)


@pytest.mark.parametrize("behaviour", ["slow", "drip", "drip-headers"])
def test_nothing_takes_longer_than_it_may(service: Service, endpoint: Endpoint, behaviour: str) -> None:
    service.always = behaviour
    start = time.monotonic()
    assert "no answer within 0.3 s" in problem(endpoint, timeout=0.3)
    assert time.monotonic() - start < 2


def test_a_redirect_is_not_followed_and_the_key_stays_here(service: Service, endpoint: Endpoint) -> None:
    with serving() as other:
        service.elsewhere = other.url.removesuffix("/v1")
        service.always = "redirect"
        problem(endpoint)
        assert other.requests == []


def test_a_machine_that_is_not_there(clock: Clock) -> None:
    with serving() as gone:
        pass
    endpoint = Endpoint(EndpointChoice(gone.url), "embeddings", clock=clock)
    assert "cannot be reached" in problem(endpoint)
    endpoint.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTP_PROXY", "gopher://user:sk-pass@proxy:1"),
        ("HTTP_PROXY", "http://user:sk-pass@proxy:port"),
        ("SSL_CERT_FILE", "/nowhere/sk-pass"),
    ],
)
def test_an_environment_that_cannot_be_used(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv(variable, value)
    said = problem(endpoint)
    assert "that the environment names" in said
    assert "sk-pass" not in said


def test_a_client_that_is_closed_meanwhile(service: Service) -> None:
    client = connected()
    client.close()
    with pytest.raises(ConnectionError):
        exchange(client, service.url, b"{}", key=None, timeout=1.0, limit=100)


@pytest.mark.parametrize("wrong", [ValueError("wrong in our words"), KeyError("x"), TypeError("x"), OverflowError("x")])
def test_an_answer_that_cannot_be_read_is_a_failure(endpoint: Endpoint, wrong: Exception) -> None:
    def read(_found: object) -> None:
        raise wrong

    with pytest.raises(ModelUnavailableError) as caught:
        endpoint.post(BODY, read=read, timeout=5, limit=1_000_000)
    assert ("wrong in our words" if isinstance(wrong, ValueError) else "shape") in caught.value.problem
    assert endpoint.trouble is not None


def test_other_processes_know_of_a_failure(service: Service, clock: Clock, tmp_path: Path) -> None:
    def opened(model: str = "small") -> Endpoint:
        choice = EndpointChoice(service.url, model=model)
        return Endpoint(choice, "embeddings", folder=tmp_path / "services", clock=clock)

    service.plan = ["500"]
    first = opened()
    problem(first)
    first.close()
    second = opened()
    assert "HTTP 500" in str(second.trouble)
    problem(second)
    assert len(service.requests) == 1
    assert opened("large").trouble is None
    clock.now += COOL_DOWN + 1
    ask(second)
    second.close()
    assert opened().trouble is None
    assert list((tmp_path / "services").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"problem": "x"}',
        b'{"problem": "x", "until": 1e9, "failures": 1}',
        b'{"problem": "x", "until": 5, "failures": 1}',
        b'{"problem": "x", "until": NaN, "failures": 1}',
        b"[" * 4_000,
    ],
)
def test_a_damaged_memory_of_a_failure_is_none(tmp_path: Path, clock: Clock, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    breaker = Breaker(clock=clock, file=tmp_path / "file")
    assert breaker.problem is None
    assert breaker.refusal(1.0) is None


def test_a_service_that_stays_away_is_asked_less_and_less(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    waits = []
    for _ in range(8):
        breaker.trip("down")
        start = clock.now
        while breaker.refusal(0.0) is not None:
            clock.now += 1
        waits.append(clock.now - start)
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]


def test_one_caller_tries_again_for_all_others(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    breaker.trip("down")
    clock.now += COOL_DOWN + 1
    assert breaker.refusal(5.0) is None
    assert breaker.refusal(5.0) == "down"


def test_one_failure_costs_one_request(service: Service, endpoint: Endpoint, clock: Clock) -> None:
    service.always = "500"
    problem(endpoint)
    for _ in range(5):
        assert "HTTP 500" in problem(endpoint)
    assert len(service.requests) == 1
    clock.now += COOL_DOWN + 1
    problem(endpoint)
    assert len(service.requests) == 2
    service.always = None
    clock.now += COOL_DOWN + 1
    assert "HTTP 500" in problem(endpoint)  # the second failure in a row is remembered twice as long
    clock.now += COOL_DOWN + 1
    ask(endpoint)
    assert endpoint.trouble is None
    ask(endpoint)
    assert len(service.requests) == 4


@pytest.mark.parametrize("busy", ["429", "503"])
def test_patience_waits_longer_each_time(service: Service, endpoint: Endpoint, clock: Clock, busy: str) -> None:
    service.plan = [busy, busy]
    ask(endpoint, patient=True)
    assert clock.waits == [1.0, 2.0]


def test_patience_waits_as_long_as_it_is_told(service: Service, endpoint: Endpoint, clock: Clock) -> None:
    service.plan = ["429 5"]
    ask(endpoint, patient=True)
    assert clock.waits == [5.0]


@pytest.mark.parametrize(("plan", "requests"), [(["429 3600"], 1), (["429"] * 9, 4), (["500"], 1), (["401"], 1)])
def test_patience_ends(service: Service, endpoint: Endpoint, plan: list[str], requests: int) -> None:
    service.plan = plan
    problem(endpoint, patient=True)
    assert len(service.requests) == requests


def test_a_question_does_not_wait(service: Service, endpoint: Endpoint, clock: Clock) -> None:
    service.plan = ["429 1"]
    problem(endpoint)
    assert clock.waits == []
