"""Disks that refuse, locks that are held, a damaged index: nothing acknowledged is lost, and all comes back."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

import vault_mem
from tests.cli.conftest import Shell
from tests.e2e.acts import VERBS, make, state
from tests.e2e.refusals import (
    COMMANDS,
    git_output,
    opened,
    picture,
    reads,
    refused,
    refused_by_shell,
    unchanged,
    works,
)
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import VaultMemError
from vault_mem.vault import pipeline
from vault_mem.vault.gitindex import staging

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions or signals")
HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print(flush=True)
    sys.stdin.read()
"""


# --- locks ---


@pytest.mark.parametrize("name", ["index.lock", "refs/heads/main.lock", "HEAD.lock"])
def test_a_stale_lock_of_gits(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(staging, "LOCK_WAIT", 0.1)
    monkeypatch.setattr(pipeline, "_REF_WAIT", 0.1)
    root = make(tmp_path / "vault")
    (root / ".git" / name).touch()
    reads(root)
    with unchanged(root):
        with vault_mem.open_memory(root) as memory:
            for verb in ("remember", "revise", "supersede", "forget"):
                error = refused(partial(VERBS[verb], memory), "vault-busy")
                if name == "index.lock":
                    assert str(root / ".git" / "index.lock") in error.hint
        refused_by_shell(shell, "vault-busy", *COMMANDS["revise"], "--vault", str(root))
    (root / ".git" / name).unlink()
    works(root)


def test_a_lock_of_gits_that_is_let_go_in_time(tmp_path: Path) -> None:
    root = make(tmp_path / "vault")
    lock = root / ".git" / "index.lock"
    lock.touch()
    code = "import pathlib, sys, time; time.sleep(0.7); pathlib.Path(sys.argv[1]).unlink()"
    with subprocess.Popen([sys.executable, "-c", code, str(lock)]), vault_mem.open_memory(root) as memory:
        assert memory.remember("Written after a short wait.").commit
    works(root)


def test_a_vault_that_another_process_holds(tmp_path: Path, shell: Shell) -> None:
    """This one waits its five seconds."""
    root = make(tmp_path / "vault")
    command = [sys.executable, "-c", HOLD, str(root / ".git" / "vault-mem.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        reads(root)
        with unchanged(root):
            outcome = shell("remember", "A fact.", "--vault", str(root), "--json")
            assert (outcome.code, outcome.json["error"]["code"]) == (1, "vault-busy")
        holder.communicate("")
    works(root)


# --- a disk that may not be written ---


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only for everybody, for root too where a mount is permitted; else skip the test."""
    if os.geteuid():
        paths = [folder, *folder.rglob("*")]
        modes = {path: path.stat().st_mode for path in paths if not path.is_symlink()}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        yield
        for path, mode in modes.items():
            path.chmod(mode)
        return
    if mount("--bind", str(folder), str(folder)):
        pytest.skip("root may write everywhere, and nothing may be mounted here")
    try:
        assert not mount("-o", "remount,ro,bind", str(folder))
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def mount(*arguments: str) -> int:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return 1


@posix
def test_a_folder_that_may_only_be_read(tmp_path: Path, shell: Shell) -> None:
    root = make(tmp_path / "vault")
    with read_only(root):
        reads(root)
        with unchanged(root):
            with vault_mem.open_memory(root) as memory:
                for verb in VERBS.values():
                    refused(partial(verb, memory), "storage-failed", str(root))
            for command in COMMANDS.values():
                refused_by_shell(shell, "storage-failed", *command, "--vault", str(root))
            refused_by_shell(shell, "storage-failed", "init", str(root / "inner"))
    works(root)


@posix
@pytest.mark.parametrize("name", ["cache", "state"])
def test_a_users_folder_that_may_only_be_read(tmp_path: Path, shell: Shell, isolated: Path, name: str) -> None:
    root = make(tmp_path / "vault")
    write(root, "hand.md", "# Hand\n\nWritten by hand.\n")
    with read_only(isolated / name), unchanged(root):
        if name == "cache":
            refused_by_shell(shell, "storage-failed", "recall", "rule", "--vault", str(root))
        else:
            reads(root)
        refused_by_shell(shell, "storage-failed", "remember", "A fact.", "--vault", str(root))
    (root / "hand.md").unlink()
    works(root)


# --- a disk that is full ---


class Failing:
    """A function of `os` that works until its n-th call and then fails with an error of the disk."""

    def __init__(self, name: str, calls: int, number: int) -> None:
        self._real: Callable[..., object] = getattr(os, name)
        self._left, self._number = calls, number
        self.has_failed = False

    def __call__(self, *arguments: object, **options: object) -> object:
        self._left -= 1
        if self._left < 0:
            self.has_failed = True
            raise OSError(self._number, os.strerror(self._number))
        return self._real(*arguments, **options)


FAULTS = {
    "fsync": errno.EIO,
    "replace": errno.ENOSPC,
    "open": errno.ENOSPC,
    "mkdir": errno.EROFS,
    "unlink": errno.EROFS,
}


@posix
@pytest.mark.parametrize("name", FAULTS)
def test_a_disk_that_fails_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From the n-th call on, for every n: the act is done, or it is refused and nothing acknowledged is lost."""
    root = make(tmp_path / "vault")
    with vault_mem.open_memory(root) as memory:
        for calls in range(24):
            before, head = state(root), git(root, "rev-parse", "HEAD")
            failing = Failing(name, calls, FAULTS[name])
            with monkeypatch.context() as context:
                context.setattr(os, name, failing)
                error = outcome(memory, f"The rule, revised {calls} times.")
            assert error in {None, "storage-failed", "git-failed"}
            assert error or git(root, "rev-parse", "HEAD") != head
            later = memory.remember(f"The disk works again, {calls}.", title=f"Later {calls}")
            after = state(root)
            assert "The disk works again" in after.pop(later.note.path)
            assert {path for path, text in after.items() if text != before.get(path)} <= {"notes/rule.md"}
            assert error or f"revised {calls} times" in after["notes/rule.md"]
            assert git(root, "status", "--porcelain") == "A  staged.md\n"
            if not failing.has_failed:
                break
    assert calls > 1
    assert not list((root / ".git").glob("**/*.tmp"))
    works(root)


def outcome(memory: Memory, text: str) -> str | None:
    """Revise the rule; return the code of the refusal, None if it was done."""
    try:
        memory.revise("Rule", text)
    except VaultMemError as error:
        return error.code if error.hint else "no hint"
    return None


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 20 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() or mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)):
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, *, free: int) -> Path:
    """Fill the disk but for some bytes; return the file to delete."""
    file = disk / "fill"
    figures = os.statvfs(disk)
    with file.open("wb") as content:
        os.posix_fallocate(content.fileno(), 0, figures.f_bavail * figures.f_frsize - free)
    return file


