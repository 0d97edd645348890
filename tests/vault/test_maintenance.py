from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vaults import git, make_vault, open_vault, remember
from vault_mem.config import load_settings
from vault_mem.notes.model import CommitId, NotePath
from vault_mem.vault import maintenance
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.maintenance import LOCK_NAME, is_due, maintain
from vault_mem.vault.objects import blob_id
from vault_mem.vault.repository import Repository
from vault_mem.vault.vault import Vault


def loose(folder: Path) -> int:
    return int(git(folder, "count-objects").split()[0])


def make_due(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write until an object lies where their number is guessed from, and let it be too many at the last act."""
    for n in range(10):
        remember(vault, f"n{n}.md", f"text {n}\n")
    monkeypatch.setattr(maintenance, "MOST_LOOSE", 256)
    text = next(text for n in range(10_000) if blob_id((text := f"found {n}\n").encode()).startswith("17"))
    remember(vault, "found.md", text)


def test_maintained_vault_has_the_same_history_and_goes_on(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        commits = [remember(vault, f"n{n}.md", f"text {n}\n").commit for n in range(30)]
        log = git(vault.root, "log", "--format=%H %s", "--name-status")
        old = dict(vault.read_blobs(vault.tree(commits[10]).values()))
        before = loose(vault.root)
        assert maintain(vault._repository)
        assert before > 90
        assert loose(vault.root) == 0
        assert list((vault.root / ".git/objects/info/commit-graphs").glob("graph-*.graph"))
        assert git(vault.root, "log", "--format=%H %s", "--name-status") == log
        assert dict(vault.read_blobs(vault.tree(commits[10]).values())) == old
        assert vault.resolve(commits[3][:12], now=datetime.now(UTC)) == commits[3]
        remember(vault, "after.md", "later\n")
        assert maintain(vault._repository)
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""
        assert git(vault.root, "status", "--porcelain") == ""


def test_work_begins_by_itself_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v") as vault:
        make_due(vault, monkeypatch)
        deadline = time.monotonic() + 30
        while loose(vault.root) > 20 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert loose(vault.root) < 20
        assert not is_due(vault.root / ".git")
        remember(vault, "after.md", "x\n")
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""


def test_user_can_switch_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v") as vault:
        root = vault.root
    vault = Vault.open(root, replace(load_settings(), maintenance=False))
    make_due(vault, monkeypatch)
    assert is_due(root / ".git")
    vault.close()
    assert not (root / ".git" / LOCK_NAME).exists()
    assert load_settings({"VAULT_MEM_MAINTENANCE": "0"}).maintenance is False


def test_objects_that_stay_loose_are_no_reason_to_begin_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MOST_LOOSE", 256)
    with make_vault(tmp_path / "v") as vault:
        folder = vault.root / ".git" / "objects" / "17"
        folder.mkdir(exist_ok=True)
        (folder / ("0" * 38)).write_bytes(b"no object at all")
        assert is_due(vault.root / ".git")
        maintain(vault._repository)
        assert not is_due(vault.root / ".git")


def test_one_process_works_at_a_time_and_none_beside_a_collection(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="x") as vault:
        with WritersLock(vault.root / ".git", LOCK_NAME).hold(0):
            assert not maintain(Repository.open(vault.root))
        (vault.root / ".git" / "gc.pid").write_text("1 elsewhere")
        assert not maintain(vault._repository)
        (vault.root / ".git" / "gc.pid").unlink()
        assert maintain(vault._repository)


def test_process_says_nothing_and_imports_nothing_from_where_it_is_run(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="x") as vault:
        (tmp_path / "json.py").write_text("raise SystemExit('hostile')")
        ended = subprocess.run(
            maintenance._command(vault.root),
            cwd=tmp_path,
            env=maintenance._environment(),
            capture_output=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
        assert loose(vault.root) == 0
        missing = maintenance._command(tmp_path / "none")
        assert subprocess.run(missing, env=maintenance._environment(), capture_output=True, check=False).stderr == b""


def test_collections_and_packing_beside_writers_lose_nothing(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        commits: list[CommitId] = []
        stop = threading.Event()

        def collect() -> None:
            while not stop.is_set():
                git(vault.root, "gc", "-q", "--prune=now", check=False)

        def pack() -> None:
            with open_vault(vault.root) as other:
                while not stop.is_set():
                    maintain(other._repository)

        threads = [threading.Thread(target=work) for work in (collect, pack)]
        for thread in threads:
            thread.start()
        try:
            commits += [remember(vault, f"n{n % 7}.md", f"text {n}\n").commit for n in range(60)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""
        assert git(vault.root, "rev-list", "--count", "HEAD", "--", "n0.md", "n1.md", "n2.md").strip() == "27"
        for n, commit in enumerate(commits):
            found = dict(vault.read_blobs([vault.tree(commit)[NotePath(f"n{n % 7}.md")]]))
            assert list(found.values()) == [b"text %d\n" % n]
        assert git(vault.root, "status", "--porcelain") == ""
