"""Vectors are those of model2vec, which made the model; it is asked here only."""

from __future__ import annotations

from pathlib import Path

import model2vec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data import data_folder
from vault_mem.index.embedders.bundle import bundled_model
from vault_mem.index.embedders.static import StaticModel

TEXTS = ["", " ", "[UNK]", "the public API", "数据库 café 🚀", "deploy " * 700, "un" * 5_000, "a\x1cb\x85c"]


def original(folder: Path) -> model2vec.StaticModel:
    return model2vec.StaticModel.from_pretrained(folder, force_download=False)


BUNDLED, THEIRS = StaticModel(bundled_model()), original(bundled_model())


@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=40), min_size=1, max_size=4))
def test_the_bundled_model_gives_the_same_bits(texts: list[str]) -> None:
    assert np.array_equal(BUNDLED.means(texts), THEIRS.encode(texts, normalize=False))


def test_real_notes_get_the_same_bits() -> None:
    texts = [path.read_text(errors="replace") for path in sorted((data_folder() / "vaults").rglob("*.md"))[:200]]
    assert np.array_equal(BUNDLED.means(texts), THEIRS.encode(texts, normalize=False))


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_models_of_other_kinds_agree(tmp_path: Path, kind: str) -> None:
    made = model2vec.StaticModel.from_pretrained(bundled_model(), force_download=False, quantize_to=kind)
    made.save_pretrained(tmp_path)
    ours, theirs = StaticModel(tmp_path).means(TEXTS), original(tmp_path).encode(TEXTS, normalize=False)
    assert np.allclose(ours, theirs, atol=1e-3 * float(np.abs(theirs).max()))


def test_weights_and_shared_rows_are_read(tmp_path: Path) -> None:
    count = len(THEIRS.embedding)
    rng = np.random.default_rng(0)
    made = model2vec.StaticModel(
        rng.standard_normal((50, 8)).astype(np.float32),
        THEIRS.tokenizer,
        config={"max_length": 20},
        weights=rng.random(count).astype(np.float32),
        token_mapping=rng.integers(0, 50, count),
        max_length=20,
    )
    made.save_pretrained(tmp_path)
    ours, theirs = StaticModel(tmp_path).means(TEXTS), original(tmp_path).encode(TEXTS, normalize=False)
    assert ours.any()
    assert np.allclose(ours, theirs, atol=1e-5)


def test_rows_that_are_not_one_a_token_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((bundled_model() / name).read_bytes())
    save_file({"embeddings": np.zeros((5, 8), dtype=np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="tokens, but 5 rows"):
        StaticModel(tmp_path)
