"""Files that a person renames or lets go of: HEAD never has a note twice, and what they staged is not undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, remember, write
from vault_mem.errors import StagedRemovalError, UnsafePathError, WriteConflictError
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault
from vault_mem.vault.worktree import is_spelled


def revise(vault: Vault, path: str, text: str) -> None:
    with vault.writing() as transaction:
        transaction.commit(Act("revise", (Change(NotePath(path), text.encode()),)))


def adopt(vault: Vault, *paths: str) -> None:
    with vault.writing() as transaction:
        transaction.adopt([NotePath(path) for path in paths])


def named(vault: Vault, revision: str = "HEAD") -> list[str]:
    return git(vault.root, "show", "--format=", "--no-renames", "--name-status", revision).split()


def test_note_that_git_is_to_let_go_of_is_not_put_back(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        git(vault.root, "rm", "-q", "--cached", "a.md")
        before = git(vault.root, "status", "--porcelain")
        for text in ("one\n", "by hand\n"):
            write(vault.root, "a.md", text)
            with pytest.raises(StagedRemovalError, match=r"a\.md is staged for removal") as raised:
                remember(vault, "a.md", "ours\n")
            assert "git reset" in raised.value.hint
            with pytest.raises(WriteConflictError):
                revise(vault, "a.md", "ours\n")
            assert (vault.root / "a.md").read_text() == text
        revise(vault, "b.md", "ours\n")
        assert git(vault.root, "status", "--porcelain") == before
        git(vault.root, "reset", "-q", "--", "a.md")
        remember(vault, "a.md", "ours\n")
        git(vault.root, "rm", "-q", "--cached", "a.md")
        git(vault.root, "commit", "-qm", "let go")
        adopt(vault, "a.md")
        assert git(vault.root, "show", "HEAD:a.md") == "ours\n"


def test_removal_that_is_staged_may_be_made(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        git(vault.root, "rm", "-q", "--cached", "a.md")
        with vault.writing() as transaction:
            transaction.commit(Act("erase", (Change(NotePath("a.md"), None),)))
        git(vault.root, "rm", "-q", "b.md")
        adopt(vault, "b.md")
        assert named(vault) == ["D", "b.md"]
        assert is_clean(vault)


@pytest.mark.parametrize("new", ["notes/F1.md", "Notes/f1.md", "else/deep/F1.md"])
@pytest.mark.parametrize("is_edited", [False, True])
def test_both_names_of_a_renamed_note_are_adopted_in_one_commit(tmp_path: Path, new: str, is_edited: bool) -> None:
    with make_vault(tmp_path / "v", notes__f1="one\n") as vault:
        (vault.root / new).parent.mkdir(parents=True, exist_ok=True)
        git(vault.root, "mv", "notes/f1.md", new)
        if is_edited:
            write(vault.root, new, "by hand\n")
        adopt(vault, new, "notes/f1.md")
        revisions = ["HEAD~1"] if is_edited else ["HEAD"]
        assert [sorted(named(vault, revision)) for revision in revisions] == [["A", "D", new, "notes/f1.md"]]
        listed = git(vault.root, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
        assert [path for path in listed if path.lower().endswith("f1.md")] == [new]
        assert is_clean(vault)
        assert set(vault.current().notes) == {new}
        remember(vault, new, "ours\n")
        assert git(vault.root, "show", f"HEAD:{new}") == "ours\n"


def test_rename_that_git_has_not_been_told_of_is_adopted_in_one_commit(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", notes__f1="one\n") as vault:
        (vault.root / "new").mkdir()
        (vault.root / "notes" / "f1.md").rename(vault.root / "new" / "g.md")
        adopt(vault, "new/g.md", "notes/f1.md")
        assert sorted(named(vault)) == ["A", "D", "new/g.md", "notes/f1.md"]
        assert is_clean(vault)


def test_new_note_that_differs_from_another_only_in_case_is_refused(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", notes__f1="one\n", b="two\n") as vault:
        git(vault.root, "mv", "notes/f1.md", "notes/F1.md")
        with pytest.raises(WriteConflictError):
            revise(vault, "notes/f1.md", "ours\n")
        adopt(vault, "notes/F1.md", "notes/f1.md")
        for path in ("notes/f1.md", "B.md"):
            with pytest.raises(UnsafePathError, match="only in case"):
                revise(vault, path, "ours\n")
        with vault.writing() as transaction:
            changes = (Change(NotePath("B.md"), b"ours\n"), Change(NotePath("b.md"), None))
            if not is_folded(vault):
                transaction.commit(Act("move", changes))
        assert is_clean(vault)


def is_folded(vault: Vault) -> bool:
    return (vault.root / "B.MD").exists()


def test_name_is_spelled_as_the_folder_has_it(tmp_path: Path) -> None:
    write(tmp_path, "a/Bé.md", "x")
    assert is_spelled(tmp_path, NotePath("a/Bé.md"))
    assert is_spelled(tmp_path, NotePath("a/Be\N{COMBINING ACUTE ACCENT}.md"))
    for path in ("A/Bé.md", "a/bé.md", "a/none.md", "none/x.md"):
        assert not is_spelled(tmp_path, NotePath(path))


def test_a_file_that_the_act_wants_under_another_spelling_is_not_deleted(tmp_path: Path) -> None:
    """A hard link stands for what a file system without case does: both names are one file."""
    with make_vault(tmp_path / "v", rule="# Rule\n") as vault:
        (vault.root / "Rule.md").hardlink_to(vault.root / "rule.md")
        changes = (Change(NotePath("rule.md"), None), Change(NotePath("Rule.md"), b"# Rule\n"))
        with vault.writing() as transaction:
            transaction.commit(Act("move", changes))
        assert (vault.root / "Rule.md").read_text() == "# Rule\n"
        assert (vault.root / "rule.md").exists()
        assert git(vault.root, "ls-files", "*.md").split() == ["Rule.md"]
