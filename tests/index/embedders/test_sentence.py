"""Sentence-transformers models, embedding and reranking, with a stand-in for the library at its boundary.

The real library runs in `tests/contracts/test_embedder.py` where it is installed.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vault_mem.choices import EmbedderChoice, RerankerChoice
from vault_mem.errors import InvalidConfigError, MissingExtraError, ModelUnavailableError
from vault_mem.index.embedders import load_embedder
from vault_mem.index.embedders.base import Embedder
from vault_mem.index.embedders.folders import fingerprint, model_folder
from vault_mem.recall.rerankers import load_reranker

LIBRARY = """
import json
from pathlib import Path
import numpy as np

class Model:
    def __init__(self, folder, *, local_files_only, trust_remote_code, truncate_dim=None):
        assert local_files_only and not trust_remote_code
        calls = Path(folder) / "calls"
        calls.write_text(str(int(calls.read_text()) + 1) if calls.exists() else "1")
        if (Path(folder) / "model.safetensors").read_bytes() == b"broken":
            raise RuntimeError("invalid header\\x1b[31m")
        self.width = truncate_dim or json.loads((Path(folder) / "spare.json").read_text())["width"]

class SentenceTransformer(Model):
    def encode(self, texts, *, prompt, batch_size, show_progress_bar, convert_to_numpy):
        assert all(texts)
        if any("poison" in text for text in texts):
            raise IndexError("index out of range in self")
        rows = np.zeros((len(texts), self.width), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number, len(prompt + text) % self.width] = 7.0
        return rows

