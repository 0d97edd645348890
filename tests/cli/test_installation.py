from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.services import DIMENSIONS, serving


def findings(shell: Shell, *arguments: str) -> dict[str, dict[str, str]]:
    return {finding["code"]: finding for finding in shell("doctor", "--json", *arguments).json["findings"]}


def test_a_sound_installation(shell: Shell, vault: Path) -> None:
    outcome = shell("doctor")
    assert outcome.code == 0, outcome.out
    found = findings(shell)
    assert {"python", "git", "packages", "model", "cache", "state", "vault", "index"} <= set(found)
    assert "256 dimensions" in found["model"]["message"]
    assert "git version 2" in found["git"]["message"]
    assert str(vault) in found["vault"]["message"]
    assert "ok      " in outcome.out


def test_the_fast_engine_is_named_where_it_is_worth_it(
    shell: Shell, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault_mem.index.lexical.choice.has_fast_engine", lambda: False)
    small = findings(shell)["lexical-engine"]
    assert small["message"] == "whoosh finds words"
    monkeypatch.setattr("vault_mem.index.lexical.choice.FAST_FROM", 0)
    large = findings(shell)["lexical-engine"]
    assert "git-vault-mem[fast]" in large["hint"]


def test_no_vault_is_a_warning_unless_one_was_named(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert findings(shell)["not-a-vault"]["severity"] == "warning"
    assert shell("doctor").code == 0
    outcome = shell("doctor", "--vault", str(tmp_path))
    assert outcome.code == 1
    assert "vault-mem init" in outcome.out


def test_a_folder_that_cannot_be_written(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("VAULT_MEM_STATE", str(blocked / "state"))
    monkeypatch.chdir(tmp_path)
    found = findings(shell)
    assert found["state-not-writable"]["severity"] == "error"
    assert "VAULT_MEM_STATE" in found["state-not-writable"]["hint"]


def test_a_model_that_is_not_there(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MEM_EMBEDDER", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    outcome = shell("doctor")
    assert outcome.code == 1
    assert "[invalid-config]" in outcome.out


def test_a_model_that_is_off(shell: Shell, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MEM_EMBEDDER", "none")
    assert findings(shell)["no-model"]["severity"] == "warning"


def test_git_that_is_missing(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = findings(shell)
    assert found["git-missing"]["severity"] == "error"
    assert found["not-on-path"]["severity"] == "warning"


def test_settings_that_cannot_be_read(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("nonsense = 1\n")
    monkeypatch.setenv("VAULT_MEM_CONFIG", str(tmp_path))
    found = findings(shell)
    assert "nonsense" in found["invalid-config"]["message"]


@pytest.fixture
def configured(tmp_path: Path, isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Chooses a service for both parts, with a key; the current folder is in no vault."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_KEY", "sk-secret")

    def choose(url: str, dimensions: int) -> None:
        endpoint = f'kind = "endpoint"\nurl = "{url}"\nmodel = "small"\nkey_env = "TEST_KEY"\n'
        (isolated / "config").mkdir()
        text = f"[embedder]\n{endpoint}dimensions = {dimensions}\n[reranker]\n{endpoint}"
        (isolated / "config" / "config.toml").write_text(text)

    return choose


def test_services_that_answer(shell: Shell, configured: Callable[[str, int], None]) -> None:
    with serving() as service:
        configured(service.url, DIMENSIONS)
        found = findings(shell)
    assert f"{DIMENSIONS} dimensions" in found["model"]["message"]
    assert "small at 127.0.0.1" in found["reranker"]["message"]
    assert "sk-secret" not in repr(found)
    assert {request.headers["Authorization"] for request in service.requests} == {"Bearer sk-secret"}


@pytest.mark.parametrize(
    ("behaviour", "dimensions", "said"),
    [("401", DIMENSIONS, "the key is refused"), ("ok", 8, f"{DIMENSIONS} dimensions instead of 8")],
)
def test_services_that_fail(
    shell: Shell, configured: Callable[[str, int], None], behaviour: str, dimensions: int, said: str
) -> None:
    with serving() as service:
        service.always = behaviour
        configured(service.url, dimensions)
        outcome = shell("doctor")
    assert outcome.code == 1
    assert "[model-unavailable]" in outcome.out
    assert said in " ".join(outcome.out.split())
    assert "sk-secret" not in outcome.out
