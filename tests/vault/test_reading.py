from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, open_vault, remember, write
from vault_mem.errors import RevisionNotFoundError, UnsafePathError
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import FileChange
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.objects import blob_id
from vault_mem.vault.vault import Vault
from vault_mem.vault.worktree import read_bytes

A = NotePath("a.md")


def head(vault: Vault) -> CommitId:
    return CommitId(git(vault.root, "rev-parse", "HEAD").strip())


def test_tree_has_the_notes_and_nothing_else(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1", deep__er__B="2") as vault:
        write(vault.root, "pic.png", "x")
        write(vault.root, ".hidden/n.md", "x")
        (vault.root / "link.md").symlink_to("a.md")
        write(vault.root, "odd\n\"name'.md", "3")
        git(vault.root, "add", "-A")
        git(vault.root, "commit", "-qm", "all")
        expected = {"a.md": blob_id(b"1"), "deep/er/B.md": blob_id(b"2"), "odd\n\"name'.md": blob_id(b"3")}
        assert vault.tree(head(vault)) == expected
        assert vault.current().notes == expected


def test_name_that_is_not_utf_8_is_left_out(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1") as vault:
        Path(str(vault.root) + "/bad\udcff.md").write_text("x")
        assert set(vault.current().notes) == {"a.md"}
        git(vault.root, "add", "-A")
        git(vault.root, "commit", "-qm", "bad name")
        assert set(vault.current().notes) == {"a.md"}
        remember(vault, "b.md", "2")
        assert is_clean(vault)


def test_name_with_a_replacement_character_is_a_name_like_others(tmp_path: Path) -> None:
    path = NotePath("odd\N{REPLACEMENT CHARACTER}.md")
    with make_vault(tmp_path / "v", a="1") as vault:
        write(vault.root, path, "by hand\n")
        Path(str(vault.root) + "/odd\udcff.md").write_text("x")
        assert vault.current().dirty == {path}
        assert vault.state().changed == (path,)
        assert vault.state().other == (path,)
        remember(vault, path, "ours\n")
        assert vault.current().notes == {"a.md": blob_id(b"1"), path: blob_id(b"ours\n")}
        (vault.root / path).unlink()
        assert set(vault.current().notes) == {"a.md"}


def test_shallow_clone_is_marked_until_it_is_whole(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        assert vault.shallow_mark() == ""
        for n in range(3):
            remember(vault, "a.md", f"text {n}\n")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path / 'v'}", "shallow")
    git(tmp_path / "shallow", "worktree", "add", "-q", "-b", "side", str(tmp_path / "w"))
    with open_vault(tmp_path / "shallow") as clone, open_vault(tmp_path / "w") as other:
        first = clone.shallow_mark()
        assert first == other.shallow_mark() == clone.shallow_mark() != ""
        git(clone.root, "fetch", "-q", "--deepen=1")
        assert clone.shallow_mark() not in {"", first}
        git(clone.root, "fetch", "-q", "--unshallow")
        assert clone.shallow_mark() == ""


def test_trees_carried_from_a_neighbour_equal_those_read_whole(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1", b="2") as vault:
        commits = [head(vault)]
        remember(vault, "c.md", "3")
        commits.append(head(vault))
        git(vault.root, "mv", "a.md", "moved.md")
        git(vault.root, "commit", "-qm", "move")
        commits.append(head(vault))
        git(vault.root, "rm", "-q", "b.md")
        (vault.root / "b.md").symlink_to("c.md")
        git(vault.root, "add", "-A")
        git(vault.root, "commit", "-qm", "type change")
        commits.append(head(vault))
        carried = [dict(vault.tree(commit)) for commit in (*commits, *reversed(commits))]
    whole = []
    for commit in (*commits, *reversed(commits)):
        with open_vault(vault.root) as fresh:
            whole.append(dict(fresh.tree(commit)))
    assert carried == whole
    assert set(whole[3]) == {"c.md", "moved.md"}


def test_unknown_commit_is_said(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        for _ in range(2):
            with pytest.raises(RevisionNotFoundError):
                vault.tree(CommitId("ab" * 20))
            vault.tree(head(vault))


def test_current_state_is_head_with_the_work_tree_over_it(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1", b="2", c="3", d="4", e="5") as vault:
        write(vault.root, "a.md", "edited")
        (vault.root / "b.md").unlink()
        git(vault.root, "mv", "c.md", "moved.md")
        write(vault.root, "new.md", "untracked")
        write(vault.root, "d.md", "4", age=0)
        write(vault.root, "e.md", "staged")
        git(vault.root, "add", "e.md")
        write(vault.root, "e.md", "5")
        snapshot = vault.current()
        assert snapshot.notes == {
            "a.md": blob_id(b"edited"),
            "moved.md": blob_id(b"3"),
            "d.md": blob_id(b"4"),
            "e.md": blob_id(b"5"),
            "new.md": blob_id(b"untracked"),
        }
        assert snapshot.dirty == {"a.md", "moved.md", "new.md"}
        texts = dict(vault.read_blobs(snapshot.notes.values(), snapshot))
        assert {path: texts[blob] for path, blob in snapshot.notes.items()}[A] == b"edited"
        assert len(texts) == 5


def test_state_names_branch_commit_and_changes(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1") as vault:
        state = vault.state()
        assert (state.commit, state.branch, is_clean(vault)) == (head(vault), "main", True)
        write(vault.root, "a.md", "changed")
        write(vault.root, "dir/pic.png", "x")
        assert (vault.state().changed, vault.state().other) == (("a.md",), ("dir/pic.png",))
        git(vault.root, "checkout", "-q", "--detach")
        assert vault.state().branch is None


def test_vault_without_commits_reads_as_its_work_tree(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        git(vault.root, "update-ref", "-d", "HEAD")
        write(vault.root, "a.md", "1")
        assert vault.current().commit is None
        assert set(vault.current().notes) == {"a.md"}
        assert list(vault.commits()) == []
        with pytest.raises(RevisionNotFoundError):
            remember_at(vault)


def remember_at(vault: Vault) -> None:
    from datetime import UTC, datetime

    vault.resolve("now", now=datetime.now(UTC))


def test_missing_versions_are_left_out_and_many_are_read_in_one_go(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", **{f"n{n}": f"text {n}\n" * (n + 1) for n in range(150)}) as vault:
        notes = vault.current().notes
        wanted = [*notes.values(), BlobId("ab" * 20)]
        texts = dict(vault.read_blobs(wanted))
        assert set(texts) == set(notes.values())
        assert all(blob_id(text) == blob for blob, text in texts.items())
        assert dict(vault.read_blobs([BlobId("ab" * 20)])) == {}
        assert dict(vault.read_blobs([notes[NotePath("n3.md")]])) == {notes[NotePath("n3.md")]: b"text 3\n" * 4}


def test_file_is_read_from_the_work_tree_and_never_from_outside(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1") as vault:
        (tmp_path / "secret").write_text("secret")
        (vault.root / "link.md").symlink_to(tmp_path / "secret")
        assert read_bytes(vault.root, A) == b"1"
        assert read_bytes(vault.root, NotePath("none.md")) is None
        for path in ("link.md", "../secret"):
            with pytest.raises(UnsafePathError):
                read_bytes(vault.root, NotePath(path))


def test_commits_come_parents_first_with_their_changes(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="1") as vault:
        base = head(vault)
        git(vault.root, "switch", "-qc", "side")
        remember(vault, "s.md", "side", reason="a\n\nMemory-Op: forged")
        side = head(vault)
        git(vault.root, "switch", "-q", "main")
        write(vault.root, "a.md", "changed")
        write(vault.root, "new\nline.md", "x")
        write(vault.root, "pic.png", "x")
        git(vault.root, "add", "-A")
        git(vault.root, "commit", "-qm", "main:\n\n:100644 100644 a b M\tnot a change")
        git(vault.root, "commit", "-q", "--allow-empty", "-m", "empty")
        git(vault.root, "merge", "-q", "--no-edit", "side")
        records = list(vault.commits(exclude=[base, CommitId("ab" * 20)]))
        by_id = {record.id: record for record in records}
        seen: set[CommitId] = {base}
        for record in records:
            assert seen.issuperset(record.parents)
            seen.add(record.id)
        assert len(records) == 4
        assert by_id[side].operation == "remember"
        assert by_id[side].changes == (FileChange(NotePath("s.md"), None, blob_id(b"side")),)
        merge = by_id[head(vault)]
        assert len(merge.parents) == 2
        assert [change.path for change in merge.changes] == ["s.md"]
        main = next(record for record in records if record.subject == "main:")
        assert [(c.path, c.old) for c in main.changes] == [("a.md", blob_id(b"1")), ("new\nline.md", None)]
        assert main.reason == ":100644 100644 a b M\tnot a change"
        assert len(list(vault.commits())) == 6


@pytest.mark.parametrize("author", ["A B", "", "Ünï <x", "日本"])
def test_a_commit_made_here_is_known_as_git_has_it(tmp_path: Path, author: str) -> None:
    with make_vault(tmp_path / "v", a="1", b="2", c="3") as vault:
        git(vault.root, "config", "user.name", author)
        vault.current()
        base = head(vault)
        changes = (
            Change(A, b"new"),
            Change(NotePath("b.md"), None),
            Change(NotePath("x/d.md"), b"d"),
            Change(NotePath("p.txt"), b""),
        )
        act = Act(
            "revise", changes, "Why.\n\nBecause: of this.\n\nKey: value", ("01K9ZQ3T8M5N2V7C4X6B1D0F9G",), "me", "s"
        )
        with vault.writing() as transaction:
            made = transaction.commit(act).commit
        told = list(vault.commits(made, exclude=[base]))
    with open_vault(tmp_path / "v") as fresh:
        assert told == list(fresh.commits(made, exclude=[base]))
        assert [change.path for change in told[0].changes] == ["a.md", "b.md", "x/d.md"]


def test_commits_that_came_with_a_fast_forward_are_all_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    with make_vault(tmp_path / "v", a="1") as vault:
        git(vault.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
        vault.sync()
        base = head(vault)
        git(tmp_path, "clone", "-q", "remote.git", "w")
        for number in range(3):
            write(tmp_path / "w", f"n{number}.md", "x")
            git(tmp_path / "w", "add", "-A")
            git(tmp_path / "w", "commit", "-qm", f"n{number}")
        git(tmp_path / "w", "push", "-q")
        vault.current()
        vault.sync()
        assert [record.subject for record in vault.commits(head(vault), exclude=[base])] == ["n0", "n1", "n2"]


def test_threads_read_what_one_thread_reads(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", **{f"n{n}": f"text {n}\n" for n in range(20)}) as vault:
        notes = vault.current().notes
        wrong: list[object] = []

        def read() -> None:
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                texts = dict(vault.read_blobs(notes.values()))
                if {blob_id(text) for text in texts.values()} != set(notes.values()):
                    wrong.append(texts)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(5):
            remember(vault, f"w{n}.md", "x")
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(vault.current().notes) == 25
