from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.errors import IndexDamagedError
from vault_mem.index.lexical.base import LexicalDocument
from vault_mem.index.lexical.postings import Batch, Postings, PostingsCache, decoded_rows, encoded_rows

counted = st.dictionaries(st.integers(0, 2**32 - 1), st.one_of(st.just(1), st.integers(1, 2**32 - 1)), max_size=20)


def postings(held: dict[int, int]) -> Postings:
    return Postings(np.array(list(held), dtype=np.uint32), np.array(list(held.values()), dtype=np.uint32))


@given(held=counted)
def test_postings_survive_as_bytes(held: dict[int, int]) -> None:
    read = Postings.decoded(postings(held).encoded())
    assert dict(zip(read.ids.tolist(), read.counts.tolist(), strict=True)) == held


@given(held=counted, place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_byte_that_changed_is_damage(held: dict[int, int], place: int, flip: int) -> None:
    content = bytearray(postings(held).encoded())
    content[place % len(content)] ^= flip
    with pytest.raises(IndexDamagedError):
        Postings.decoded(bytes(content))


@pytest.mark.parametrize("length", [0, 3, 8, 20])
def test_rows_cut_short_are_damage(length: int) -> None:
    batch = Batch()
    batch.add(LexicalDocument(7, {"body": ["ant", "bee"]}))
    content = encoded_rows(batch.rows)
    assert decoded_rows(content)["id"].tolist() == [7]
    with pytest.raises(IndexDamagedError):
        decoded_rows(content[:length])


def test_a_batch_gives_terms_in_order_with_ids_and_counts() -> None:
    batch = Batch()
    batch.add(LexicalDocument(3, {"title": ["b"], "body": ["b", "a", "b"]}))
    batch.add(LexicalDocument(5, {"body": ["b"]}))
    found = [(name, token, part.ids.tolist(), part.counts.tolist()) for name, token, part in batch.postings()]
    assert found == [("body", b"a", [3], [1]), ("body", b"b", [3, 5], [2, 1]), ("title", b"b", [3], [1])]


def test_the_cache_forgets_what_was_not_asked_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    one = postings({1: 1})
    monkeypatch.setattr("vault_mem.index.lexical.postings._CACHED_BYTES", 2 * one.size)
    cache, read = PostingsCache(), list[bytes]()

    def ask(token: bytes) -> None:
        cache.get(("part", "body", token), lambda: read.append(token) or one)  # type: ignore[func-returns-value]

    for token in (b"a", b"b", b"a", b"c", b"a", b"b"):
        ask(token)
    assert read == [b"a", b"b", b"c", b"b"]
    cache.keep({"other"})
    ask(b"a")
    assert read[-1] == b"a"
