"""Git's index keeps up with HEAD whatever flags, attributes or settings a person has: their next commit keeps ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.vaults import git, make_vault, remember, write
from vault_mem.errors import GitCommandError
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

A = NotePath("a.md")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as opened:
        yield opened


def skip_worktree(vault: Vault) -> None:
    git(vault.root, "update-index", "--skip-worktree", "a.md")


def assume_unchanged(vault: Vault) -> None:
    git(vault.root, "update-index", "--assume-unchanged", "a.md")


def ignore_stat(vault: Vault) -> None:
    git(vault.root, "config", "core.ignoreStat", "true")
    git(vault.root, "add", "--renormalize", ".")


FLAGS = [skip_worktree, assume_unchanged, ignore_stat]


def staged(vault: Vault, path: str) -> str:
    return git(vault.root, "show", f":{path}")


def persons_commit(vault: Vault) -> None:
    """Commit another file as a person does; HEAD has that file besides, and nothing else changes."""
    write(vault.root, "other.txt", "x")
    git(vault.root, "add", "other.txt")
    git(vault.root, "commit", "-qm", "person")
    assert git(vault.root, "show", "--format=", "--name-only", "HEAD").split() == ["other.txt"]


@pytest.mark.parametrize("flag", FLAGS)
def test_persons_commit_keeps_a_note_revised_twice(vault: Vault, flag: Callable[[Vault], None]) -> None:
    flag(vault)
    remember(vault, "a.md", "second\n")
    flag(vault)
    remember(vault, "a.md", "third\n")
    assert staged(vault, "a.md") == "third\n"
    persons_commit(vault)
    assert git(vault.root, "show", "HEAD:a.md") == (vault.root / "a.md").read_text() == "third\n"


@pytest.mark.parametrize("flag", FLAGS)
def test_persons_commit_keeps_a_deletion_and_an_adopted_edit(vault: Vault, flag: Callable[[Vault], None]) -> None:
    flag(vault)
    write(vault.root, "a.md", "by hand\n")
    with vault.writing() as transaction:
        assert transaction.adopt([A]) is not None
    assert staged(vault, "a.md") == "by hand\n"
    flag(vault)
    with vault.writing() as transaction:
        transaction.commit(Act("erase", (Change(A, None),)))
    persons_commit(vault)
    assert git(vault.root, "ls-files", "a.md") == git(vault.root, "ls-tree", "HEAD", "a.md") == ""
    assert not (vault.root / "a.md").exists()


@pytest.mark.parametrize("flag", FLAGS)
def test_hand_edit_of_a_note_of_ours_is_seen_again(vault: Vault, flag: Callable[[Vault], None]) -> None:
    flag(vault)
    remember(vault, "a.md", "ours\n")
    write(vault.root, "a.md", "by hand\n")
    assert git(vault.root, "status", "--porcelain") == " M a.md\n"
    assert vault.current().dirty == {"a.md"}


def test_index_that_leaves_folders_out_is_kept_up(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", near__a="one\n", far__deep__b="two\n", far__c="three\n") as vault:
        git(vault.root, "sparse-checkout", "set", "--cone", "--sparse-index", "near", ".vault-mem")
        for text in ("second\n", "third\n"):
            remember(vault, "far/deep/b.md", text)
            remember(vault, "near/a.md", text)
            persons_commit_allowed(vault)
        assert git(vault.root, "show", "HEAD:far/deep/b.md") == "third\n"
        assert git(vault.root, "show", "HEAD:far/c.md") == "three\n"
        assert git(vault.root, "status", "--porcelain") == ""


def persons_commit_allowed(vault: Vault) -> None:
    git(vault.root, "commit", "-q", "--allow-empty", "-m", "person")
    assert git(vault.root, "show", "--format=", "--name-only", "HEAD") == ""


def test_status_need_not_read_what_we_wrote(vault: Vault) -> None:
    write(vault.root, "b.md", "staged\n")
    git(vault.root, "add", "b.md")
    remember(vault, "a.md", "ours\n")
    remember(vault, "deep/[n]*.md", "new\n")
    write(vault.root, "a.md", "by hand\n")
    with vault.writing() as transaction:
        transaction.adopt([A])
    assert git(vault.root, "diff-files", "--name-only") == ""
    assert git(vault.root, "status", "--porcelain") == "M  b.md\n"
    many = tuple(Change(NotePath(f"many/{n}.md"), b"x") for n in range(250))
    with vault.writing() as transaction:
        transaction.commit(Act("import", many))
    assert git(vault.root, "diff-files", "--name-only") == ""


def test_many_notes_kept_out_by_a_sparse_checkout_are_known_as_such(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", near__a="one\n", **{f"far__n{n:03}": f"{n}\n" for n in range(210)}) as vault:
        git(vault.root, "sparse-checkout", "set", "near", ".vault-mem")
        with vault.writing() as transaction:
            assert transaction.adopt([NotePath(f"far/n{n:03}.md") for n in range(210)]) is None
        assert len(vault.current().notes) == 211


LINES = ["*.md text eol=lf", "*.md text=auto", "*.md text eol=crlf"]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", [".gitattributes", "notes/.gitattributes", ".git/info/attributes"])
def test_line_ends_that_attributes_would_change_stay(vault: Vault, where: str, line: str) -> None:
    if where == ".gitattributes":
        line = f"{(vault.root / where).read_text()}{line}"
    write(vault.root, where, f"{line}\n")
    git(vault.root, "add", "-A")
    git(vault.root, "commit", "-q", "--allow-empty", "-m", "attributes")
    for text in ("one\r\ntwo\n", "one\r\ntwo\r\nthree\r\n"):
        remember(vault, "notes/n.md", text)
        write(vault.root, "notes/hand.md", text + "by hand\r\n")
        with vault.writing() as transaction:
            transaction.adopt([NotePath("notes/hand.md")])
        for path in ("notes/n.md", "notes/hand.md"):
            entry = git(vault.root, "ls-files", "--stage", path).split()
            assert git(vault.root, "rev-parse", f"HEAD:{path}").strip() == entry[1]
        assert git(vault.root, "diff", "--cached", "--name-only") == ""
        assert (vault.root / "notes" / "n.md").read_bytes() == text.encode()
    persons_commit(vault)
    shown = Path(git(vault.root, "rev-parse", "--show-toplevel").strip())
    assert (shown / "notes/n.md").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    assert vault.current().dirty == frozenset()


def test_name_that_git_does_not_stage_is_not_committed_either(vault: Vault) -> None:
    git(vault.root, "config", "core.protectNTFS", "true")
    before = git(vault.root, "rev-parse", "HEAD")
    with pytest.raises(GitCommandError, match="Ignoring path"):
        remember(vault, "git~1:x/n.md", "ours\n")
    assert git(vault.root, "rev-parse", "HEAD") == before
    assert not (vault.root / "git~1:x").exists()
