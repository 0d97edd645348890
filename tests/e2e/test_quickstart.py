"""The product's main job, as the README shows it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


def quickstart(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vault_mem", "quickstart", *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


def git(vault: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(vault), *arguments], capture_output=True, check=True, encoding="utf-8"
    ).stdout.strip()


def test_it_passes_its_own_checks_and_can_be_repeated(tmp_path: Path) -> None:
    vault = tmp_path / "tour"
    first = quickstart("--vault", str(vault))
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.count("  ok\n") == 6
    assert "FAILED" not in first.stdout
    assert f'--vault "{vault}"' in first.stdout
    assert git(vault, "rev-list", "--count", "HEAD") == "3"
    assert "Memory-Agent: quickstart" in git(vault, "log", "-1", "--format=%B")
    again = quickstart("--vault", str(vault), "--json")
    answer = json.loads(again.stdout)
    assert again.returncode == 0, again.stdout + again.stderr
    assert answer["is_ok"] is True
    assert len(answer["steps"]) == 6
    assert answer["seconds"] < 15
    assert (
        git(vault, "log", "--format=%s", "-2")
        == "revise: procedures/undo-a-memory.md\nadopt: procedures/undo-a-memory.md"
    )


def test_it_uses_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    answer = json.loads(quickstart("--json").stdout)
    assert answer["is_ok"] is True
    assert Path(answer["vault"]).parent.samefile(tmp_path)


def test_it_never_writes_into_somebodys_folder(tmp_path: Path) -> None:
    notes, vault = tmp_path / "notes", tmp_path / "vault"
    notes.mkdir()
    (notes / "mine.md").write_text("# Mine\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "vault_mem", "init", str(vault)], check=True, capture_output=True)
    for folder in (notes, vault, notes / "mine.md"):
        before = sorted(str(path) for path in tmp_path.rglob("*"))
        done = quickstart("--vault", str(folder))
        assert done.returncode == 1
        assert "error: --vault: " in done.stderr
        assert "hint: Name a new or empty folder" in done.stderr
        assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_failed_expectation_is_said(tmp_path: Path) -> None:
    vault = tmp_path / "tour"
    assert quickstart("--vault", str(vault)).returncode == 0
    question = "How does recall combine words and meaning?"
    (vault / "rival.md").write_text(f"# {question}\n\n{question} {question}\n", encoding="utf-8")
    done = quickstart("--vault", str(vault))
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 2
    assert "expected that the new decision comes first" in done.stdout
