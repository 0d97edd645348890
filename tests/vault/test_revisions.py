from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.vaults import git, make_vault, open_vault, write
from vault_mem.errors import RevisionNotFoundError
from vault_mem.vault.vault import Vault

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def commit_at(vault: Vault, day: str, name: str) -> str:
    """Commit a note with this committer time, and return the commit."""
    write(vault.root, f"{name}.md", name)
    git(vault.root, "add", "-A")
    env = {**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00+0000", "GIT_AUTHOR_DATE": "2001-01-01T00:00:00+0000"}
    subprocess.run(["git", "commit", "-qm", name], cwd=vault.root, env=env, check=True)
    return git(vault.root, "rev-parse", "HEAD").strip()


def first_at(vault: Vault, day: str) -> None:
    env = {**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00+0000"}
    subprocess.run(["git", "commit", "-q", "--amend", "--no-edit"], cwd=vault.root, env=env, check=True)


def at(vault: Vault, revision: str) -> str:
    return vault.resolve(revision, now=NOW)


def test_revision_is_a_ref_then_a_prefix_then_a_date(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        one = commit_at(vault, "2026-02-01", "one")
        git(vault.root, "branch", "2026-06-01")
        git(vault.root, "tag", "-a", "v1", "-m", "tag")
        two = commit_at(vault, "2026-03-01", "two")
        assert at(vault, "HEAD") == at(vault, "main") == at(vault, "refs/heads/main") == two
        assert at(vault, "main~1") == at(vault, "HEAD^") == one
        assert at(vault, "v1") == at(vault, "2026-06-01") == one
        assert at(vault, one[:7]) == at(vault, one.upper()[:12]) == at(vault, one) == one
        assert at(vault, f"{two}~1") == at(vault, f"{two[:9]}^") == one
        assert at(vault, "2026-02-01") == one
        assert at(vault, "2026-02-28T10:00") == one
        assert at(vault, "yesterday") == two


def test_nothing_a_person_types_is_an_option_or_an_expression(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="x") as vault:
        for text in ("--all", "-1", ":/notes", "HEAD:a.md", "@{1}", "main@{yesterday}", "HEAD..main", "*", "", "abc"):
            with pytest.raises(RevisionNotFoundError):
                at(vault, text)
        for text in ("deadbeef", "0" * 40, "nonsense words", "ma\nin", "main\0"):
            with pytest.raises(RevisionNotFoundError):
                at(vault, text)


def test_running_maximum_keeps_the_past_when_a_clock_was_wrong(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        early = commit_at(vault, "2026-02-01", "early")
        future = commit_at(vault, "2026-08-01", "future")
        later = commit_at(vault, "2026-03-01", "later")
        assert at(vault, "2026-04-01") == early
        assert at(vault, "2026-08-02") == later
        assert future != later


def test_time_before_the_first_commit_names_nothing(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        with pytest.raises(RevisionNotFoundError, match="before the vault's first commit"):
            at(vault, "2025-12-31")


def test_line_follows_new_commits_resets_and_branches(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        one = commit_at(vault, "2026-02-01", "one")
        assert at(vault, "2026-09-01") == one
        two, three = (commit_at(vault, f"2026-0{n}-01", f"n{n}") for n in (3, 4))
        assert [at(vault, f"2026-0{n}-02") for n in (2, 3, 4)] == [one, two, three]
        git(vault.root, "reset", "-q", "--hard", one)
        assert at(vault, "2026-09-01") == one
        git(vault.root, "switch", "-qc", "side", "HEAD~1")
        side = commit_at(vault, "2026-05-01", "side")
        assert at(vault, "2026-09-01") == side
        assert at(vault, "2026-02-02") == git(vault.root, "rev-parse", "side~1").strip()
        git(vault.root, "switch", "-q", "--orphan", "fresh")
        fresh = commit_at(vault, "2026-06-01", "fresh")
        assert at(vault, "2026-09-01") == fresh


def test_line_is_read_again_where_a_shallow_clone_was_deepened(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as whole:
        first_at(whole, "2026-01-01")
        one = commit_at(whole, "2026-02-01", "one")
        two = commit_at(whole, "2026-03-01", "two")
        git(tmp_path, "clone", "-q", "--depth=1", whole.root.as_uri(), "clone")
    with open_vault(tmp_path / "clone") as vault:
        assert at(vault, "2026-03-02") == two
        with pytest.raises(RevisionNotFoundError, match="cut off before it"):
            at(vault, "2026-02-02")
        git(vault.root, "fetch", "-q", "--unshallow")
        assert at(vault, "2026-02-02") == one


def test_merged_side_branch_is_not_on_the_line(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        git(vault.root, "switch", "-qc", "side")
        commit_at(vault, "2026-02-01", "side")
        git(vault.root, "switch", "-q", "main")
        main = commit_at(vault, "2026-01-15", "main")
        env = {**os.environ, "GIT_COMMITTER_DATE": "2026-03-01T12:00:00+0000"}
        subprocess.run(["git", "merge", "-q", "--no-edit", "side"], cwd=vault.root, env=env, check=True)
        assert at(vault, "2026-02-15") == main
        assert at(vault, "now") == git(vault.root, "rev-parse", "HEAD").strip()


def test_date_alone_is_the_end_of_that_day(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        first_at(vault, "2026-01-01")
        day = (datetime(2026, 2, 1, 12, tzinfo=UTC)).astimezone().date()
        commit = commit_at(vault, "2026-02-01", "one")
        assert at(vault, day.isoformat()) == commit
        assert at(vault, (day - timedelta(days=1)).isoformat()) != commit
