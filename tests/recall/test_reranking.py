from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.errors import ModelUnavailableError
from vault_mem.recall.reranking import blended, rerank
from vault_mem.recall.scores import FloatArray

FIRST = np.array([0.9, 0.6, 0.5, 0.2], dtype=np.float32)


def floats(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float32)


class Opinionated:
    """Says what it is told to say; None for nothing at all."""

    name = "opinionated"
    trouble = None

    def __init__(self, *opinions: float) -> None:
        self.opinions = opinions

    def scores(self, query: str, passages: Sequence[str]) -> FloatArray:
        assert query
        if not self.opinions:
            raise ModelUnavailableError("service", "no answer within 3 s")
        return floats(*self.opinions[: len(passages)])

    def close(self) -> None:
        pass


def test_all_of_the_weight_is_all_of_the_order() -> None:
    found = blended(FIRST, floats(-3, 4, 1), weight=1.0)
    assert found.order.tolist() == [1, 2, 0, 3]
    assert found.scores == pytest.approx([0.9, 0.5 + 0.4 * 4 / 7, 0.5, 0.2])
    assert found.opinions[:3] == pytest.approx([1, 4 / 7, 0])
    assert np.isnan(found.opinions[3])


def test_no_weight_changes_nothing() -> None:
    found = blended(FIRST, floats(1, 2, 3, 4), weight=0.0)
    assert found.order.tolist() == [0, 1, 2, 3]
    assert found.scores.tolist() == FIRST.tolist()


def test_half_of_the_weight_is_between() -> None:
    # scaled: first 1, .25, 0; opinions 0, 1, .8; halves .5, .625, .4
    found = blended(FIRST[:3], floats(0, 10, 8), weight=0.5)
    assert found.order.tolist() == [1, 0, 2]


def test_opinions_that_do_not_differ_change_no_order() -> None:
    assert blended(FIRST, floats(7, 7, 7, 7), weight=0.9).order.tolist() == [0, 1, 2, 3]
    assert blended(floats(0.5, 0.5), floats(-1, -1), weight=1).order.tolist() == [0, 1]


def test_nothing_to_blend() -> None:
    assert blended(floats(), floats(), weight=0.5).order.tolist() == []
    assert blended(FIRST, floats(), weight=0.5).scores.tolist() == FIRST.tolist()
    assert blended(floats(0.4), floats(-9), weight=0.5).scores == pytest.approx([0.4])


@pytest.mark.parametrize(("opinions", "weight"), [((1, 2, 3, 4, 5), 0.5), ((1,), -0.1), ((1,), 1.1)])
def test_what_cannot_be_blended(opinions: tuple[float, ...], weight: float) -> None:
    with pytest.raises(ValueError, match="cannot blend"):
        blended(FIRST, floats(*opinions), weight=weight)


scores = st.lists(st.floats(0, 1, width=32), max_size=12).map(lambda values: sorted(values, reverse=True))
opinions = st.lists(st.floats(-100, 100, width=32), max_size=12)


@given(scores, opinions, st.floats(0, 1))
def test_a_blend_keeps_every_entry_its_range_and_the_tail(
    first: list[float], thought: list[float], weight: float
) -> None:
    head = min(len(first), len(thought))
    found = blended(floats(*first), floats(*thought[:head]), weight=weight)
    assert sorted(found.order.tolist()) == list(range(len(first)))
    assert found.order.tolist()[head:] == list(range(head, len(first)))
    assert np.all(np.diff(found.scores) <= 1e-6)
    if first:
        assert found.scores[0] == pytest.approx(first[0], abs=1e-6)
        assert found.scores[-1] == pytest.approx(first[-1], abs=1e-6)


def test_a_reranker_is_asked_about_the_head() -> None:
    found = rerank("q", ["a", "b"], FIRST, reranker=Opinionated(0, 1), weight=1.0)
    assert found.order.tolist() == [1, 0, 2, 3]
    assert found.notice is None


def test_without_an_answer_the_first_ranking_stands() -> None:
    found = rerank("q", ["a", "b"], FIRST, reranker=Opinionated(), weight=1.0)
    assert found.order.tolist() == [0, 1, 2, 3]
    assert found.scores.tolist() == FIRST.tolist()
    assert found.notice == "Not reranked: service: no answer within 3 s"
