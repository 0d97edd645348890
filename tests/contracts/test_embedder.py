"""What every embedder must do: the bundled one, and the stand-in that other tests use for its speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.index.hashing import HashingEmbedder
from vault_mem.index.embedders import load_embedder
from vault_mem.index.embedders.base import Embedder


def bundled() -> Embedder:
    embedder = load_embedder("bundled")
    assert embedder is not None
    return embedder


EMBEDDERS: Mapping[str, Callable[[], Embedder]] = {"stand-in": HashingEmbedder, "bundled": bundled}
TEXTS = ("How do I deploy to production?", "The cat sleeps", "x", "deploy deploy deploy", "a longer text " * 400)


@pytest.fixture(params=list(EMBEDDERS), scope="module")
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return EMBEDDERS[request.param]()


def test_rows_are_unit_vectors(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)


def test_a_text_has_the_same_vector_in_any_batch(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert embedder.embed([text])[0] == pytest.approx(vector, abs=1e-6)
    assert embedder.embed(TEXTS[::-1])[::-1] == pytest.approx(together, abs=1e-6)


def test_nothing_and_the_unknown_have_no_direction(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)
    assert not embedder.embed(["", " \n"]).any()


def test_likeness_is_more_than_unlikeness(embedder: Embedder) -> None:
    query, near, far = embedder.embed(["deploy the server", "the server deploy script", "a cat sleeps in the sun"])
    assert query @ near > query @ far


def test_the_id_is_stable_and_tells_models_apart(embedder: Embedder) -> None:
    same = next(make() for make in EMBEDDERS.values() if type(make()) is type(embedder))
    assert embedder.model_id == same.model_id
    assert len({make().model_id for make in EMBEDDERS.values()}) == len(EMBEDDERS)


def test_threads_share_it(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.embed(TEXTS), range(16)):
            assert vectors == pytest.approx(expected, abs=1e-6)
