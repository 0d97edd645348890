from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import click
import pytest

from tests.cli.conftest import Shell
from vault_mem.cli.application import application


def broken(error: BaseException) -> click.Command:
    def fail() -> NoReturn:
        raise error

    return click.Command("status", callback=fail)


def break_status(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    monkeypatch.setattr(application, "get_command", lambda _ctx, _name: broken(error))


def test_a_refusal_is_exit_1_with_a_hint(shell: Shell, tmp_path: Path) -> None:
    outcome = shell("--vault", str(tmp_path), "status")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert "\nhint: " in outcome.err


@pytest.mark.parametrize("before", [True, False])
def test_a_refusal_is_json_too_where_asked_for(shell: Shell, tmp_path: Path, *, before: bool) -> None:
    vault = ("--vault", str(tmp_path))
    outcome = shell(*vault, "status", "--json") if before else shell("status", "--json", *vault)
    assert outcome.code == 1
    assert outcome.json["error"]["code"] == "not-a-vault"
    assert set(outcome.json["error"]) == {"code", "message", "hint"}
    assert outcome.err.startswith("error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["recall", "--limit", "0"],
        ["recall", "--limit", "x"],
        ["read"],
        ["revise", "note"],
        ["revise", "note", "--set", "novalue"],
        ["remember", "x", "--links", "supersedes="],
        ["remember", "x", "--notes", "f.jsonl"],
        ["remember", "--notes", "f.jsonl", "--title", "x"],
        ["remember"],
        ["forget", "x", "--undo", "--version", "abc"],
        ["init", "a", "--vault", "b"],
        ["serve", "--agent", "x"],
        ["history", "x", "--view", "gossip"],
    ],
)
def test_wrong_usage_is_exit_2(shell: Shell, arguments: list[str]) -> None:
    outcome = shell(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: vault-mem" in outcome.err


def test_a_bug_is_exit_3_and_leaves_a_report(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAULT_MEM_STATE", str(tmp_path / "state"))
    break_status(monkeypatch, KeyError("lost"))
    outcome = shell("status")
    (report,) = (tmp_path / "state" / "crashes").iterdir()
    assert outcome.code == 3
    assert "Traceback" not in outcome.err
    assert "KeyError: 'lost'" in outcome.err
    assert str(report) in outcome.err
    assert "Traceback" in report.read_text(encoding="utf-8")
    assert "whoosh3 3" in report.read_text(encoding="utf-8")
    if os.name == "posix":
        assert report.stat().st_mode & 0o077 == 0


def test_a_bug_shows_its_traceback_to_who_asks_for_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MEM_DEBUG", "1")
    break_status(monkeypatch, KeyError("lost"))
    assert "Traceback" in shell("status").err


def test_a_report_that_cannot_be_kept_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("VAULT_MEM_STATE", str(blocked))
    break_status(monkeypatch, ValueError(""))
    outcome = shell("status")
    assert outcome.code == 3
    assert "could not be kept" in outcome.err


def test_an_interruption_is_exit_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    break_status(monkeypatch, KeyboardInterrupt())
    assert shell("status").code == 130


def test_a_reader_that_leaves_is_no_error(vault: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vault_mem", "status", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    message = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), message) == (0, "")


def test_text_of_any_script_survives_a_legacy_encoding(vault: Path) -> None:
    def run(*arguments: str) -> bytes:
        environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
        command = [sys.executable, "-m", "vault_mem", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60).stdout

    run("remember", "# 决定 🚀\n\nStart with Ü.", "--key", "rocket")
    assert "决定 🚀" in run("read", "rocket").decode("utf-8")
    assert json.loads(run("read", "rocket", "--json").decode("utf-8"))["title"] == "决定 🚀"
