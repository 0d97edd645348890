"""Tokens looked up by stretches are those that the model's own tokenizer gives to the whole text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model2vec import StaticModel
from tokenizers import AddedToken

from tests.data import data_folder
from vault_mem.index.embedders import tokens
from vault_mem.index.embedders.bundle import bundled_model
from vault_mem.index.embedders.tokens import StretchTokens, WholeTokens, reads_stretches_alone

MODEL = StaticModel.from_pretrained(bundled_model(), force_download=False)
WHOLE = WholeTokens(MODEL.tokenizer, unknown=MODEL.unk_token_id)
LOOKED_UP = StretchTokens(WHOLE, most=512)
WORDS = st.sampled_from(
    ["running", "[UNK]", "[PAD]x", "naïve", "数据库", "don't", "a" * 70, "x" * 200, "🚀", "\u0301e", "ΑΣ"]
)
BLANKS = st.sampled_from(
    [" ", "\n", "\t", "\xa0", "\u2028", "\u3000", "\x0b", "\x1c", "\x85", "\u200b", "\0", "\ufeff"]
)


def agrees(texts: Sequence[str]) -> None:
    assert LOOKED_UP(texts) == WHOLE(texts) == MODEL.tokenize(texts)


@given(st.lists(st.lists(WORDS | BLANKS, max_size=12).map("".join), min_size=1, max_size=3))
def test_words_and_blanks_of_every_kind(texts: list[str]) -> None:
    agrees(texts)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    agrees([text])


def test_long_texts_are_cut_where_the_model_cuts_them() -> None:
    agrees(["word " * 2_000, "un" * 4_000 + " tail"])
    assert len(LOOKED_UP(["word " * 2_000])[0]) == 512


def test_real_notes() -> None:
    for path in sorted((data_folder() / "vaults").rglob("*.md"))[:300]:
        agrees([path.read_text(errors="replace")])


def test_what_is_known_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_KNOWN", 10)
    for start in range(0, 100, 20):
        agrees([" ".join(f"word{number}" for number in range(start, start + 20)), "y" * 300])
    assert len(LOOKED_UP._tokens) <= 21


def test_a_tokenizer_that_looks_past_blanks_is_left_alone() -> None:
    assert reads_stretches_alone(MODEL.tokenizer)
    other = StaticModel.from_pretrained(bundled_model(), force_download=False).tokenizer
    other.add_tokens([AddedToken("New York", normalized=False)])
    assert not reads_stretches_alone(other)
