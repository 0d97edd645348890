from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, remember, write
from vault_mem.errors import InvalidNoteError, UnsafePathError, VaultBusyError, VaultMemError, WriteConflictError
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.gitindex import staging
from vault_mem.vault.objects import blob_id
from vault_mem.vault.vault import Vault


def change(path: str, text: str | None) -> Change:
    return Change(NotePath(path), None if text is None else text.encode())


def head(vault: Vault) -> str:
    return git(vault.root, "rev-parse", "HEAD").strip()


def committed(vault: Vault, path: str, revision: str = "HEAD") -> str:
    return git(vault.root, "show", f"{revision}:{path}")


def test_act_is_one_commit_that_touches_its_paths_only(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        before = head(vault)
        with vault.writing() as transaction:
            assert transaction.head == before
            changes = (change("a.md", "new\n"), change("x/y/z.md", "deep\n"), change("b.md", None))
            receipt = transaction.commit(Act("revise", changes, "why", agent="tester"))
            assert transaction.head == receipt.commit
        assert (receipt.parent, head(vault)) == (before, receipt.commit)
        assert receipt.blobs == {"a.md": blob_id(b"new\n"), "x/y/z.md": blob_id(b"deep\n")}
        named = git(vault.root, "show", "--format=", "--name-status", "HEAD").split()
        assert named == ["M", "a.md", "D", "b.md", "A", "x/y/z.md"]
        assert not (vault.root / "b.md").exists()
        assert is_clean(vault)
        assert git(vault.root, "status", "--porcelain") == ""
        assert git(vault.root, "fsck", "--strict") == ""
        assert git(vault.root, "reflog", "-1", "--format=%gs").strip() == "vault-mem: revise"


def test_deleting_the_last_file_of_a_folder_removes_the_folder_as_git_does(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a__b__c="x", a__d="y") as vault:
        with vault.writing() as transaction:
            transaction.commit(Act("erase", (change("a/b/c.md", None),)))
        assert not (vault.root / "a" / "b").exists()
        assert (vault.root / "a" / "d.md").exists()


def test_file_keeps_its_mode_and_a_new_one_gets_the_users(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="x") as vault:
        (vault.root / "a.md").chmod(0o640)
        remember(vault, "a.md", "y")
        assert (vault.root / "a.md").stat().st_mode & 0o777 == 0o640
        mask = os.umask(0)
        os.umask(mask)
        remember(vault, "n.md", "z")
        assert (vault.root / "n.md").stat().st_mode & 0o777 == 0o666 & ~mask


def test_hand_edit_is_never_overwritten_unseen(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        before = head(vault)
        write(vault.root, "a.md", "by hand\n")
        write(vault.root, "new.md", "untracked\n")
        for path in ("a.md", "new.md"):
            with vault.writing() as transaction, pytest.raises(WriteConflictError) as raised:
                transaction.commit(Act("revise", (change(path, "agent\n"), change("other.md", "x"))))
            assert raised.value.actual == blob_id((vault.root / path).read_bytes())
        assert "+by hand" in refused(vault, "a.md").diff
        assert (vault.root / "a.md").read_text() == "by hand\n"
        assert not (vault.root / "other.md").exists()
        assert head(vault) == before


def refused(vault: Vault, path: str) -> WriteConflictError:
    with vault.writing() as transaction, pytest.raises(WriteConflictError) as raised:
        transaction.commit(Act("revise", (change(path, "agent\n"),)))
    return raised.value


def test_note_deleted_by_hand_is_not_brought_back_unseen(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        (vault.root / "a.md").unlink()
        refused(vault, "a.md")
        with vault.writing() as transaction:
            adopted = transaction.adopt([NotePath("a.md")])
            assert adopted is not None
            assert adopted.blobs == {}
            transaction.commit(Act("remember", (change("a.md", "again\n"),)))
        assert git(vault.root, "log", "--format=%s", "-2").splitlines() == ["remember: a.md", "adopt: a.md"]


def test_adopted_edit_is_a_commit_of_its_own_before_the_agents(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        write(vault.root, "a.md", "by hand\n")
        write(vault.root, "b.md", "stays dirty\n")
        remember(vault, "a.md", "by agent\n")
        assert committed(vault, "a.md", "HEAD~1") == "by hand\n"
        assert committed(vault, "a.md") == "by agent\n"
        assert "Memory-Op: adopt" in git(vault.root, "log", "-1", "--format=%B", "HEAD~1")
        assert git(vault.root, "status", "--porcelain") == " M b.md\n"


def test_nothing_is_adopted_where_nothing_was_edited(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        write(vault.root, "a.md", "one\n", age=0)
        with vault.writing() as transaction:
            assert transaction.adopt([NotePath("a.md"), NotePath("none.md")]) is None


def test_staged_version_of_the_note_is_adopted_before_the_work_trees(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        write(vault.root, "a.md", "staged\n")
        git(vault.root, "add", "a.md")
        write(vault.root, "a.md", "later\n")
        remember(vault, "a.md", "agent\n")
        texts = [committed(vault, "a.md", f"HEAD~{n}") for n in range(4)]
        assert texts == ["agent\n", "later\n", "staged\n", "one\n"]


def test_staged_version_is_adopted_also_if_the_file_went_back(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        write(vault.root, "a.md", "staged\n")
        git(vault.root, "add", "a.md")
        write(vault.root, "a.md", "one\n")
        remember(vault, "a.md", "agent\n")
        assert [committed(vault, "a.md", f"HEAD~{n}") for n in range(3)] == ["agent\n", "one\n", "staged\n"]


def test_file_that_is_being_edited_is_waited_for_then_refused(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        write(vault.root, "a.md", "typing\n", age=0)
        with vault.writing() as transaction, pytest.raises(VaultBusyError, match=r"a\.md is being edited"):
            transaction.adopt([NotePath("a.md")], wait=0.3)
        write(vault.root, "a.md", "typed\n", age=1.8)
        with vault.writing() as transaction:
            assert transaction.adopt([NotePath("a.md")], wait=2) is not None


def test_version_the_caller_has_seen_may_be_replaced(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        write(vault.root, "a.md", "by hand\n")
        seen = {NotePath("a.md"): blob_id(b"by hand\n")}
        with vault.writing() as transaction:
            transaction.commit(Act("merge", (change("a.md", "joined\n"),), seen=seen))
        assert committed(vault, "a.md") == "joined\n"


def test_empty_act_is_no_commit(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        before = head(vault)
        with vault.writing() as transaction:
            receipt = transaction.commit(Act("revise", (change("a.md", "one\n"),)))
            assert receipt.commit == receipt.parent == before
        assert head(vault) == before


@pytest.mark.parametrize("path", ["../x.md", ".git/config", "a.md/b.md", "folder", "link.md", "linked/x.md"])
def test_path_outside_the_vault_is_refused_before_anything_is_written(tmp_path: Path, path: str) -> None:
    with make_vault(tmp_path / "v", a="x", folder__b="y") as vault:
        (tmp_path / "out").mkdir()
        (vault.root / "link.md").symlink_to(tmp_path / "out" / "target")
        (vault.root / "linked").symlink_to(tmp_path / "out")
        before = head(vault)
        with vault.writing() as transaction, pytest.raises(UnsafePathError):
            transaction.commit(Act("remember", (change("fine.md", "x"), change(path, "hostile"))))
        assert head(vault) == before
        assert not (vault.root / "fine.md").exists()
        assert not list((tmp_path / "out").iterdir())


def test_unknown_verb_and_doubled_path_are_refused(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault, vault.writing() as transaction:
        for act in (Act("explode", ()), Act("revise", (change("a.md", "1"), change("a.md", "2")))):
            with pytest.raises(InvalidNoteError):
                transaction.commit(act)


def test_head_that_moves_meanwhile_is_followed_if_it_left_the_note_alone(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault, vault.writing() as transaction:
        write(vault.root, "b.md", "theirs\n")
        git(vault.root, "commit", "-qam", "person")
        theirs = head(vault)
        receipt = transaction.commit(Act("revise", (change("a.md", "ours\n"),)))
        assert receipt.parent == theirs
        write(vault.root, "a.md", "theirs too\n")
        git(vault.root, "commit", "-qam", "person again")
        with pytest.raises(WriteConflictError):
            transaction.commit(Act("revise", (change("a.md", "ours again\n"),)))
        assert (vault.root / "a.md").read_text() == "theirs too\n"


def test_commit_of_another_program_between_index_and_ref_is_built_upon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        move = vault._writer._swap
        calls: list[object] = []

        def swap_late(intent: object) -> bool:
            if not calls:
                write(vault.root, "b.md", "theirs\n")
                git(vault.root, "commit", "-qam", "backup of all")
            calls.append(intent)
            return move(intent)  # type: ignore[arg-type]  # the seam's own argument is passed on

        monkeypatch.setattr(vault._writer, "_swap", swap_late)
        receipt = remember(vault, "a.md", "ours\n", reason="why")
        assert len(calls) == 2
        assert committed(vault, "a.md", "HEAD~1") == committed(vault, "a.md") == "ours\n"
        assert committed(vault, "b.md") == "theirs\n"
        assert git(vault.root, "show", "--format=%s", "--name-only", receipt.commit).strip() == "remember: a.md"
        assert is_clean(vault)


def test_held_index_is_waited_for_then_refused_and_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "LOCK_WAIT", 0.3)
    with make_vault(tmp_path / "v", a="one\n") as vault:
        lock = vault.root / ".git" / "index.lock"
        lock.touch()
        before = head(vault)
        with vault.writing() as transaction, pytest.raises(VaultBusyError, match="stale"):
            transaction.commit(Act("revise", (change("a.md", "two\n"),)))
        assert (vault.root / "a.md").read_text() == "one\n"
        assert head(vault) == before
        lock.unlink()
        remember(vault, "a.md", "two\n")


def test_index_that_is_taken_after_the_files_were_placed_takes_the_act_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "LOCK_WAIT", 0.2)
    with make_vault(tmp_path / "v", a="one\n") as vault:
        lock = vault.root / ".git" / "index.lock"
        stage = vault._writer._stage

        def stage_locked(intent: object) -> None:
            lock.touch()
            stage(intent)  # type: ignore[arg-type]  # the seam's own argument is passed on

        monkeypatch.setattr(vault._writer, "_stage", stage_locked)
        with vault.writing() as transaction, pytest.raises(VaultBusyError):
            transaction.commit(Act("revise", (change("a.md", "two\n"), change("n.md", "new\n"))))
        lock.unlink()
        assert (vault.root / "a.md").read_text() == "one\n"
        assert not (vault.root / "n.md").exists()
        assert is_clean(vault)
        monkeypatch.undo()


def test_edit_between_looking_and_placing_stays_and_the_act_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_vault(tmp_path / "v", a="one\n", b="two\n") as vault:
        before = head(vault)
        place = vault._writer._place

        def place_then_person(step: object, prepared: object) -> None:
            place(step, prepared)  # type: ignore[arg-type]  # the seam's own arguments are passed on
            write(vault.root, "b.md", "by hand\n")

        monkeypatch.setattr(vault._writer, "_place", place_then_person)
        with vault.writing() as transaction, pytest.raises(WriteConflictError) as raised:
            transaction.commit(Act("revise", (change("a.md", "ours\n"), change("b.md", "ours\n"))))
        assert raised.value.actual == blob_id(b"by hand\n")
        assert (vault.root / "a.md").read_text() == "one\n"
        assert (vault.root / "b.md").read_text() == "by hand\n"
        assert head(vault) == before
        assert git(vault.root, "status", "--porcelain") == " M b.md\n"


def _file_by_hand(vault: Vault, outside: Path) -> None:
    write(vault.root, "z/149.md", "by hand\n")


def _link_instead_of_file(vault: Vault, outside: Path) -> None:
    (vault.root / "z" / "149.md").symlink_to(outside / "149.md")


def _link_instead_of_folder(vault: Vault, outside: Path) -> None:
    (vault.root / "z").rmdir()
    (vault.root / "z").symlink_to(outside)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (_file_by_hand, WriteConflictError),
        (_link_instead_of_file, UnsafePathError),
        (_link_instead_of_folder, UnsafePathError),
    ],
)
def test_what_appears_while_many_are_placed_is_not_written_over_or_through(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Vault, Path], None],
    error: type[VaultMemError],
) -> None:
    (tmp_path / "outside").mkdir()
    with make_vault(tmp_path / "v", a="one\n") as vault:
        before = head(vault)
        place, placed = vault._writer._place, Counter[str]()

        def place_then_person(step: object, prepared: object) -> None:
            place(step, prepared)  # type: ignore[arg-type]  # the seam's own arguments are passed on
            placed["files"] += 1
            if placed["files"] == 1:
                make(vault, tmp_path / "outside")

        monkeypatch.setattr(vault._writer, "_place", place_then_person)
        many = (*(change(f"b/{n}.md", f"{n}\n") for n in range(150)), change("z/149.md", "ours\n"))
        with vault.writing() as transaction, pytest.raises(error):
            transaction.commit(Act("import", many))
        by_hand = (vault.root / "z" / "149.md").read_text() if make is _file_by_hand else None
        assert by_hand in ("by hand\n", None)
        assert not list((tmp_path / "outside").iterdir())
        assert not (vault.root / "b").exists()
        assert not list((vault.root / ".git" / "vault-mem-staging").iterdir())
        assert head(vault) == before


_WRITER = """
import sys
from pathlib import Path
from tests.vaults import open_vault
name = sys.argv[2]
with open_vault(Path(sys.argv[1])) as vault:
    for n in range(25):
        with vault.writing(timeout=60) as transaction:
            from vault_mem.vault.acts import Act, Change
            transaction.commit(Act("remember", (Change(f"notes/{name}-{n}.md", f"{name} {n}".encode()),)))
"""


def test_two_processes_and_a_person_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        command = [sys.executable, "-c", _WRITER, str(vault.root)]
        running = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two")]
        for n in range(5):
            write(vault.root, f"person-{n}.md", "hand\n")
            commit_as_person(vault, f"person-{n}.md")
        for process in running:
            _, error = process.communicate(timeout=120)
            assert process.returncode == 0, error.decode()
        notes = vault.current().notes
        assert len([path for path in notes if path.startswith("notes/")]) == 50
        assert len([path for path in notes if path.startswith("person-")]) == 5
        assert int(git(vault.root, "rev-list", "--count", "--grep=^remember: ", "HEAD")) == 50
        assert is_clean(vault)
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""


def commit_as_person(vault: Vault, path: str) -> None:
    """Add and commit one file, and try again while our writers hold git's index or the branch."""
    for _ in range(200):
        added = subprocess.run(["git", "add", path], cwd=vault.root, capture_output=True, check=False)
        done = subprocess.run(["git", "commit", "-qm", path], cwd=vault.root, capture_output=True, check=False)
        if not added.returncode and (not done.returncode or path in git(vault.root, "ls-tree", "--name-only", "HEAD")):
            return
        time.sleep(0.02)
    raise AssertionError(done.stderr.decode())
