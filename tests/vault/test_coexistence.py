"""A person's git goes on beside ours: neither undoes the other, whatever is staged, amended, pulled or stashed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, remember, write
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

A = NotePath("a.md")


@pytest.fixture(params=["plain", "split"])
def vault(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Vault]:
    with make_vault(tmp_path / "v", a="one\n", b="two\n", other="three\n") as opened:
        if request.param == "split":
            git(opened.root, "config", "core.splitIndex", "true")
            git(opened.root, "config", "splitIndex.maxPercentChange", "100")
            git(opened.root, "update-index", "--split-index")
        yield opened


def revise(vault: Vault) -> None:
    remember(vault, "a.md", "ours\n")


def create(vault: Vault) -> None:
    remember(vault, "new/n.md", "ours\n")


def delete(vault: Vault) -> None:
    with vault.writing() as transaction:
        transaction.commit(Act("erase", (Change(NotePath("b.md"), None),)))


def adopt(vault: Vault) -> None:
    write(vault.root, "a.md", "by hand\n")
    with vault.writing() as transaction:
        transaction.adopt([A])


ACTS = [revise, create, delete, adopt]


def check_kept(vault: Vault, before: dict[NotePath, BlobId], expected: dict[str, str]) -> None:
    """See that HEAD has what the act left, and the person's files besides."""
    now = dict(vault.current().notes)
    for name in expected:
        now.pop(NotePath(name), None)
        before.pop(NotePath(name), None)
    assert now == before
    for name, text in expected.items():
        assert git(vault.root, "show", f"HEAD:{name}") == text
    assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("act", ACTS)
def test_staged_work_stays_staged_and_its_commit_keeps_ours(vault: Vault, act: Callable[[Vault], None]) -> None:
    write(vault.root, "other.md", "staged\n")
    write(vault.root, "added.md", "staged too\n")
    git(vault.root, "add", "other.md", "added.md")
    act(vault)
    assert git(vault.root, "status", "--porcelain").splitlines() == ["A  added.md", "M  other.md"]
    kept = dict(vault.tree(CommitId(git(vault.root, "rev-parse", "HEAD").strip())))
    git(vault.root, "commit", "-qm", "person")
    check_kept(vault, kept, {"other.md": "staged\n", "added.md": "staged too\n"})


@pytest.mark.parametrize("act", ACTS)
def test_amend_keeps_ours(vault: Vault, act: Callable[[Vault], None]) -> None:
    act(vault)
    kept = dict(vault.current().notes)
    write(vault.root, "other.md", "amended\n")
    git(vault.root, "commit", "-q", "--amend", "-am", "amended by a person")
    check_kept(vault, kept, {"other.md": "amended\n"})
    remember(vault, "after.md", "x\n")
    assert is_clean(vault)


@pytest.mark.parametrize("act", ACTS)
def test_backup_of_everything_keeps_ours(vault: Vault, act: Callable[[Vault], None]) -> None:
    act(vault)
    kept = dict(vault.current().notes)
    write(vault.root, "other.md", "changed\n")
    git(vault.root, "add", "-A")
    git(vault.root, "commit", "-qm", "vault backup")
    check_kept(vault, kept, {"other.md": "changed\n"})


@pytest.mark.parametrize("act", ACTS)
def test_stash_and_pop_keep_ours(vault: Vault, act: Callable[[Vault], None]) -> None:
    write(vault.root, "other.md", "stashed\n")
    act(vault)
    kept = dict(vault.current().notes)
    git(vault.root, "stash")
    assert is_clean(vault)
    remember(vault, "between.md", "x\n")
    git(vault.root, "stash", "pop")
    assert (vault.root / "other.md").read_text() == "stashed\n"
    assert git(vault.root, "status", "--porcelain") == " M other.md\n"
    kept[NotePath("between.md")] = vault.current().notes[NotePath("between.md")]
    assert vault.current().notes == kept


@pytest.mark.parametrize("act", ACTS)
def test_switch_away_and_back_keeps_ours(vault: Vault, act: Callable[[Vault], None]) -> None:
    git(vault.root, "branch", "side")
    old = dict(vault.current().notes)
    act(vault)
    kept = dict(vault.current().notes)
    git(vault.root, "switch", "-q", "side")
    assert vault.current().notes == old
    remember(vault, "on-side.md", "x\n")
    git(vault.root, "switch", "-q", "main")
    assert vault.current().notes == kept
    assert is_clean(vault)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("how", ["--no-rebase", "--rebase"])
def test_pull_joins_theirs_with_ours(vault: Vault, tmp_path: Path, act: Callable[[Vault], None], how: str) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(vault.root), str(clone))
    write(clone, "theirs.md", "from elsewhere\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "elsewhere")
    act(vault)
    kept = dict(vault.current().notes)
    git(vault.root, "pull", "-q", "--no-edit", how, str(clone), "main")
    check_kept(vault, kept, {"theirs.md": "from elsewhere\n"})
    remember(vault, "after.md", "x\n")
    assert is_clean(vault)


def test_notes_revert_and_reset_by_a_person_are_seen_and_built_upon(vault: Vault) -> None:
    revise(vault)
    git(vault.root, "revert", "--no-edit", "HEAD")
    assert dict(vault.read_blobs([vault.current().notes[A]])).popitem()[1] == b"one\n"
    remember(vault, "a.md", "again\n")
    git(vault.root, "reset", "-q", "--hard", "HEAD~1")
    remember(vault, "a.md", "third\n")
    assert git(vault.root, "show", "HEAD:a.md") == "third\n"
    assert is_clean(vault)


@pytest.mark.parametrize("version", ["2", "4"])
def test_every_index_version_is_kept(vault: Vault, version: str) -> None:
    git(vault.root, "update-index", "--index-version", version)
    write(vault.root, "other.md", "staged\n")
    git(vault.root, "add", "other.md")
    create(vault)
    assert (vault.root / ".git" / "index").read_bytes()[7] == int(version)
    assert git(vault.root, "status", "--porcelain") == "M  other.md\n"


def test_split_index_is_kept(vault: Vault) -> None:
    git(vault.root, "config", "core.splitIndex", "true")
    git(vault.root, "update-index", "--split-index")
    create(vault)
    delete(vault)
    assert git(vault.root, "status", "--porcelain") == ""
    assert list((vault.root / ".git").glob("sharedindex.*"))
