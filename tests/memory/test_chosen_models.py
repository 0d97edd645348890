"""A vault with the embedder and the reranker that a user chose, over real HTTP: what happens when they fail."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.services import DIMENSIONS, Service, serving
from tests.vaults import git
from vault_mem import Memory
from vault_mem.config import load_settings
from vault_mem.errors import InvalidConfigError

NOTES = {
    "Deploys": "Deploy the server with the script in the cellar.",
    "Cats": "The cat sleeps in the sun all day.",
    "Backups": "The server is copied at night.",
}


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def config(isolated: Path) -> Path:
    (isolated / "config").mkdir()
    return isolated / "config" / "config.toml"


def choose(config: Path, service: Service, **more: str) -> None:
    lines = [f"{key} = {value}" for key, value in {"dimensions": str(DIMENSIONS), "timeout": "2", **more}.items()]
    config.write_text("\n".join(["[embedder]", 'kind = "endpoint"', f'url = "{service.url}"', *lines]))


def fill(memory: Memory) -> None:
    for title, text in NOTES.items():
        memory.remember(text, title=title)


def embedded(memory: Memory) -> tuple[int, int]:
    status = memory.status()
    return status.embedded, status.passages


def forget_failures() -> None:
    """Do what time does: let the services be asked again."""
    shutil.rmtree(load_settings().cache_dir / "services", ignore_errors=True)


def test_notes_are_embedded_by_the_service(vault: Path, config: Path, service: Service) -> None:
    choose(config, service, model='"small"', query_prefix='"query: "')
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
        assert memory.recall("deploy the server", mode="dense").hits[0].title == "Deploys"
        assert embedded(memory) == (3, 3)
        assert memory.status().embedder is not None
        assert str(memory.status().embedder).startswith("small-")
    sent = [text for request in service.requests for text in request.body["input"]]
    assert sent.count("query: deploy the server") == 1
    assert sum(text.startswith("Deploys\n") for text in sent) == 1


def test_vectors_of_two_models_are_never_mixed(vault: Path, config: Path, service: Service) -> None:
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
        bundled = memory.status().embedder
    choose(config, service)
    with vault_mem.open_memory(vault) as memory:
        memory.recall("deploy")
        assert memory.status().embedder != bundled
        assert embedded(memory) == (3, 3)
    requests = len(service.requests)
    choose(config, service, passage_prefix='"passage: "')
    with vault_mem.open_memory(vault) as memory:
        memory.recall("deploy")
        assert embedded(memory) == (3, 3)
    assert len(service.requests) > requests


def test_a_service_that_is_down_breaks_no_write(vault: Path, config: Path, service: Service) -> None:
    choose(config, service)
    service.always = "500"
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
        assert git(vault, "log", "--oneline").count("remember:") == 3
        assert embedded(memory) == (0, 3)
        assert [hit.title for hit in memory.recall("deploy the server").hits][:1] == ["Deploys"]
        assert any("HTTP 500" in text for text in memory.status().notice)
    assert len(service.requests) == 1


def test_what_has_no_vector_gets_one_at_the_next_update(vault: Path, config: Path, service: Service) -> None:
    choose(config, service)
    service.always = "500"
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
    service.always = None
    forget_failures()
    with vault_mem.open_memory(vault) as memory:
        memory.recall("deploy")
        assert embedded(memory) == (3, 3)
        assert memory.status().notice == ()


def test_a_question_to_a_service_that_hangs_is_answered_by_words(vault: Path, config: Path, service: Service) -> None:
    choose(config, service, query_timeout="0.3")
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
        service.always = "slow"
        start = time.monotonic()
        for _ in range(5):
            assert memory.recall("deploy the server").hits[0].title == "Deploys"
        assert time.monotonic() - start < 3
        assert any("no answer within 0.3 s" in text for text in memory.status().notice)
    before = len(service.requests)
    with vault_mem.open_memory(vault) as memory:
        assert memory.recall("deploy the server").hits[0].title == "Deploys"
    assert len(service.requests) == before


def test_status_asks_nobody(vault: Path, config: Path, service: Service) -> None:
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
    choose(config, service)
    with vault_mem.open_memory(vault) as memory:
        memory.recall("deploy")
    before = len(service.requests)
    with config.open("a") as file:
        file.write(f'\n[reranker]\nkind = "endpoint"\nurl = "{service.url}"\nmodel = "cross"\n')
    with vault_mem.open_memory(vault) as memory:
        status = memory.status()
    assert str(status.reranker).startswith("cross at 127.0.0.1:")
    assert len(service.requests) == before


def test_a_key_is_nowhere_but_in_the_request(
    vault: Path, config: Path, service: Service, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "sk-secret-4711")
    choose(config, service, key_env='"TEST_KEY"')
    service.always = "400"
    with vault_mem.open_memory(vault) as memory:
        fill(memory)
        assert "sk-secret" not in repr(memory.status()) + repr(memory.recall("deploy"))
    assert service.requests[0].headers["Authorization"] == "Bearer sk-secret-4711"
    files = [file for root in (vault, isolated) for file in root.rglob("*") if file.is_file()]
    assert [file for file in files if b"sk-secret" in file.read_bytes()] == []


def test_a_model_that_is_not_there_is_said_at_once(vault: Path, config: Path) -> None:
    config.write_text('[embedder]\nkind = "sentence-transformers"\nmodel = "/nowhere"\n')
    with pytest.raises(InvalidConfigError, match="/nowhere"):
        vault_mem.open_memory(vault)
