"""Which note an act is taken back from, where notes moved, were replaced or are there twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.memory.undo.undoing import TAKEN

FIRST, SECOND = "01K9ZQ3T8M5N2V7C4X6B1D0F9G", "01K9ZQ3T8M5N2V7C4X6B1D0F9H"


def note(identity: str, text: str) -> str:
    return f"---\nid: {identity}\n---\n{text}\n"


def committed(vault: Path, message: str) -> str:
    git(vault, "add", "-A")
    git(vault, "commit", "-qm", message)
    return git(vault, "rev-parse", "HEAD").strip()


def files(vault: Path) -> dict[str, str]:
    return {str(path.relative_to(vault)): path.read_text() for path in sorted(vault.rglob("*.md"))}


def test_a_stranger_at_the_old_place_is_left_alone(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", note(FIRST, "one\n\ntwo"))
    committed(vault, "made")
    write(vault, "a.md", note(FIRST, "one!\n\ntwo"))
    act = committed(vault, "changed")
    git(vault, "mv", "a.md", "b.md")
    write(vault, "a.md", "one!\n\nmine\n")
    committed(vault, "moved")
    memory.revert(act, yes=True)
    assert files(vault) == {"a.md": "one!\n\nmine\n", "b.md": note(FIRST, "one\n\ntwo")}


def test_a_deleted_note_is_not_taken_for_another_one_at_its_place(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", "mine\n")
    committed(vault, "made")
    git(vault, "rm", "-q", "a.md")
    act = committed(vault, "deleted")
    write(vault, "a.md", "another\n")
    committed(vault, "made anew")
    assert [(clash.path, clash.problem) for clash in memory.revert(act).clashes] == [("a.md", TAKEN)]


def test_a_deleted_note_comes_back_beside_its_copy(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", note(FIRST, "one"))
    write(vault, "copy.md", note(FIRST, "one"))
    before = files(vault)
    committed(vault, "made")
    git(vault, "rm", "-q", "a.md")
    memory.revert(committed(vault, "deleted"), yes=True)
    assert files(vault) == before


def test_a_deleted_note_that_is_elsewhere_stays_there(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", note(FIRST, "one"))
    committed(vault, "made")
    git(vault, "rm", "-q", "a.md")
    act = committed(vault, "deleted")
    write(vault, "b.md", note(FIRST, "one"))
    committed(vault, "made again")
    assert memory.revert(act, yes=True).commit is None


def test_a_note_that_was_put_in_the_place_of_another_is_not_overwritten_where_it_went(
    memory: Memory, vault: Path
) -> None:
    write(vault, "a.md", note(FIRST, "one"))
    committed(vault, "made")
    write(vault, "a.md", note(SECOND, "second"))
    act = committed(vault, "replaced")
    git(vault, "mv", "a.md", "b.md")
    committed(vault, "moved")
    write(vault, "b.md", note(SECOND, "second, kept"))
    committed(vault, "kept")
    assert [clash.path for clash in memory.revert(act).clashes] == ["b.md"]
    git(vault, "rm", "-q", "b.md")
    committed(vault, "deleted")
    memory.revert(act, yes=True)
    assert files(vault) == {"a.md": note(FIRST, "one")}


@pytest.mark.parametrize(("old", "new"), [("z.md", "a.md"), ("a.md", "z.md"), ("a.md", "A.md"), ("A.md", "a.md")])
def test_the_only_note_of_a_folder_gets_its_name_back(memory: Memory, vault: Path, old: str, new: str) -> None:
    if old.lower() == new.lower() and (vault / ".GIT").exists():
        pytest.skip("the file system folds case")
    write(vault, f"deep/er/{old}", note(FIRST, "one"))
    before = files(vault)
    committed(vault, "made")
    git(vault, "mv", f"deep/er/{old}", f"deep/er/{new}")
    act = committed(vault, "moved")
    memory.revert(act, yes=True)
    assert files(vault) == before
    assert git(vault, "status", "--porcelain") == ""
    memory.rollback(act, yes=True)
    assert list(files(vault)) == [f"deep/er/{new}"]


def test_thousands_of_deleted_notes_come_back_in_linear_time(memory: Memory, vault: Path) -> None:
    for number in range(2_000):
        write(vault, f"n/{number}.md", note(f"01K9ZQ3T8M5N2V7C4X6B1{number:05d}", f"note {number}"))
    committed(vault, "made")
    git(vault, "rm", "-qr", "n")
    act = committed(vault, "deleted")
    memory.log(limit=1)
    started = time.perf_counter()
    assert len(memory.revert(act).notes) == 2_000
    assert time.perf_counter() - started < 20
