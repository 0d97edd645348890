"""Attributes that make git keep other bytes than the file's: nothing is written under them, all else is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vaults import git, make_vault, remember, write
from vault_mem.errors import UnsupportedRepositoryError
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.attributes import attribute_files
from vault_mem.vault.vault import Vault

A = NotePath("notes/a.md")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with make_vault(tmp_path / "v", notes__a="one\n", else__b="two\n") as opened:
        yield opened


def check_refused(vault: Vault, attribute: str) -> None:
    before = git(vault.root, "rev-parse", "HEAD")
    for act in (Change(A, b"ours\n"), Change(A, None), Change(NotePath("notes/new.md"), b"new\n")):
        with vault.writing() as transaction, pytest.raises(UnsupportedRepositoryError, match=attribute) as raised:
            transaction.commit(Act("revise", (act,)))
        assert raised.value.hint
    write(vault.root, A, "by hand\n")
    with vault.writing() as transaction, pytest.raises(UnsupportedRepositoryError, match=attribute):
        transaction.adopt([A])
    assert git(vault.root, "rev-parse", "HEAD") == before
    assert (vault.root / A).read_text() == "by hand\n"
    assert git(vault.root, "diff", "--cached", "--name-only") == ""


def append(vault: Vault, path: str, line: str) -> None:
    target = vault.root / path
    before = target.read_text() if target.exists() else ""
    write(vault.root, path, f"{before}{line}\n")


@pytest.mark.parametrize(
    ("where", "line", "attribute"),
    [
        (".gitattributes", "*.md ident", "ident=set"),
        (".gitattributes", "*.md filter=lfs", "filter=lfs"),
        (".gitattributes", "[attr]odd working-tree-encoding=UTF-16\n*.md odd", "working-tree-encoding=UTF-16"),
        ("notes/.gitattributes", "*.md ident", "ident=set"),
        (".git/info/attributes", "notes/** filter=f", "filter=f"),
    ],
)
def test_notes_under_hostile_attributes_are_not_written(vault: Vault, where: str, line: str, attribute: str) -> None:
    append(vault, where, line)
    check_refused(vault, attribute)


def test_committed_attributes_count_where_the_work_tree_has_lost_the_file(vault: Vault) -> None:
    write(vault.root, "notes/.gitattributes", "*.md ident\n")
    git(vault.root, "add", "-A")
    git(vault.root, "commit", "-qm", "attributes")
    (vault.root / "notes" / ".gitattributes").unlink()
    check_refused(vault, "ident")


def test_long_file_of_attributes_is_looked_at_by_git(vault: Vault) -> None:
    write(vault.root, "notes/.gitattributes", "# " + "x" * (1 << 20) + "\n*.md ident\n")
    check_refused(vault, "ident")


def test_attributes_of_other_files_and_those_taken_off_hinder_nothing(vault: Vault) -> None:
    write(vault.root, "notes/.gitattributes", "*.png filter=lfs\n*.md ident\n*.md -ident\n")
    write(vault.root, "else/.gitattributes", "*.md ident\n")
    remember(vault, A, "ours\n")
    with pytest.raises(UnsupportedRepositoryError, match="ident"):
        remember(vault, "else/b.md", "ours\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_file_of_attributes_that_is_none_is_not_waited_for(vault: Vault) -> None:
    os.mkfifo(vault.root / "notes" / "pipe")
    (vault.root / "notes" / ".gitattributes").symlink_to("pipe")
    remember(vault, "notes/n.md", "ours\n")
    (vault.root / "else" / ".gitattributes").mkdir()
    remember(vault, "else/b.md", "ours\n")


def test_git_is_asked_only_where_a_word_gives_cause(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    remember(vault, A, "ours\n")
    assert "update-ref" in (tmp_path / "trace").read_text()
    assert "check-attr" not in (tmp_path / "trace").read_text()
    append(vault, "notes/.gitattributes", "*.png -filter")
    remember(vault, A, "ours again\n")
    assert "check-attr" in (tmp_path / "trace").read_text()


def test_files_of_attributes_are_those_of_every_folder_above() -> None:
    found = attribute_files([NotePath("a/b/c.md"), NotePath("a/d.md"), NotePath("e.md")])
    assert found == [".gitattributes", "a/.gitattributes", "a/b/.gitattributes"]
