from __future__ import annotations

import pytest

from vault_mem.memory.evaluating.figures import Comparison, measured


def test_ranks_become_shares() -> None:
    found = measured("links", [1, 2, 6, None])
    assert (found.kind, found.n, found.r5, found.r10) == ("links", 4, 0.5, 0.75)
    assert found.mrr10 == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    assert measured("all", []).mrr10 == 0.0


def test_what_helps_everywhere_is_better_and_what_harms_is_worse() -> None:
    comparison = Comparison([2] * 60, range(60), comparisons=20)
    assert comparison.with_ranks("good", [1] * 60).verdict == "better"
    assert comparison.with_ranks("bad", [None] * 60).verdict == "worse"
    same = comparison.with_ranks("same", [2] * 60)
    assert (same.verdict, same.change, same.low, same.high) == ("unclear", 0.0, 0.0, 0.0)


def test_noise_is_not_sold_as_an_improvement() -> None:
    ranks = [1, 2] * 30
    comparison = Comparison(ranks, range(60), comparisons=20)
    noise = comparison.with_ranks("noise", [2, 1] * 28 + [1, 1] * 2)
    assert noise.change > 0
    assert noise.verdict == "unclear"
    assert noise.low < noise.change < noise.high


def test_questions_with_one_answer_are_one_piece_of_evidence() -> None:
    before, after = [2] * 60, [1] * 30 + [2] * 30
    apart = Comparison(before, range(60), comparisons=20).with_ranks("x", after)
    together = Comparison(before, [0] * 30 + list(range(1, 31)), comparisons=20).with_ranks("x", after)
    assert apart.verdict == "better"
    assert together.verdict == "unclear"


def test_the_more_is_tried_the_surer_it_must_be() -> None:
    before, after = [2] * 60, [1] * 6 + [2] * 54
    assert Comparison(before, range(60), comparisons=1).with_ranks("x", after).verdict == "better"
    assert Comparison(before, range(60), comparisons=50).with_ranks("x", after).verdict == "unclear"


def test_the_bounds_are_the_same_every_time() -> None:
    first, second = (Comparison([1, 2, 3] * 20, range(60), comparisons=5) for _ in range(2))
    assert first.with_ranks("x", [3, 2, 1] * 20) == second.with_ranks("x", [3, 2, 1] * 20)
