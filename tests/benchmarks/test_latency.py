"""The latency harness: its text is reproducible, and a small run measures every column."""

from __future__ import annotations

from dataclasses import asdict

from tests.benchmarks.corpus import synthetic_texts
from tests.benchmarks.latency import measure, table


def test_synthetic_texts_are_the_same_for_the_same_seed() -> None:
    texts = synthetic_texts(3)
    assert texts == synthetic_texts(3)
    assert texts != synthetic_texts(3, seed=7)
    assert len(set(texts)) == 3
    assert all(len(text.split()) == 100 for text in texts)


def test_a_small_run_fills_every_column() -> None:
    figures = measure(synthetic_texts(24), writes=4, questions=5, floors=2)
    assert figures.notes == 20
    measured = [value for value in asdict(figures).values() if isinstance(value, dict)]
    assert len(measured) == 6
    assert all(0 < one["p50"] <= one["p95"] for one in measured)
    assert table([figures]).splitlines()[1].split()[0] == "20"
