from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vaults import git, make_vault, write
from vault_mem.vault import revisions
from vault_mem.vault.vault import Vault

NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)


def commit_at(vault: Vault, time: datetime, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(vault.root, f"{name}.md", name)
    git(vault.root, "add", "-A")
    with monkeypatch.context() as environment:
        environment.setenv("GIT_COMMITTER_DATE", time.isoformat())
        environment.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00+0000")
        git(vault.root, "commit", "-qm", name)


def test_tags_have_the_times_of_their_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v") as vault:
        assert vault.tags() == {}
        commit_at(vault, NEW_YEAR, "one", monkeypatch)
        git(vault.root, "tag", "v1")
        git(vault.root, "tag", "-a", "release/v1.0", "-m", "annotated much later")
        git(vault.root, "tag", "vör\u2028übung")
        git(vault.root, "tag", "no-commit", "HEAD^{tree}")
        git(vault.root, "tag", "-a", "no-commit-either", "-m", "x", "HEAD:one.md")
        git(vault.root, "branch", "no-tag")
        assert vault.tags() == dict.fromkeys(["v1", "release/v1.0", "vör\u2028übung"], NEW_YEAR)


def test_of_many_tags_the_newest_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "MAX_TAGS", 2)
    with make_vault(tmp_path / "v") as vault:
        for month in (3, 1, 2):
            commit_at(vault, NEW_YEAR.replace(month=month), f"n{month}", monkeypatch)
            git(vault.root, "tag", f"v{month}")
        assert set(vault.tags()) == {"v2", "v3"}
