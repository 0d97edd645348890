"""Names for states of the vault."""

from __future__ import annotations

import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidNoteError


def test_a_checkpoint_is_an_annotated_tag_that_at_takes(memory: Memory) -> None:
    memory.remember("# Port\n\nThe port is 80.")
    made = memory.checkpoint("before-move", reason="Ports\nwill move.", agent="me", session="s9")
    memory.revise("Port", "The port is 8080.")
    (mark,) = made.checkpoints
    assert (mark.name, mark.commit, mark.reason) == ("before-move", made.revision, "Ports\nwill move.")
    assert (mark.agent, mark.session, made.made, made.dirty) == ("me", "s9", True, False)
    assert git(memory.root, "cat-file", "-t", "before-move").strip() == "tag"
    assert "The port is 80." in memory.read("Port", at="before-move").text
    assert "The port is 80." in memory.recall("port", at="before-move").hits[0].excerpt
    git(memory.root, "fsck", "--strict")


def test_all_are_listed_newest_first_and_other_tags_are_not(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.checkpoint("one")
    git(memory.root, "tag", "plain")
    git(memory.root, "tag", "-a", "release", "-m", "ours\n\nMemory-Agent: nobody")
    git(memory.root, "tag", "-a", "forged", "-m", "x\x1etwo\n\nMemory-Op: checkpoint", "HEAD^{tree}")
    monkeypatch.setattr("vault_mem.vault.identity.time.time", lambda: 4_000_000_000)
    memory.checkpoint("two")
    listed = memory.checkpoint()
    assert [mark.name for mark in listed.checkpoints] == ["two", "one"]
    assert not listed.made


def test_a_name_is_given_once(memory: Memory) -> None:
    first = memory.checkpoint("one").revision
    memory.remember("# Later\n\ntext")
    branch = git(memory.root, "symbolic-ref", "--short", "HEAD").strip()
    for name in ("one", branch):
        with pytest.raises(InvalidNoteError, match="already"):
            memory.checkpoint(name)
    assert git(memory.root, "rev-parse", "one^{commit}").strip() == first


@pytest.mark.parametrize(
    "name",
    ["", "-f", "--list", "a b", "a/b", "../x", "a..b", ".hidden", "x.lock", "x.", "a\nb", "a\0b", "a~1", "a:b", "@{1}"],
)
def test_names_that_git_would_misread_are_refused(memory: Memory, name: str) -> None:
    with pytest.raises(InvalidNoteError, match="cannot name"):
        memory.checkpoint(name)
    assert git(memory.root, "tag").strip() == ""


@pytest.mark.parametrize("name", ["one\n", "\ud800", "y" * 81])
def test_names_that_no_file_can_have_are_refused(memory: Memory, name: str) -> None:
    with pytest.raises(InvalidNoteError, match="cannot name"):
        memory.checkpoint(name)
    assert git(memory.root, "tag").strip() == ""


@pytest.mark.parametrize("name", ["HEAD", "head", "FETCH_HEAD", "deadbeef", "1234567", "2026-11-20", "yesterday"])
def test_names_that_at_would_misread_are_refused(memory: Memory, name: str) -> None:
    with pytest.raises(InvalidNoteError, match="means a commit or a time"):
        memory.checkpoint(name)
    assert git(memory.root, "tag").strip() == ""


@pytest.mark.parametrize("name", ["v1.2", "x", "vor-dem-Umzug", "移動前", "a_b+c", "y" * 80])
def test_plain_names_are_taken(memory: Memory, name: str) -> None:
    memory.checkpoint(name)
    assert [mark.name for mark in memory.checkpoint().checkpoints] == [name]


def test_edits_that_are_not_committed_are_not_in_it_and_it_says_so(memory: Memory) -> None:
    write(memory.root, "draft.md", "# Draft\n")
    assert memory.checkpoint("now-ish").dirty
    assert git(memory.root, "status", "--porcelain").strip() == "?? draft.md"
