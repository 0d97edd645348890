from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaults import git, make_repository
from vault_mem.errors import GitCommandError, StorageError, UnsafePathError
from vault_mem.notes.model import NotePath
from vault_mem.vault.objects import (
    EMPTY_TREE,
    TreeEditor,
    TreeEntry,
    blob_id,
    format_tree,
    parse_tree,
)
from vault_mem.vault.repository import Repository
from vault_mem.vault.store import ObjectStore


class Store(ObjectStore):
    """A store whose trees are there at once."""

    def write_tree(self, entries: Mapping[bytes, TreeEntry]) -> str:
        tree = super().write_tree(entries)
        self.flush()
        return tree


def editor(folder: Path) -> TreeEditor:
    repository = Repository.open(folder)

    def read(tree: str) -> bytes | None:
        found = repository.read_object(tree)
        return found[2] if found else None

    return TreeEditor(read, Store(repository.common_dir))


def test_objects_are_those_git_would_write(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r")
    store = ObjectStore(folder / ".git")
    for content in (b"", b"hello\n", b"\0" * 70_000, "日本\r\n".encode()):
        written = store.write_blob(content)
        store.flush()
        asked = subprocess.run(
            ["git", "hash-object", "--stdin"], cwd=folder, input=content, capture_output=True, check=True
        )
        assert written == blob_id(content) == asked.stdout.decode().strip()
        assert store.write_blob(content) == written
    assert git(folder, "fsck", "--strict", check=False).count("error") == 0
    assert not list((folder / ".git" / "objects").rglob("tmp_obj_*"))


@given(st.dictionaries(st.binary(min_size=1, max_size=8).filter(lambda n: not set(n) & {0, 47}), st.booleans()))
def test_tree_reads_back_in_gits_order(names: dict[bytes, bool]) -> None:
    entries = {name: TreeEntry("40000" if folder else "100644", "ab" * 20) for name, folder in names.items()}
    parsed = parse_tree(format_tree(entries))
    assert parsed == entries
    keys = [name + (b"/" if parsed[name].mode == "40000" else b"") for name in parsed]
    assert keys == sorted(keys)


def test_only_trees_on_changed_paths_are_written_and_git_agrees(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a__x="1", a__b__y="2", c__z="3", **{"a-b": "4"})
    edit = editor(folder)
    top = git(folder, "rev-parse", "HEAD^{tree}").strip()
    store = ObjectStore(folder / ".git")
    blob = store.write_blob(b"new")
    store.flush()
    new = TreeEntry("100644", blob)
    changed = edit.rewrite(top, {NotePath("a/b/y.md"): new, NotePath("n/e/w.md"): new, NotePath("c/z.md"): None})
    listed = git(folder, "ls-tree", "-r", "--name-only", changed).split()
    assert listed == ["a-b.md", "a/b/y.md", "a/x.md", "n/e/w.md"]
    assert git(folder, "fsck", "--strict", "--no-dangling", changed) == ""
    assert edit.find(changed, NotePath("a/b/y.md")) == new
    assert edit.find(changed, NotePath("c/z.md")) is None
    assert edit.rewrite(top, {}) == top


def test_emptied_vault_has_the_empty_tree(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a__b="1")
    top = git(folder, "rev-parse", "HEAD^{tree}").strip()
    assert editor(folder).rewrite(top, {NotePath("a/b.md"): None}) == EMPTY_TREE
    assert git(folder, "cat-file", "-t", EMPTY_TREE).strip() == "tree"


def test_file_never_replaces_a_folder_nor_a_folder_a_file(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a__b="1")
    top = git(folder, "rev-parse", "HEAD^{tree}").strip()
    new = TreeEntry("100644", "ab" * 20)
    for path in ("a", "a/b.md/c.md"):
        with pytest.raises(UnsafePathError):
            editor(folder).rewrite(top, {NotePath(path): new})
    with pytest.raises(UnsafePathError):
        editor(folder).rewrite(top, {NotePath("x"): new, NotePath("x/y"): new})


def test_missing_tree_and_missing_folder_are_said(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="1")
    with pytest.raises(GitCommandError, match="missing"):
        editor(folder).find("ab" * 20, NotePath("a/b.md"))
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        ObjectStore(tmp_path / "file").write_commit(b"x")
