"""Repositories that cannot be vaults, and those that may be read but not written now."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_repository, make_vault, open_vault, remember, write
from vault_mem.errors import (
    DetachedHeadError,
    GitMissingError,
    InvalidConfigError,
    NotAVaultError,
    OperationInProgressError,
    ReadOnlyVaultError,
    StorageError,
    UnsupportedRepositoryError,
)
from vault_mem.notes.model import NotePath
from vault_mem.vault import repository as repository_module
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.repository import Repository
from vault_mem.vault.vault import Vault


def test_folder_that_is_no_repository_or_no_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    repository = make_repository(tmp_path / "r", a__b="x")
    for folder in (tmp_path / "none", tmp_path / "plain", repository, repository / "a", repository / ".git"):
        with pytest.raises(NotAVaultError) as raised:
            open_vault(folder)
        assert "init" in raised.value.hint
    with pytest.raises(NotAVaultError, match="not its top"):
        open_vault(repository / "a")


def test_bare_sha256_and_reftable_repositories_are_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare")
    git(tmp_path, "init", "-q", "--object-format=sha256", "sha")
    make_repository(tmp_path / "table", a="x")
    git(tmp_path / "table", "config", "core.repositoryFormatVersion", "1")
    git(tmp_path / "table", "config", "extensions.refStorage", "reftable")
    for name, word in (("bare", "bare"), ("sha", "sha256"), ("table", "reftable")):
        with pytest.raises(UnsupportedRepositoryError, match=word) as raised:
            open_vault(tmp_path / name)
        assert raised.value.hint


def test_repository_of_another_user_is_refused_with_gits_own_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_vault(tmp_path / "v"):
        pass
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UnsupportedRepositoryError) as raised:
        open_vault(tmp_path / "v")
    assert "safe.directory" in raised.value.hint


def test_missing_or_old_git_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v"):
        pass
    with monkeypatch.context() as context:
        context.setattr(repository_module, "_git_version", lambda: (2, 30))
        with pytest.raises(GitMissingError, match=r"2\.30 is too old"):
            open_vault(tmp_path / "v")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError, match="not found"):
        open_vault(tmp_path / "v")


def test_detached_head_reads_but_does_not_write(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one") as vault:
        git(vault.root, "checkout", "-q", "--detach")
        assert set(vault.current().notes) == {"a.md"}
        with pytest.raises(DetachedHeadError):
            remember(vault, "b.md", "x")
        git(vault.root, "switch", "-q", "main")
        remember(vault, "b.md", "x")


def conflicting(vault: Vault) -> None:
    git(vault.root, "config", "--remove-section", "merge.vault-mem")  # which leaves no conflicts
    git(vault.root, "switch", "-qc", "side")
    write(vault.root, "a.md", "side side\n")
    git(vault.root, "commit", "-qam", "side")
    git(vault.root, "switch", "-q", "main")
    write(vault.root, "a.md", "main\n")
    git(vault.root, "commit", "-qam", "main")


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ("merge", ("merge", "side")),
        ("rebase", ("rebase", "side")),
        ("cherry-pick", ("cherry-pick", "side")),
        ("revert", ("revert", "--no-edit", "HEAD~1")),
        ("bisect", ("bisect", "start")),
    ],
)
def test_operation_in_progress_reads_but_does_not_write(
    tmp_path: Path, operation: str, command: tuple[str, ...]
) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        conflicting(vault)
        git(vault.root, *command, check=False)
        assert set(vault.current().notes) == {"a.md"}
        with pytest.raises(OperationInProgressError, match=operation) as raised:
            remember(vault, "b.md", "x")
        assert operation in raised.value.hint
        git(vault.root, operation, "reset" if operation == "bisect" else "--abort")
        remember(vault, "b.md", "x")
        assert is_clean(vault)


def test_unmerged_index_without_an_operation_does_not_write(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        git(vault.root, "config", "--remove-section", "merge.vault-mem")
        write(vault.root, "a.md", "stashed away\n")
        git(vault.root, "stash")
        remember(vault, "a.md", "ours\n")
        git(vault.root, "stash", "pop", check=False)
        assert vault.state().unmerged == ("a.md",)
        with pytest.raises(OperationInProgressError):
            remember(vault, "b.md", "x")


def test_shallow_clone_reads_and_writes(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        for n in range(3):
            remember(vault, "a.md", f"text {n}\n")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path / 'v'}", "shallow")
    with open_vault(tmp_path / "shallow") as vault:
        (record,) = vault.commits()
        assert record.parents == ()
        remember(vault, "b.md", "x")
        assert len(list(vault.commits())) == 2


def test_partial_clone_reads_what_it_has_and_fetches_nothing(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", **{f"n{n}": f"text {n}\n" for n in range(80)}) as vault:
        old = vault.current().notes
        for n in (0, 40, 79):
            remember(vault, f"n{n}.md", "changed since\n")
        git(vault.root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{tmp_path / 'v'}", "partial")
    with open_vault(tmp_path / "partial") as vault:
        texts = dict(vault.read_blobs(old.values()))
        assert set(old.values()) - set(texts) == {old[NotePath(f"n{n}.md")] for n in (0, 40, 79)}
        assert dict(vault.read_blobs([old[NotePath("n0.md")]])) == {}
        assert len(list(vault.commits())) == 5
        remember(vault, "n0.md", "again\n")
        assert (vault.root / "n0.md").read_bytes() == b"again\n"


def test_note_kept_out_by_a_sparse_checkout_is_known_and_writable(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", near__a="one\n", far__b="two\n") as vault:
        git(vault.root, "sparse-checkout", "set", "near", ".vault-mem")
        assert not (vault.root / "far").exists()
        assert set(vault.current().notes) == {"near/a.md", "far/b.md"}
        assert is_clean(vault)
        remember(vault, "near/a.md", "changed\n")
        remember(vault, "far/b.md", "changed too\n")
        assert git(vault.root, "show", "--format=", "--name-only", "HEAD").strip() == "far/b.md"
        assert is_clean(vault)


def test_work_trees_share_key_and_lock_and_write_to_their_own_branch(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        git(vault.root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "w"))
        with open_vault(tmp_path / "w") as other:
            assert other.key == vault.key
            remember(other, "on-side.md", "x")
            remember(vault, "on-main.md", "y")
            assert set(other.current().notes) == {"a.md", "on-side.md"}
            assert set(vault.current().notes) == {"a.md", "on-main.md"}
            assert is_clean(other)
            assert is_clean(vault)


def test_separate_git_directory_works(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n"):
        pass
    git(tmp_path / "v", "init", "-q", f"--separate-git-dir={tmp_path / 'g'}")
    assert (tmp_path / "v" / ".git").is_file()
    with open_vault(tmp_path / "v") as vault:
        remember(vault, "b.md", "x")
        assert is_clean(vault)
    assert Vault.find(tmp_path / "v") == tmp_path / "v"


def test_new_branch_gets_its_first_commit(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        git(vault.root, "switch", "-q", "--orphan", "fresh/start")
        git(vault.root, "checkout", "main", "--", ".vault-mem")
        receipt = remember(vault, "b.md", "x")
        assert receipt.parent is None
        assert git(vault.root, "rev-parse", "refs/heads/fresh/start").strip() == receipt.commit


def test_branches_in_packed_refs_and_packed_objects_are_followed(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        remember(vault, "b.md", "x")
        git(vault.root, "gc", "-q", "--prune=now")
        git(vault.root, "pack-refs", "--all")
        remember(vault, "b.md", "longer")
        assert is_clean(vault)
        assert git(vault.root, "fsck", "--strict") == ""


def test_newer_format_reads_but_does_not_write(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        write(vault.root, ".vault-mem/config.yaml", "format: 2\n")
    with open_vault(tmp_path / "v") as vault:
        assert not vault.is_writable
        assert set(vault.current().notes) == {"a.md"}
        with pytest.raises(ReadOnlyVaultError, match="format 2"):
            remember(vault, "b.md", "x")


@pytest.mark.parametrize("text", ["format: one\n", "- a\n- b\n", "format: [\n", "\udcff", "x" * 70_000])
def test_damaged_manifest_is_said(tmp_path: Path, text: str) -> None:
    with make_vault(tmp_path / "v") as vault:
        (vault.root / ".vault-mem" / "config.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidConfigError, match=r"config\.yaml"):
        open_vault(tmp_path / "v")


def test_nearest_vault_above_a_folder_is_found(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v"):
        pass
    inner = tmp_path / "v" / "x" / "y"
    inner.mkdir(parents=True)
    assert Vault.find(inner) == Vault.find(tmp_path / "v") == tmp_path / "v"
    assert Vault.find(tmp_path) is None
    make_repository(tmp_path / "v" / "x")
    assert Vault.find(inner) == tmp_path / "v"


def test_what_git_sets_for_hooks_does_not_point_us_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = make_repository(tmp_path / "code", a="x")
    with make_vault(tmp_path / "v"):
        pass
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(elsewhere / ".git" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(elsewhere))
    with open_vault(tmp_path / "v") as vault:
        monkeypatch.delenv("GIT_DIR", raising=False)
        remember(vault, "b.md", "x")
        assert set(vault.current().notes) == {"b.md"}
    assert git(elsewhere, "log", "--format=%s").strip() == "first"


def test_vaults_own_config_starts_no_program(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        trap = f"touch {tmp_path / 'sprung'}; cat"
        keys = ("filter.trap.clean", "filter.trap.smudge", "core.fsmonitor", "diff.external", "diff.trap.textconv")
        for key in (*keys, "core.sshCommand", "alias.status", "alias.update-index"):
            git(vault.root, "config", key, trap)
        hooks = vault.root / ".git" / "hooks"
        hooks.mkdir(exist_ok=True)
        for name in ("reference-transaction", "post-index-change", "pre-commit"):
            (hooks / name).write_text(f"#!/bin/sh\n{trap}\n")
            (hooks / name).chmod(0o755)
        (vault.root / ".git" / "info").mkdir(exist_ok=True)
        write(vault.root, ".git/info/attributes", "a.md diff=trap\nb.md filter=trap\n")
    with open_vault(tmp_path / "v") as vault:
        write(vault.root, "a.md", "by hand\n")
        write(vault.root, "b.md", "by hand\n")
        assert vault.current().dirty == {"a.md", "b.md"}
        with pytest.raises(UnsupportedRepositoryError, match="filter=trap"):
            remember(vault, "b.md", "ours\n")
        remember(vault, "a.md", "ours\n")
        assert list(vault.commits())
    assert not (tmp_path / "sprung").exists()


def test_missing_identity_falls_back_to_the_systems_user(tmp_path: Path, isolated: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        assert vault.identity_hint is None
    (isolated / "gitconfig").write_text("")
    with open_vault(tmp_path / "v") as vault:
        remember(vault, "b.md", "x")
        assert vault.identity_hint is not None
        assert "@" in git(vault.root, "log", "-1", "--format=%ae")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_full_disk_leaves_the_old_file_and_no_commit(tmp_path: Path) -> None:
    import resource

    with make_vault(tmp_path / "v", a="one\n") as vault:
        before = git(vault.root, "rev-parse", "HEAD")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        big = Change(NotePath("a.md"), os.urandom(300_000))
        with vault.writing() as transaction:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
            try:
                with pytest.raises(StorageError):
                    transaction.commit(Act("revise", (big,)))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (vault.root / "a.md").read_text() == "one\n"
        assert git(vault.root, "rev-parse", "HEAD") == before
        assert is_clean(vault)
        remember(vault, "a.md", "two\n")


def test_vault_whose_lock_cannot_be_made_is_said(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        (vault.root / ".git" / "vault-mem.lock").unlink(missing_ok=True)
        (vault.root / ".git" / "vault-mem.lock").mkdir()
        with pytest.raises(StorageError):
            remember(vault, "b.md", "x")


def test_git_processes_end_with_the_vault(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        vault.current()
        dict(vault.read_blobs(vault.current().notes.values()))
        process = vault._repository._objects.cat_file_all
        assert process is not None
        running = process.proc
        assert running is not None
    assert running.poll() is not None
    shutil.rmtree(tmp_path / "v")


def test_object_reader_that_died_is_started_again(tmp_path: Path) -> None:
    repository = Repository.open(make_repository(tmp_path / "r", a="one"))
    assert repository.read_object("HEAD") is not None
    process = repository._objects.cat_file_all
    assert process is not None
    process.proc.kill()
    process.proc.wait()
    assert repository.read_object("HEAD") is not None
    repository.close()
