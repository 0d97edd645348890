"""The vault as it was, as a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git, make_repository, write
from vault_mem import Memory
from vault_mem.errors import CheckoutError, DetachedHeadError, InvalidQueryError, RevisionNotFoundError
from vault_mem.memory.answers import to_json


def remember_a_move(memory: Memory) -> str:
    """Remember a port, revise it, and return the revision in between."""
    memory.remember("# Port\n\nThe staging server listens on port 80.")
    memory.remember("# Owner\n\nAda looks after the staging server.")
    before = memory.status().revision
    memory.revise("Port", "The staging server listens on port 8080.")
    memory.remember("# Proxy\n\nThe staging server is behind a proxy.")
    assert before
    return before


def test_recall_in_it_answers_as_recall_at_that_revision(memory: Memory, tmp_path: Path) -> None:
    before = remember_a_move(memory)
    made = memory.checkout(tmp_path / "o", at=before)
    (shown,) = made.checkouts
    assert (made.done, shown.commit, shown.at, shown.is_there, shown.is_vault) == ("made", before, before, True, True)
    question = "which port does the staging server use?"
    with vault_mem.open_memory(tmp_path / "o") as past:
        answer, expected = past.recall(question), memory.recall(question, at=before)
        assert [(hit.path, hit.excerpt, hit.commit) for hit in answer.hits] == [
            (hit.path, hit.excerpt, hit.commit) for hit in expected.hits
        ]
        assert "port 80." in answer.hits[0].excerpt
        assert (answer.revision, answer.dirty) == (before, False)
        assert past.status().index_folder == memory.status().index_folder
        assert past.fsck().findings == ()
    assert "port 8080" in memory.recall(question).hits[0].excerpt


def test_nothing_is_written_there_and_the_vault_goes_on(memory: Memory, tmp_path: Path) -> None:
    before = remember_a_move(memory)
    memory.checkout(tmp_path / "o", at=before)
    with vault_mem.open_memory(tmp_path / "o") as past:
        for write_one in (lambda: past.remember("A new fact."), lambda: past.forget("Port")):
            with pytest.raises(DetachedHeadError, match="as it was at"):
                write_one()
        assert memory.remember("# New\n\nWritten beside the checkout.").commit
        assert memory.revise("Port", "The staging server listens on port 9090.").commit
        assert "port 80." in past.read("Port").text
        assert past.status().revision == before
    assert git(tmp_path / "o", "status", "--porcelain") == ""
    assert memory.fsck().findings == ()
    assert memory.status().changed == ()


def test_a_hand_edit_there_is_recalled_there_and_kept(memory: Memory, tmp_path: Path) -> None:
    memory.checkout(tmp_path / "o", at=remember_a_move(memory))
    write(tmp_path / "o", "notes/mine.md", "# Mine\n\nThe zeppelin was written by hand.\n")
    with vault_mem.open_memory(tmp_path / "o") as past:
        assert past.recall("zeppelin").hits[0].path == "notes/mine.md"
    (shown,) = memory.checkouts().checkouts
    assert shown.changed == ("notes/mine.md",)
    answer = memory.prune_checkouts()
    assert (answer.done, answer.checkouts, answer.kept) == ("removed", (), (shown,))
    with pytest.raises(CheckoutError, match=r"notes/mine\.md"):
        memory.remove_checkout(tmp_path / "o")
    (removed,) = memory.remove_checkout(tmp_path / "o", force=True).checkouts
    assert (removed.is_there, removed.changed) == (False, ("notes/mine.md",))
    assert not (tmp_path / "o").exists()
    assert memory.checkouts().checkouts == ()


def test_they_are_listed_newest_first_with_what_was_typed(memory: Memory, tmp_path: Path) -> None:
    remember_a_move(memory)
    memory.checkpoint("now-ish")
    for name, at in (("o", "HEAD~1"), ("p", "now-ish"), ("q", "now")):
        memory.checkout(str(tmp_path / name), at=at)
    listed = memory.checkouts()
    assert listed.revision == memory.status().revision
    assert {(Path(entry.folder).name, entry.at) for entry in listed.checkouts} == {
        ("o", "HEAD~1"),
        ("p", "now-ish"),
        ("q", "now"),
    }
    times = [entry.time for entry in listed.checkouts]
    assert times == sorted(times, reverse=True)
    assert json.dumps(to_json(listed))


@pytest.mark.parametrize("at", ["no-such-branch", "2001-01-01", "0123456", "-f", "--detach", "\ud800"])
def test_a_moment_that_names_nothing_leaves_nothing(memory: Memory, tmp_path: Path, at: str) -> None:
    memory.remember("# Port\n\n80")
    with pytest.raises(RevisionNotFoundError):
        memory.checkout(tmp_path / "o", at=at)
    assert not (tmp_path / "o").exists()
    assert memory.checkouts().checkouts == ()


def test_no_moment_is_refused(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(InvalidQueryError):
        memory.checkout(tmp_path / "o", at=" ")
    assert not (tmp_path / "o").exists()


def test_a_shallow_clone_says_that_it_is_cut_off(memory: Memory, tmp_path: Path) -> None:
    remember_a_move(memory)
    git(tmp_path, "clone", "-q", "--depth=1", memory.root.as_uri(), "shallow")
    with vault_mem.open_memory(tmp_path / "shallow") as shallow:
        with pytest.raises(RevisionNotFoundError):
            shallow.checkout(tmp_path / "o", at="HEAD~1")
        assert not (tmp_path / "o").exists()
        shallow.checkout(tmp_path / "o", at="HEAD")
    with vault_mem.open_memory(tmp_path / "o") as past:
        assert "port 8080" in past.recall("which port?").hits[0].excerpt


def test_a_state_from_before_the_vault_was_one_is_a_folder_all_the_same(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "v", old="# Old\n\nA note from before.\n")
    first = git(root, "rev-parse", "HEAD").strip()
    vault_mem.initialise(root)
    with vault_mem.open_memory(root) as memory:
        (made,) = memory.checkout(tmp_path / "o", at=first).checkouts
        assert not made.is_vault
        assert (tmp_path / "o" / "old.md").exists()
        assert [entry.is_vault for entry in memory.prune_checkouts().checkouts] == [False]


def test_a_vault_that_is_a_linked_work_tree(memory: Memory, tmp_path: Path) -> None:
    before = remember_a_move(memory)
    git(memory.root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "w"))
    with vault_mem.open_memory(tmp_path / "w") as linked:
        linked.remember("# Side\n\nOnly on the side branch.")
        linked.checkout(tmp_path / "o", at=before)
        linked.checkout(tmp_path / "p", at="HEAD")
        assert linked.checkouts().checkouts == memory.checkouts().checkouts
    with vault_mem.open_memory(tmp_path / "p") as past:
        assert past.recall("side branch").hits[0].path == "notes/side.md"
        with pytest.raises(CheckoutError, match="is open"):
            past.remove_checkout(tmp_path / "p", force=True)
    assert len(memory.prune_checkouts().checkouts) == 2
    assert git(memory.root, "worktree", "list").count("\n") == 2