def test_a_full_disk(disk: Path, shell: Shell) -> None:
    root = make(disk / "vault")
    with vault_mem.open_memory(root) as memory:
        memory.remember(notes=[{"text": f"# Fact {number}\n\nA fact."} for number in range(100)])
        refusals = 0
        for free in range(0, 80_000, 4_096):
            before = picture(root)
            content = fill(disk, free=free)
            error = outcome(memory, f"The rule, with {free} bytes free.")
            assert error in {None, "storage-failed"}
            refusals += error is not None
            assert memory.recall("rule").hits
            if error:
                assert picture(root) == before
                assert f"with {free} bytes" not in memory.read("Rule").text
            content.unlink()
            assert error or f"with {free} bytes" in git_output(root, "show", "HEAD:notes/rule.md")
            assert git(root, "status", "--porcelain") == "A  staged.md\n"
    assert refusals > 5
    content = fill(disk, free=0)
    with unchanged(root):
        refused_by_shell(shell, "storage-failed", "remember", "A fact.", "--vault", str(root))
        refused_by_shell(shell, "storage-failed", "init", str(disk / "other"))
    content.unlink()
    works(root)


def test_a_full_disk_under_the_index(disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell) -> None:
    monkeypatch.setenv("VAULT_MEM_CACHE", str(disk / "cache"))
    root = make(tmp_path / "vault")
    for free in (0, 8_192, 24_576, 32_768):
        write(root, f"hand-{free}.md", f"# Hand {free}\n\n{os.urandom(4_000).hex()}\n")
        content = fill(disk, free=free)
        with unchanged(root):
            refused_by_shell(shell, "storage-failed", "recall", "hand", "--vault", str(root))
            refused_by_shell(shell, "storage-failed", "remember", "A fact.", "--vault", str(root))
        content.unlink()
        found = shell("recall", f"hand {free}", "--vault", str(root), "--json").json["hits"]
        assert f"hand-{free}.md" in [hit["path"] for hit in found]
    works(root)


# --- a damaged index ---


def garbage(path: Path) -> None:
    path.write_bytes(b"\x80garbage" * 20)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def gone(path: Path) -> None:
    path.unlink()


HARMS = {"garbage": garbage, "truncated": truncated, "empty": empty, "a folder": a_folder, "gone": gone}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_damaged_index_is_made_again(tmp_path: Path, isolated: Path, harm: Callable[[Path], None]) -> None:
    root = make(tmp_path / "vault")
    expected = answers(root)
    files = [path for path in (isolated / "cache").rglob("*") if path.is_file() and not path.name.endswith(".lock")]
    assert {path.suffix for path in files} >= {".sqlite", ".toc", ".trm", ".f32"}
    for path in files:
        if path.is_file():
            harm(path)
        assert answers(root) == expected, path
    for path in files:
        if path.is_file():
            harm(path)
    assert answers(root) == expected
    works(root)


def answers(root: Path) -> list[tuple[str, float, float | None]]:
    """Return what recall finds in each mode, with its scores."""
    with vault_mem.open_memory(root) as memory:
        return [
            (hit.path, hit.score, hit.relevance)
            for mode in ("hybrid", "lexical", "dense")
            for hit in memory.recall("what is the rule", mode=mode).hits
        ]


def test_an_index_of_another_version_is_made_again(tmp_path: Path, isolated: Path) -> None:
    root = make(tmp_path / "vault")
    expected = answers(root)
    (catalog,) = (isolated / "cache").rglob("catalog.sqlite")
    for version in (0, 99):
        connection = sqlite3.connect(catalog)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        assert answers(root) == expected
    connection = sqlite3.connect(catalog)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.commit()
    connection.close()
    assert answers(root) == expected
    works(root)


def test_an_index_damaged_while_it_is_open(tmp_path: Path, isolated: Path) -> None:
    root = make(tmp_path / "vault")
    expected = answers(root)
    with vault_mem.open_memory(root) as memory:
        memory.recall("the rule")
        shutil.rmtree(isolated / "cache")
        assert memory.remember("Remembered without an index.", title="Without").commit
        assert memory.recall("remembered without an index").hits[0].path == "notes/without.md"
        memory.reindex()
    assert [path for path, *_ in answers(root) if path != "notes/without.md"] == [path for path, *_ in expected]


def test_a_cache_that_is_a_file(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path / "vault")
    (tmp_path / "file").write_text("in the way")
    with monkeypatch.context() as context:
        context.setenv("VAULT_MEM_CACHE", str(tmp_path / "file"))
        refused(opened(root), "storage-failed")
        refused_by_shell(shell, "storage-failed", "recall", "rule", "--vault", str(root))
    works(root)