class CrossEncoder(Model):
    def predict(self, pairs, *, batch_size, show_progress_bar, convert_to_numpy):
        return np.array([len(set(query.split()) & set(text.split())) for query, text in pairs], dtype=np.float32)
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put a library of that name first on the path."""
    (tmp_path / "site" / "sentence_transformers").mkdir(parents=True)
    (tmp_path / "site" / "sentence_transformers" / "__init__.py").write_text(LIBRARY)
    known = sys.modules.pop("sentence_transformers", None)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield
    sys.modules.pop("sentence_transformers", None)
    if known is not None:
        sys.modules["sentence_transformers"] = known


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_model(tmp_path / "large-model")


def make_model(folder: Path, *, width: int = 16, prompts: dict[str, str] | None = None) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    modules = [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Normalize"}]
    files = {
        "modules.json": modules,
        "config.json": {"hidden_size": 99},
        "1_Pooling/config.json": {"word_embedding_dimension": width},
        "config_sentence_transformers.json": {"prompts": prompts or {}},
        "spare.json": {"width": width},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def loaded(choice: EmbedderChoice) -> Embedder:
    embedder = load_embedder(choice)
    assert embedder is not None
    return embedder


def choice_of(folder: Path) -> EmbedderChoice:
    return EmbedderChoice("sentence-transformers", model=str(folder))


@pytest.mark.usefixtures("library")
def test_nothing_is_loaded_before_the_first_text(folder: Path) -> None:
    embedder = loaded(choice_of(folder))
    assert embedder.dimensions == 16
    assert embedder.model_id.startswith("large-model-")
    assert not embedder.embed([" "]).any()
    assert not (folder / "calls").exists()
    vectors = embedder.embed(["a", "bb", ""])
    assert np.linalg.norm(vectors, axis=1).tolist() == [1, 1, 0]
    assert (folder / "calls").read_text() == "1"


@pytest.mark.usefixtures("library")
def test_a_folder_says_itself_which_library_reads_it(folder: Path) -> None:
    assert loaded(EmbedderChoice("folder", model=str(folder))).model_id == loaded(choice_of(folder)).model_id


@pytest.mark.usefixtures("library")
def test_prefixes_are_the_model_s_own_unless_they_are_chosen(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "prompted", prompts={"query": "12345", "document": "1"})
    embedder = loaded(choice_of(folder))
    assert embedder.embed_query("ab").argmax() == 7
    assert embedder.embed(["ab"]).argmax() == 3
    chosen = loaded(replace(choice_of(folder), query_prefix="", passage_prefix="12"))
    assert chosen.embed_query("ab").argmax() == 2
    assert chosen.embed(["ab"]).argmax() == 4
    assert chosen.model_id != embedder.model_id


@pytest.mark.usefixtures("library")
def test_shorter_vectors_on_request(folder: Path) -> None:
    embedder = loaded(replace(choice_of(folder), dimensions=4))
    assert embedder.embed(["abc"]).shape == (1, 4)
    assert embedder.model_id != loaded(choice_of(folder)).model_id


@pytest.mark.usefixtures("library")
def test_texts_are_cut(folder: Path) -> None:
    embedder = loaded(replace(choice_of(folder), max_chars=101))
    assert embedder.embed(["x" * 5_000]).argmax() == 101 % 16


@pytest.mark.usefixtures("library")
def test_a_model_that_cannot_be_loaded_is_tried_once(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"broken")
    embedder = loaded(choice_of(folder))
    for _ in range(3):
        with pytest.raises(ModelUnavailableError, match="cannot be loaded") as caught:
            embedder.embed_query("a")
        assert str(caught.value).isprintable()
    assert (folder / "calls").read_text() == "1"
    assert "large-model" in str(embedder.trouble)


@pytest.mark.usefixtures("library")
def test_a_failure_passes(folder: Path) -> None:
    embedder = loaded(choice_of(folder))
    with pytest.raises(ModelUnavailableError, match="index out of range"):
        embedder.embed(["poison"])
    assert embedder.trouble is not None
    assert embedder.embed(["honey"]).any()
    assert embedder.trouble is None


@pytest.mark.usefixtures("library")
def test_other_vectors_than_were_promised(folder: Path) -> None:
    (folder / "spare.json").write_text('{"width": 8}')
    with pytest.raises(ModelUnavailableError, match="8 dimensions instead of 16"):
        loaded(choice_of(folder)).embed(["a"])


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("modules.json", None, "not a sentence-transformers model"),
        ("modules.json", "[1, 2]", "does not say how long"),
        ("modules.json", "{", "cannot be read"),
        ("modules.json", '[{"path": "../other"}, {"path": "/etc"}]', "does not say how long"),
        ("config.json", '{"model_type": "model2vec"}', "not a sentence-transformers model"),
    ],
)
def test_a_folder_that_is_no_model(folder: Path, name: str, content: str | None, said: str) -> None:
    (folder / name).unlink() if content is None else (folder / name).write_text(content)
    with pytest.raises(InvalidConfigError, match=said):
        load_embedder(choice_of(folder))


@pytest.mark.usefixtures("library")
def test_a_part_with_a_mad_length_is_passed_over(folder: Path) -> None:
    (folder / "1_Pooling/config.json").write_text('{"word_embedding_dimension": 1e99}')
    assert loaded(choice_of(folder)).dimensions == 99, "what the part before says"


def test_without_the_library_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("vault_mem.index.embedders.sentence", "vault_mem.recall.rerankers.crossencoder"):
        monkeypatch.setattr(f"{module}.find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"git-vault-mem\[sentence-transformers\]"):
        load_embedder(choice_of(folder))
    with pytest.raises(MissingExtraError, match=r"git-vault-mem\[sentence-transformers\]"):
        load_reranker(RerankerChoice("cross-encoder", model=str(folder)))


@pytest.mark.usefixtures("library")
def test_a_cross_encoder(folder: Path) -> None:
    reranker = load_reranker(RerankerChoice("cross-encoder", model=str(folder)))
    assert reranker is not None
    assert reranker.name == "large-model"
    assert reranker.scores("deploy the server", []).shape == (0,)
    assert not (folder / "calls").exists()
    scores = reranker.scores("deploy the server", ["a cat", "the server", "deploy the server"])
    assert scores.tolist() == [0, 2, 3]
    assert scores.dtype == np.float32
    assert reranker.trouble is None
    reranker.close()


@pytest.mark.usefixtures("library")
def test_a_cross_encoder_that_cannot_be_loaded(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"broken")
    reranker = load_reranker(RerankerChoice("cross-encoder", model=str(folder)))
    assert reranker is not None
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        reranker.scores("a", ["b"])
    assert "large-model" in str(reranker.trouble)


def test_a_folder_that_is_no_cross_encoder(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="not a cross-encoder"):
        load_reranker(RerankerChoice("cross-encoder", model=str(tmp_path)))


def test_the_fingerprint_sees_every_part(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model")
    weights = bytearray(5_000_000)
    seen = set()
    for place in (0, 2_000, 4_999_999):
        weights[place] ^= 1
        (folder / "model.safetensors").write_bytes(weights)
        seen.add(fingerprint(folder))
    (folder / "1_Pooling" / "config.json").write_text("{}")
    seen.add(fingerprint(folder))
    assert len(seen) == 4
    copy = tmp_path / "copy"
    (folder).rename(copy)
    assert fingerprint(copy) in seen


def test_a_model_in_a_package_is_found_without_running_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "some_model" / "model")
    (tmp_path / "some_model" / "__init__.py").write_text("raise SystemExit('run')")
    monkeypatch.setattr(sysconfig, "get_path", lambda _key: str(tmp_path))
    assert model_folder("package:some_model", "embedder") == tmp_path / "some_model" / "model"


@pytest.mark.parametrize("name", ["package:not_installed_at_all", "package:../evil", "package:", "package:a.b"])
def test_a_package_without_a_model(name: str) -> None:
    with pytest.raises(InvalidConfigError, match="no installed package"):
        model_folder(name, "embedder")


def test_what_lies_in_the_current_folder_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "own")
    monkeypatch.chdir(tmp_path)
    for name in ("own", "./own", "own/../own"):
        with pytest.raises(InvalidConfigError, match="absolute"):
            model_folder(name, "embedder")
    with pytest.raises(InvalidConfigError, match="no such folder"):
        model_folder(str(tmp_path / "missing"), "embedder")
