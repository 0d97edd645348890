from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vault_mem.recall.fusion import FloatArray, fuse, min_max

_SCORES = arrays.arrays(np.float32, st.integers(1, 30), elements=st.floats(-100, 100, width=32))


def _array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float32)


def test_each_side_is_scaled_to_its_own_range() -> None:
    fused = fuse(_array(0, 5, 10), _array(-1, 0, 1), weight=0.5)
    assert fused.tolist() == pytest.approx([0, 0.5, 1])


def test_weight_zero_ignores_the_dense_side() -> None:
    assert fuse(_array(0, 2), _array(1, -1), weight=0).tolist() == [0, 1]


def test_a_lone_match_is_a_match_and_no_match_is_none() -> None:
    assert min_max(_array(3)).tolist() == [1]
    assert min_max(_array(0, 0)).tolist() == [0, 0]
    assert min_max(_array(-0.5)).tolist() == [0]
    assert min_max(_array()).size == 0


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_weight_outside_the_range_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="cannot fuse"):
        fuse(_array(1), _array(1), weight=weight)


@given(lexical=_SCORES, weight=st.floats(0, 1), seed=st.integers(0, 1_000))
def test_scores_stay_in_range_and_never_reverse_an_agreed_order(lexical: FloatArray, weight: float, seed: int) -> None:
    dense = np.random.default_rng(seed).uniform(-1, 1, len(lexical)).astype(np.float32)
    fused = fuse(lexical, dense, weight=weight)
    assert float(fused.min()) >= 0
    assert float(fused.max()) <= 1 + 1e-6
    for a in range(len(lexical)):
        for b in range(len(lexical)):
            if lexical[a] >= lexical[b] and dense[a] >= dense[b]:
                assert fused[a] >= fused[b] - 1e-6
