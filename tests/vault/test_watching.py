from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.vaults import git, make_repository, make_vault, open_vault, remember, write
from vault_mem.errors import StorageError, VaultMemError, WriteConflictError
from vault_mem.notes.model import BlobId, NotePath
from vault_mem.vault import inotify, watching, worktree
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.objects import blob_id
from vault_mem.vault.repository import Outcome, Repository
from vault_mem.vault.vault import Vault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems are not watched")

A, B = NotePath("a.md"), NotePath("d/b.md")


@contextmanager
def watched(folder: Path, **notes: str) -> Iterator[Vault]:
    """Make a vault that has been looked at, and is watched since."""
    with make_vault(folder, **notes) as vault:
        vault.watch()
        vault.current()
        yield vault


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The git commands that are started from now on."""
    commands: list[tuple[str, ...]] = []
    attempt = Repository.attempt

    def noted(self: Repository, *arguments: str, **options: object) -> Outcome:
        commands.append(arguments)
        return attempt(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Repository, "attempt", noted)
    return commands


def asked(commands: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the paths of each `git status` so far, none for a look at everything, and forget them."""
    found = [command[command.index("--") + 1 :] for command in commands if command[0] == "status"]
    commands.clear()
    return found


def test_nothing_is_started_while_nothing_changes(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1", d__b="2") as vault:
        first = vault.current()
        started.clear()
        write(vault.root, "picture.png", "x")
        write(vault.root, ".obsidian/workspace.json", "{}")
        assert vault.current() is first
        assert started == []


def test_edit_is_seen_at_once_by_a_look_at_its_file(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1", d__b="2") as vault:
        asked(started)
        write(vault.root, B, "edited\n")
        write(vault.root, "d/new.md", "new\n")
        seen = vault.current()
        assert seen.notes[B] == blob_id(b"edited\n")
        assert seen.dirty == {B, "d/new.md"}
        assert asked(started) == [("d/b.md", "d/new.md")]
        write(vault.root, B, "2")
        (vault.root / "d/new.md").unlink()
        assert vault.current() == vault.current()
        assert vault.current().notes == {A: blob_id(b"1"), B: blob_id(b"2")}
        assert vault.current().dirty == frozenset()
        assert asked(started) == [("d/new.md",)]


def test_new_folder_is_watched_with_what_is_in_it(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        asked(started)
        write(vault.root, "x/y/z.md", "1\n")
        assert NotePath("x/y/z.md") in vault.current().dirty
        write(vault.root, "x/y/z.md", "2\n")
        assert vault.current().notes[NotePath("x/y/z.md")] == blob_id(b"2\n")
        assert () not in asked(started)
        (vault.root / "x").rename(vault.root / "w")
        assert set(vault.current().notes) == {"a.md", "w/y/z.md"}
        assert asked(started) == [()]
        write(vault.root, "w/y/z.md", "3\n")
        assert vault.current().notes[NotePath("w/y/z.md")] == blob_id(b"3\n")


def test_own_writes_need_no_look_at_everything(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1", d__b="2") as vault:
        write(vault.root, B, "by hand\n")
        vault.current()
        asked(started)
        for text in ("first\n", "second\n"):
            receipt = remember(vault, B, text)
            seen = vault.current()
            assert (seen.commit, seen.notes[B]) == (receipt.commit, blob_id(text.encode()))
            assert not seen.dirty
        remember(vault, "new/c.md", "third\n")
        write(vault.root, A, "by hand\n")
        assert vault.current().dirty == {A}
        assert () not in asked(started)
        assert vault.current() == open_and_look(vault.root)


def test_edit_just_after_an_own_write_is_seen(tmp_path: Path) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        with vault.writing() as transaction:
            transaction.commit(Act("remember", (Change(A, b"ours\n"),)))
            (vault.root / A).write_bytes(b"hand\n")
        assert vault.current().dirty == {A}
        assert vault.current().notes[A] == blob_id(b"hand\n")


def test_what_git_does_is_seen_by_one_look_at_everything(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1", d__b="2") as vault:
        asked(started)
        git(vault.root, "commit", "-q", "--allow-empty", "-m", "theirs")
        assert vault.current() == open_and_look(vault.root)
        assert asked(started)[0] == ()
        write(vault.root, ".gitignore", "secret.md\n")
        write(vault.root, "secret.md", "x")
        assert set(vault.current().notes) == {A, B}
        git(vault.root, "add", "-f", "secret.md")
        assert set(vault.current().notes) == {A, B, "secret.md"}


def test_many_touched_files_are_one_look_at_everything(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        asked(started)
        for number in range(watching.MANY + 1):
            write(vault.root, f"n{number}.md", "x")
        assert len(vault.current().dirty) == watching.MANY + 1
        assert asked(started) == [()]


def test_lost_events_are_one_look_at_everything(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with watched(tmp_path / "v", a="1", b="2") as vault:
        asked(started)
        for number in range(limit + 10):
            os.utime(vault.root / ("a.md", "b.md")[number % 2])
        write(vault.root, B, "no event of it\n")
        assert vault.current().dirty == {B}
        assert asked(started) == [()]
        write(vault.root, B, "told again\n")
        assert vault.current().notes[B] == blob_id(b"told again\n")


def test_everything_is_looked_at_again_after_a_while(
    tmp_path: Path, started: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        asked(started)
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + watching.RENEWAL)
        vault.current()
        assert asked(started) == [()]


def test_watcher_that_dies_says_so_and_everything_is_looked_at(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        assert vault.watch_trouble is None
        assert vault._watch
        assert vault._watch._events
        os.close(vault._watch._events._file)
        write(vault.root, A, "edited\n")
        for text in ("edited\n", "again\n"):
            write(vault.root, A, text)
            asked(started)
            assert vault.current().notes[A] == blob_id(text.encode())
            assert asked(started) == [()]
        assert "not watched" in str(vault.watch_trouble)


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "max_user_watches"), (errno.EACCES, "Permission denied")])
def test_limit_of_the_system_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[tuple[str, ...]], number: int, said: str
) -> None:
    def full(file: int, folder: Path) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(inotify, "_watched", full)
    with watched(tmp_path / "v", a="1") as vault:
        asked(started)
        write(vault.root, A, "edited\n")
        assert vault.current().dirty == {A}
        assert asked(started) == [()]
        assert said in str(vault.watch_trouble)


def test_vault_with_another_repository_in_it_is_not_watched(tmp_path: Path) -> None:
    with watched(tmp_path / "v", a="1", d__b="2") as vault:
        make_repository(vault.root / "inner", x="1")
        assert vault.current() == open_and_look(vault.root)
        assert "a git repository of its own" in str(vault.watch_trouble)


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with make_vault(tmp_path / "v", a="1") as vault:
        (vault.root / "link").symlink_to(outside)
        vault.watch()
        vault.current()
        assert vault._watch
        assert vault._watch._events
        assert "link" not in vault._watch._events._folders.values()


def test_unreadable_note_is_said_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        write(vault.root, A, "edited\n")
        with monkeypatch.context() as disk:
            disk.setattr(worktree, "_hash_file", refusing)
            for _ in range(2):
                with pytest.raises(StorageError):
                    vault.current()
        assert vault.current().dirty == {A}


def refusing(target: str, _size: int) -> BlobId:
    raise PermissionError(errno.EACCES, "Permission denied", target)


def test_write_looks_at_its_files_itself(tmp_path: Path) -> None:
    with watched(tmp_path / "v", a="1") as vault, vault.writing() as transaction:
        vault.current()
        (vault.root / A).write_bytes(b"by hand\n")
        with pytest.raises(WriteConflictError):
            transaction.commit(Act("remember", (Change(A, b"ours\n"),)))
        assert (vault.root / A).read_bytes() == b"by hand\n"


def test_closed_vault_holds_no_file_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with watched(tmp_path / "v", a="1") as vault:
        vault.close()
        before = count()
        vault.current()
        assert count() > before
        vault.close()
        assert count() == before


def open_and_look(folder: Path) -> object:
    with open_vault(folder) as other:
        return other.current()


def _come_back(root: Path) -> None:
    root.with_name("elsewhere").rename(root)


def _leave_a_link(root: Path) -> None:
    root.symlink_to(root.with_name("elsewhere"))


@pytest.mark.parametrize("then", [_come_back, _leave_a_link])
def test_vault_that_was_moved_is_seen_where_it_is_put_back(tmp_path: Path, then: Callable[[Path], None]) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        vault.root.rename(vault.root.with_name("elsewhere"))
        with suppress(VaultMemError):
            vault.current()
        then(vault.root)
        vault.current()
        write(vault.root, A, "edited\n")
        assert vault.current().notes[A] == blob_id(b"edited\n")


def test_vault_is_seen_after_another_folder_took_the_place_of_the_one_above(tmp_path: Path) -> None:
    with watched(tmp_path / "above" / "v", a="1") as vault:
        (tmp_path / "above").rename(tmp_path / "old")
        shutil.copytree(tmp_path / "old", tmp_path / "above")
        vault.current()
        write(vault.root, A, "edited\n")
        assert vault.current().notes[A] == blob_id(b"edited\n")
        assert vault.watch_trouble is None


def _unhide(root: Path) -> None:
    git(root, "add", "-f", "hidden.md")


def _hide(root: Path) -> None:
    write(root, ".git/info/exclude", "new.md\n")


@pytest.mark.parametrize("by_hand", [_unhide, _hide])
@pytest.mark.parametrize("version", ["2", "4"])
def test_what_a_person_told_git_during_our_write_is_seen(
    tmp_path: Path, by_hand: Callable[[Path], None], version: str
) -> None:
    with make_vault(tmp_path / "v", a="1") as vault:
        git(vault.root, "update-index", "--index-version", version)
        write(vault.root, ".git/info/exclude", "hidden.md\n")
        write(vault.root, "hidden.md", "x\n")
        write(vault.root, "new.md", "x\n")
        vault.watch()
        vault.current()
        with vault.writing() as transaction:
            by_hand(vault.root)
            transaction.commit(Act("remember", (Change(NotePath("b.md"), b"ours\n"),)))
        with open_vault(vault.root) as fresh:
            assert vault.current() == fresh.current()


def test_information_that_git_lacks_is_no_obstacle(tmp_path: Path) -> None:
    with watched(tmp_path / "v", a="1") as vault:
        shutil.rmtree(vault.root / ".git" / "info")
        (vault.root / ".git" / "info").write_bytes(b"")
        write(vault.root, A, "edited\n")
        assert vault.current().dirty == {A}
