"""What every reranker must do; services are asked over real HTTP, in both formats."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.services import serving
from vault_mem.choices import EndpointChoice, RerankerChoice
from vault_mem.recall.rerankers import load_reranker
from vault_mem.recall.rerankers.base import Reranker

PASSAGES = ("the server deploy script", "a cat sleeps", "", "deploy", "x " * 5_000, "deploy")
KINDS = {
    "cohere": RerankerChoice("endpoint", format="cohere"),
    "cohere in twos": RerankerChoice("endpoint", format="cohere", batch=2, max_chars=100),
    "tei": RerankerChoice("endpoint", format="tei"),
}


@pytest.fixture(params=KINDS, scope="module")
def reranker(request: pytest.FixtureRequest) -> Iterator[Reranker]:
    kind = KINDS[request.param]
    with serving() as service:
        endpoint = EndpointChoice(service.url, model="small", timeout=5.0)
        choice = RerankerChoice(
            "endpoint", endpoint=endpoint, format=kind.format, batch=kind.batch, max_chars=kind.max_chars
        )
        opened = load_reranker(choice)
        assert opened is not None
        yield opened
        opened.close()


def test_one_finite_score_a_passage(reranker: Reranker) -> None:
    scores = reranker.scores("deploy the server", PASSAGES)
    assert scores.shape == (len(PASSAGES),)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


def test_what_answers_scores_higher(reranker: Reranker) -> None:
    scores = reranker.scores("deploy the server", PASSAGES)
    assert int(scores.argmax()) == 0
    assert scores[3] == scores[5] > scores[1]


def test_order_and_company_change_nothing(reranker: Reranker) -> None:
    together = reranker.scores("deploy the server", PASSAGES)
    assert reranker.scores("deploy the server", PASSAGES[::-1])[::-1] == pytest.approx(together, abs=1e-5)
    assert reranker.scores("deploy the server", PASSAGES[3:4]) == pytest.approx(together[3:4], abs=1e-5)


def test_nothing_to_score(reranker: Reranker) -> None:
    assert reranker.scores("deploy", []).shape == (0,)


def test_threads_share_it(reranker: Reranker) -> None:
    expected = reranker.scores("deploy the server", PASSAGES)
    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(lambda _: reranker.scores("deploy the server", PASSAGES), range(8)):
            assert scores == pytest.approx(expected, abs=1e-5)


def test_a_name_and_no_trouble(reranker: Reranker) -> None:
    assert reranker.name
    assert reranker.trouble is None
    reranker.close()
    assert reranker.scores("deploy", ["deploy"]).any()
