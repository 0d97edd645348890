"""Folders that show the vault as it was: what is in them, and where none can be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.checkouts.past import NOW, checkout, files, head, listed, prune, remove, traces
from tests.vaults import git, open_vault, write
from vault_mem.config import load_settings
from vault_mem.errors import CheckoutError, DetachedHeadError, StorageError, VaultBusyError
from vault_mem.vault.checkouts import making as checkouts_module
from vault_mem.vault.checkouts.registrations import read_registration
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.vault import Vault

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links, modes or names")


# --- what is in it ---


def test_it_has_the_files_of_that_state_and_git_finds_nothing_changed(folder: Path, tmp_path: Path) -> None:
    made = checkout(folder, tmp_path / "past" / "o")
    target = tmp_path / "past" / "o"
    assert git(target, "diff-files") == ""  # git knows the files' times already, and need not read them
    assert (made.folder, made.commit, made.at, made.time) == (target.resolve(), head(folder, "HEAD~1"), "HEAD~1", NOW)
    assert (target / "a.md").read_bytes() == b"one\n"
    assert files(target) == set(git(folder, "ls-tree", "-r", "--name-only", "HEAD~1").split())
    assert git(target, "status", "--porcelain", "--branch") == "## HEAD (no branch)\n"
    assert git(target, "rev-parse", "HEAD").strip() == made.commit
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "fsck", "--strict", "--no-dangling") == ""


@posix
def test_notes_are_marked_read_only_and_settings_are_not(folder: Path, tmp_path: Path) -> None:
    write(folder, "image.png", "pixels")
    write(folder, "deep/.hidden/x.md", "x")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "image")
    checkout(folder, tmp_path / "o", "HEAD")
    writable = {name for name in files(tmp_path / "o") if stat.S_IMODE((tmp_path / "o" / name).stat().st_mode) & 0o222}
    assert {"a.md", "deep/b.md", "image.png"}.isdisjoint(writable)
    assert {".obsidian/app.json", "logseq/config.edn", "deep/.hidden/x.md"} <= writable
    assert stat.S_IMODE((tmp_path / "o" / "deep").stat().st_mode) & 0o200


def test_it_is_locked_so_that_git_leaves_it_to_us(folder: Path, tmp_path: Path) -> None:
    made = checkout(folder, tmp_path / "o")
    assert "locked" in git(folder, "worktree", "list", "--porcelain")
    assert read_registration(made.git_dir) == made
    git(folder, "worktree", "remove", str(tmp_path / "o"), check=False)
    assert (tmp_path / "o" / "a.md").exists()
    git(folder, "worktree", "unlock", str(tmp_path / "o"))
    assert listed(folder) == []
    assert prune(folder) == ([], [])
    assert (tmp_path / "o" / "a.md").exists()


@posix
def test_links_and_submodules_are_left_out(folder: Path, tmp_path: Path) -> None:
    (folder / "link.md").symlink_to("/etc/passwd")
    (folder / "out").symlink_to(tmp_path)
    git(folder, "add", "-A")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{head(folder)},sub")
    git(folder, "commit", "-qm", "links")
    checkout(folder, tmp_path / "o", "HEAD")
    assert {"link.md", "out", "sub"}.isdisjoint(files(tmp_path / "o"))
    assert git(tmp_path / "o", "status", "--porcelain") == ""
    with open_vault(tmp_path / "o") as shown:
        assert not shown.current().dirty
    (tmp_path / "o" / "link.md").write_text("a person's\n")
    assert listed(folder) == [("o", True, ("link.md",))]
    remove(folder, tmp_path / "o", force=True)
    assert Path("/etc/passwd").exists()


@posix
@pytest.mark.parametrize("place", ["config", "config.worktree", "the user's"])
def test_no_hook_and_no_filter_runs(folder: Path, tmp_path: Path, isolated: Path, place: str) -> None:
    program, mark = tmp_path / "evil", tmp_path / "sprung"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{mark}"\ncat\n')
    program.chmod(0o755)
    write(folder, "data.txt", "as it was\n")
    write(folder, ".gitattributes", "*.txt filter=evil\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "trap")
    git(folder, "config", "extensions.worktreeConfig", "true")
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (folder / ".git" / "hooks").mkdir(exist_ok=True)
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    config = isolated / "gitconfig" if place == "the user's" else folder / ".git" / place
    for key in ("filter.evil.smudge", "filter.evil.clean", "filter.evil.process"):
        git(folder, "config", "--file", str(config), key, str(program))
    git(folder, "config", "--file", str(config), "filter.evil.required", "true")
    git(folder, "config", "core.fsmonitor", str(program))
    write(folder, ".git/info/attributes", "*.txt filter=evil\n")
    checkout(folder, tmp_path / "o", "HEAD")
    assert (tmp_path / "o" / "data.txt").read_text() == "as it was\n"
    assert listed(folder) == [("o", True, ())]
    remove(folder, tmp_path / "o")
    assert not mark.exists(), mark.read_text()


def test_a_sparse_vault_gives_a_whole_checkout(folder: Path, tmp_path: Path) -> None:
    git(folder, "sparse-checkout", "set", "--no-cone", "/a.md", "/.vault-mem/")
    assert not (folder / "deep").exists()
    made = checkout(folder, tmp_path / "o")
    assert not (made.git_dir / "info" / "sparse-checkout").exists()
    assert (tmp_path / "o" / "deep" / "b.md").read_text() == "two\n"
    assert listed(folder) == [("o", True, ())]
    assert not (folder / "deep").exists()


def test_bytes_are_those_of_git_whatever_the_user_likes(folder: Path, tmp_path: Path) -> None:
    git(folder, "config", "core.autocrlf", "true")
    write(folder, "plain.txt", "line\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "text")
    checkout(folder, tmp_path / "o", "HEAD")
    assert (tmp_path / "o" / "plain.txt").read_bytes() == b"line\n"
    assert listed(folder) == [("o", True, ())]


# --- refusals ---


def entries(folder: Path) -> set[Path]:
    return set(folder.iterdir()) if folder.is_dir() else set()


def refused(folder: Path, target: Path, words: str, revision: str = "HEAD~1") -> CheckoutError:
    before = entries(target.parent)
    with pytest.raises(CheckoutError, match=words) as raised:
        checkout(folder, target, revision)
    assert raised.value.hint
    assert entries(target.parent) == before
    assert traces(folder) == []
    return raised.value


def test_folders_that_are_taken_or_in_the_way(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, "full/x.txt", "x")
    refused(folder, tmp_path / "full", "is not empty")
    refused(folder, tmp_path / "full" / "x.txt", "is a file")
    refused(folder, folder, "is a work tree")
    refused(folder, folder / "new" / "o", "is inside")
    refused(folder, folder / ".git" / "o", "is inside")
    refused(folder, tmp_path, "has .*v in it")
    refused(folder, tmp_path / "line\nbreak", "line break")
    refused(folder, tmp_path / "zero\0byte", "cannot be the name|line break")
    assert not (folder / "new").exists()


@posix
def test_a_link_into_the_vault_is_seen_through(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    refused(folder, tmp_path / "link" / "o", "is inside")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(folder, tmp_path / "loop" / "o", "cannot be the name|is a file")


def test_an_empty_folder_is_taken_and_a_checkout_is_no_place_for_another(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    checkout(folder, tmp_path / "o")
    with pytest.raises(CheckoutError, match="is inside"):
        checkout(folder, tmp_path / "o" / "inner")
    with pytest.raises(CheckoutError):
        checkout(folder, tmp_path / "o")
    assert listed(folder) == [("o", True, ())]


def test_a_parent_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, "file", "x")
    for target in (tmp_path / "file" / "o", tmp_path / ("x" * 300)):
        with pytest.raises((StorageError, CheckoutError)):
            checkout(folder, target)
        assert traces(folder) == []


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_parent_without_permission(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StorageError):
        checkout(folder, tmp_path / "closed" / "o")
    assert traces(folder) == []


@posix
def test_a_name_that_no_file_can_have(folder: Path, tmp_path: Path) -> None:
    blob = git(folder, "rev-parse", "HEAD:a.md").strip()
    git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{'x' * 300}.md")
    git(folder, "commit", "-qm", "long")
    refused(folder, tmp_path / "new" / "o", "too long", "HEAD")
    assert not (tmp_path / "new").exists()


@posix
@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "git~1", ".g\u200cit"])
def test_a_name_that_leads_out_or_into_git(folder: Path, tmp_path: Path, name: str) -> None:
    git(folder, "config", "core.protectNTFS", "false")
    blob = git(folder, "rev-parse", "HEAD:a.md").strip()
    inner = tree(folder, f"100644 blob {blob}\tescaped.md")
    commit = git(folder, "commit-tree", "-m", "out", tree(folder, f"040000 tree {inner}\t{name}")).strip()
    refused(folder, tmp_path / "o", "invalid path", commit)
    assert not (tmp_path / "escaped.md").exists()


def tree(folder: Path, line: str) -> str:
    made = subprocess.run(["git", "mktree"], cwd=folder, input=f"{line}\n", capture_output=True, text=True, check=True)
    return made.stdout.strip()


def test_a_partial_clone_without_the_objects(folder: Path, tmp_path: Path) -> None:
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", folder.as_uri(), "partial")
    refused(tmp_path / "partial", tmp_path / "new" / "o", "does not have all")
    assert not (tmp_path / "new").exists()


def test_a_folder_that_was_there_before_stays_where_it_fails(folder: Path, tmp_path: Path) -> None:
    (folder / ".git" / "objects" / git(folder, "rev-parse", "HEAD~1:a.md")[:2]).rename(tmp_path / "lost")
    refused(folder, tmp_path / "new" / "o", "does not have all")
    assert not (tmp_path / "new").exists()


def test_another_process_that_is_at_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkouts_module, "_WAIT", 0.1)
    with open_vault(folder) as vault:
        state = load_settings().repository_state(vault.key)
    with WritersLock(state, "checkouts.lock").hold(1.0), pytest.raises(VaultBusyError, match="checkouts"):
        checkout(folder, tmp_path / "o")
    assert not (tmp_path / "o").exists()


# --- beside the vault ---


def test_nothing_is_written_there_and_the_vault_writes_on(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    with (
        open_vault(tmp_path / "o") as shown,
        pytest.raises(DetachedHeadError, match="'HEAD~1'") as raised,
        shown.writing(),
    ):
        pass
    assert "vault itself" in raised.value.hint
    with open_vault(tmp_path / "o") as shown:
        with pytest.raises(CheckoutError, match="is open"):
            shown.checkouts.remove(tmp_path / "o", force=True)
        assert shown.checkouts.prune()[0] == []
    with open_vault(folder) as vault, vault.writing():
        pass


def test_a_vault_that_is_a_linked_work_tree(folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "w"))
    checkout(tmp_path / "w", tmp_path / "o")
    assert [name for name, _, _ in listed(tmp_path / "w")] == ["o"]
    assert listed(folder) == listed(tmp_path / "w")
    for inside in (folder, tmp_path / "w", folder / ".git" / "worktrees"):
        with pytest.raises(CheckoutError, match="is inside"):
            checkout(tmp_path / "w", inside / "new")
    remove(tmp_path / "w", tmp_path / "o")
    assert {path.name for path in traces(folder)} == {"w"}
    assert isinstance(Vault.find(tmp_path / "w"), Path)
