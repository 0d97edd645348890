from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import NoteNotFoundError
from vault_mem.vault.vault import Vault


@pytest.fixture(params=[False, True], ids=["asking", "watching"])
def memory(vault: Path, request: pytest.FixtureRequest) -> Iterator[Memory]:
    """The empty vault, open: every test here holds whether it is watched or not."""
    with vault_mem.open_memory(vault, agent="tester", session="s1", watch=request.param) as opened:
        yield opened


def _found(memory: Memory, query: str) -> list[str]:
    return [hit.path for hit in memory.recall(query, mode="lexical").hits]


def test_a_hand_edit_is_seen_by_the_next_recall(memory: Memory, vault: Path) -> None:
    note = memory.remember("The lighthouse is white.", title="Tower").note
    path = vault / note.path
    path.write_text(path.read_text().replace("lighthouse", "windmill"))
    answer = memory.recall("windmill", mode="lexical")
    assert [hit.path for hit in answer.hits] == [note.path]
    assert answer.dirty
    assert answer.hits[0].dirty
    assert answer.hits[0].commit is None
    assert _found(memory, "lighthouse") == []


def test_new_renamed_and_deleted_files_are_seen(memory: Memory, vault: Path) -> None:
    (vault / "zebra.md").write_text("Zebras have stripes.\n")
    assert _found(memory, "stripes") == ["zebra.md"]
    (vault / "zebra.md").rename(vault / "horse.md")
    assert _found(memory, "stripes") == ["horse.md"]
    (vault / "horse.md").unlink()
    assert _found(memory, "stripes") == []


def test_an_answer_says_when_a_file_is_gone_that_the_commit_has(memory: Memory, vault: Path) -> None:
    note = memory.remember("The pie is hot.", title="Pie").note
    (vault / note.path).unlink()
    assert memory.recall("pie").dirty
    assert memory.status().changed == (note.path,)
    assert memory.remember("The pie is cold.", title="Pie").note.action == "created"
    assert "adopt: notes/pie.md" in git(vault, "log", "--format=%s")


def test_a_branch_switch_is_seen(memory: Memory, vault: Path) -> None:
    git(vault, "switch", "-qc", "side")
    memory.remember("The volcano erupts.", title="Volcano")
    assert _found(memory, "volcano") == ["notes/volcano.md"]
    git(vault, "switch", "-q", "main")
    assert _found(memory, "volcano") == []
    git(vault, "switch", "-q", "side")
    assert _found(memory, "volcano") == ["notes/volcano.md"]


def test_a_pull_is_seen_with_who_wrote_it(memory: Memory, vault: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(vault), str(clone))
    with vault_mem.open_memory(clone, agent="colleague") as other:
        other.remember("The glacier melts.", title="Glacier")
    git(vault, "pull", "-q", str(clone), "main")
    hit = memory.recall("glacier", mode="lexical").hits[0]
    assert hit.agent == "colleague"
    assert not hit.dirty


def test_two_open_memories_see_each_other(memory: Memory, vault: Path) -> None:
    with vault_mem.open_memory(vault) as other:
        other.remember("The comet returns.", title="Comet")
        assert _found(memory, "comet") == ["notes/comet.md"]
        memory.remember("The meteor burns.", title="Meteor")
        assert _found(other, "meteor") == ["notes/meteor.md"]


def test_the_index_comes_back_when_it_is_deleted(memory: Memory, vault: Path) -> None:
    import shutil

    memory.remember("The glacier melts.", title="Glacier")
    folder = Path(memory.status().index_folder)
    memory.close()
    shutil.rmtree(folder)
    with vault_mem.open_memory(vault) as again:
        assert _found(again, "glacier") == ["notes/glacier.md"]


