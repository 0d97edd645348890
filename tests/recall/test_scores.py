from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vault_mem.recall.scores import FloatArray, best, min_max

_SCORES = arrays.arrays(np.float32, st.integers(1, 30), elements=st.floats(-100, 100, width=32))


def _array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float32)


def test_scores_are_scaled_to_their_own_range() -> None:
    assert min_max(_array(-1, 0, 1)).tolist() == [0, 0.5, 1]


def test_a_lone_match_is_a_match_and_no_match_is_none() -> None:
    assert min_max(_array(3)).tolist() == [1]
    assert min_max(_array(0, 0)).tolist() == [0, 0]
    assert min_max(_array(-0.5)).tolist() == [0]
    assert min_max(_array()).size == 0


@given(scores=_SCORES)
def test_scaling_keeps_the_order_and_stays_in_range(scores: FloatArray) -> None:
    scaled = min_max(scores)
    assert float(scaled.min()) >= 0
    assert float(scaled.max()) <= 1
    assert (np.diff(scaled[np.argsort(scores, kind="stable")]) >= 0).all()


@given(scores=arrays.arrays(np.float32, st.integers(0, 30), elements=st.integers(-2, 2)), count=st.integers(1, 31))
def test_the_best_are_those_a_stable_sort_has_first(scores: FloatArray, count: int) -> None:
    assert best(scores, count).tolist() == np.argsort(-scores, kind="stable")[:count].tolist()
