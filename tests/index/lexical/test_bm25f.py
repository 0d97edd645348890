from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vault_mem.index.lexical.base import FIELDS
from vault_mem.index.lexical.bm25f import Lengths
from vault_mem.index.lexical.postings import ROW_TYPE


def rows(first: int, count: int) -> NDArray[np.void]:
    made = np.zeros(count, dtype=ROW_TYPE)
    made["id"] = np.arange(first, first + count)
    made["lengths"] = (made["id"][:, None] * 7 + np.arange(len(FIELDS))) % 5
    return made


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=8), st.data())
def test_lengths_that_follow_are_those_gathered_anew(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    """Each step adds some documents, as a part of their own or in one part with some that were there last."""
    parts: list[NDArray[np.void]] = []
    known: Lengths | None = None
    for count, joined in steps:
        first = sum(map(len, parts))
        if data.draw(st.booleans()):  # the last ones are discarded
            first -= len(parts.pop()) if parts else 0
        merged = parts[len(parts) - joined :] if joined and joined <= len(parts) else []
        start = first - sum(map(len, merged))
        parts = [*parts[: len(parts) - len(merged)], rows(start, first - start + count)]
        known, fresh = Lengths(parts, known), Lengths(parts)
        np.testing.assert_array_equal(known.stored, fresh.stored)
        live = np.ones(len(fresh.stored) + 2, dtype=np.bool_)
        assert known.statistics(live) == fresh.statistics(live)
        np.testing.assert_array_equal(known.tokens[:, fresh.stored], fresh.tokens[:, fresh.stored])