def test_an_index_rebuilt_by_another_process_is_noticed(memory: Memory, vault: Path) -> None:
    first = memory.remember("The glacier melts.", title="Glacier").commit
    memory.remember("The comet returns.", title="Comet")
    assert _found(memory, "glacier") == ["notes/glacier.md"]
    assert memory.recall("glacier", at=first).total == 1
    with vault_mem.open_memory(vault) as other:
        other.reindex()
    assert _found(memory, "glacier") == ["notes/glacier.md"]
    assert memory.recall("glacier", at=first).total == 1
    assert memory.context("the glacier").items


def test_a_reindex_beside_a_recall_is_only_a_repetition(memory: Memory) -> None:
    memory.remember(notes=[{"text": f"The glacier number {n} melts."} for n in range(30)])
    with ThreadPoolExecutor(2) as pool:
        rebuilding = pool.submit(lambda: [memory.reindex() for _ in range(4)])
        totals = [memory.recall("glacier melts").total for _ in range(20)]
        rebuilding.result()
    assert set(totals) == {30}


def test_the_history_of_a_shallow_clone_grows_when_it_is_deepened(memory: Memory, vault: Path, tmp_path: Path) -> None:
    memory.remember("One.", title="Rule")
    for text in ("Two.", "Three."):
        memory.revise("Rule", text, agent="alice")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", vault.as_uri(), str(clone))
    with vault_mem.open_memory(clone) as shallow:
        assert len(shallow.history("Rule").versions) == 1
        git(clone, "fetch", "-q", "--unshallow")
        assert [version.operation for version in shallow.history("Rule").versions] == ["revise", "revise", "remember"]
        assert shallow.recall("three").hits[0].agent == "alice"


def test_a_revision_of_a_shallow_clone_that_was_deepened_has_its_past(
    memory: Memory, vault: Path, tmp_path: Path
) -> None:
    commits = [memory.remember("One.", title="Rule").commit, memory.revise("Rule", "Two.").commit]
    memory.revise("Rule", "Three.")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "2", vault.as_uri(), str(clone))
    with vault_mem.open_memory(clone) as shallow:
        assert [version.commit for version in shallow.history("Rule", at="HEAD~1").versions] == commits[1:]
        git(clone, "fetch", "-q", "--unshallow")
        assert [version.commit for version in shallow.history("Rule", at="HEAD~1").versions] == commits[::-1]


def test_a_damaged_index_is_rebuilt(memory: Memory, vault: Path) -> None:
    memory.remember("The glacier melts.", title="Glacier")
    folder = Path(memory.status().index_folder)
    memory.close()
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"garbage" * 100)
    with vault_mem.open_memory(vault) as again:
        assert _found(again, "glacier") == ["notes/glacier.md"]
        assert again.remember("More.").commit


def test_another_branch_has_its_evidence_whether_it_was_ever_checked_out_here(memory: Memory, vault: Path) -> None:
    memory.remember("# Rule\n\nThe rule.")
    git(vault, "switch", "-qc", "other")
    written = memory.remember("# Zebra\n\nThe zebra is striped.", agent="alice")
    git(vault, "switch", "-q", "main")
    memory.reindex()
    (hit,) = memory.recall("zebra", at="other").hits
    assert (hit.commit, hit.agent, hit.author) == (written.revision, "alice", "Test Person")
    assert memory.recall("zebra").hits == ()
    assert len(memory.log().acts) == 2


def test_a_note_that_could_not_be_read_at_first_is_known_by_its_title_later(
    memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.remember("Tea is hot.", title="Tea")
    write(vault, "odd.md", "# Odd name\n\nCoffee is hot.\n")
    read_blobs = Vault.read_blobs
    with monkeypatch.context() as disk:
        some = lambda *given: (item for item in read_blobs(*given) if b"Coffee" not in item[1])  # noqa: E731
        disk.setattr(Vault, "read_blobs", some)
        with pytest.raises(NoteNotFoundError):
            memory.read("Odd name")
    write(vault, "other.md", "# Other\n\nWater is cold.\n")
    assert memory.read("Other").path == "other.md"
    assert memory.read("Odd name").path == "odd.md"
