"""What a person wrote in a checkout, what is somebody else's, and what a kill leaves behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.checkouts.past import checkout, listed, prune, remove, traces, two_commits
from tests.vault.killing import KILLED
from tests.vaults import git, write
from vault_mem.errors import CheckoutError, StorageError

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links")


def test_what_nobody_changed_is_removed_without_a_trace(folder: Path, tmp_path: Path) -> None:
    for name in ("o", "p"):
        checkout(folder, tmp_path / name)
    remove(folder, tmp_path / "o")
    assert prune(folder) == (["p"], [])
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / "p").exists()
    assert not (folder / ".git" / "worktrees").exists()


CHANGES = {
    "a note changed": "a.md",
    "a note added": "new.md",
    "an ignored file": ".trash/x.md",
    "another repository": "inner/",
}


@pytest.mark.parametrize("name", CHANGES.values(), ids=CHANGES)
def test_what_a_person_wrote_is_kept_unless_forced(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "o"
    checkout(folder, target)
    if name.endswith("/"):
        (target / name).mkdir()
        git(target / name, "init", "-q")
        write(target / name, "x.md", "x")
    else:
        if (target / name).exists():
            (target / name).chmod(0o600)
        write(target, name, "a person's\n")
    shown = name if not name.startswith(".trash") else ".trash/"
    assert listed(folder) == [("o", True, (shown,))]
    with pytest.raises(CheckoutError, match=shown) as raised:
        remove(folder, target)
    assert "--force" in raised.value.hint
    assert prune(folder) == ([], ["o"])
    assert (target / name).exists()
    remove(folder, target, force=True)
    assert not target.exists()
    assert traces(folder) == []


def test_looking_with_an_editor_and_deleting_lose_nothing(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    for name in (".obsidian/workspace.json", ".obsidian/app.json", "logseq/bak/x.md", "deep/.DS_Store"):
        write(tmp_path / "o", name, "{}")
    (tmp_path / "o" / "a.md").chmod(0o600)
    (tmp_path / "o" / "a.md").unlink()
    assert listed(folder) == [("o", True, ())]
    assert prune(folder) == (["o"], [])


def test_a_commit_made_there_is_kept(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    git(tmp_path / "o", "commit", "-q", "--allow-empty", "-m", "by hand")
    with pytest.raises(CheckoutError, match=r"HEAD moved to [0-9a-f]{40}"):
        remove(folder, tmp_path / "o")
    git(tmp_path / "o", "switch", "-q", "-c", "mine")
    with pytest.raises(CheckoutError, match="HEAD moved to refs/heads/mine"):
        remove(folder, tmp_path / "o")
    (tmp_path / "o").rename(tmp_path / "elsewhere")
    checkout(folder, tmp_path / "p")
    assert {name for name, _, _ in listed(folder)} == {"o", "p"}


def test_folders_that_are_gone_are_forgotten_by_the_next_one(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    (tmp_path / "o").rename(tmp_path / "moved")
    assert listed(folder) == [("o", False, ())]
    checkout(folder, tmp_path / "o", "HEAD")
    assert listed(folder) == [("o", True, ())]
    assert (tmp_path / "moved" / "a.md").read_text() == "one\n"


def test_a_folder_that_is_somebody_elses_by_now_stays(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    (tmp_path / "o").rename(tmp_path / "moved")
    write(tmp_path, "o/precious.md", "mine")
    git(tmp_path / "o", "init", "-q")
    remove(folder, tmp_path / "o", force=True)
    assert (tmp_path / "o" / "precious.md").exists()
    assert traces(folder) == []


def test_work_trees_of_the_user_are_never_touched(folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "w"))
    git(folder, "worktree", "add", "-q", "--lock", "--reason", "vault-mem checkout {}", str(tmp_path / "x"))
    git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "gone"))
    (tmp_path / "gone").rename(tmp_path / "unmounted")
    checkout(folder, tmp_path / "o")
    assert [name for name, _, _ in listed(folder)] == ["o"]
    with pytest.raises(CheckoutError, match="no checkout of this vault"):
        remove(folder, tmp_path / "w", force=True)
    with pytest.raises(CheckoutError, match="work tree of the vault already"):
        checkout(folder, tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
    assert prune(folder) == (["o"], [])
    assert {path.name for path in traces(folder)} == {"w", "x", "gone"}


@posix
def test_links_that_a_person_made_are_removed_and_not_followed(folder: Path, tmp_path: Path) -> None:
    checkout(folder, tmp_path / "o")
    write(tmp_path, "precious/x.md", "mine")
    (tmp_path / "o" / "link").symlink_to(tmp_path / "precious")
    remove(folder, tmp_path / "o", force=True)
    assert (tmp_path / "precious" / "x.md").exists()


HOSTILE = ["[" * 9_000, "{", "[]", '{"at": 1}', '{"at": "x", "commit": "HEAD", "time": "2026-01-01", "folder": "/"}']


@pytest.mark.parametrize("text", HOSTILE)
def test_a_record_that_is_not_ours_is_nothing(folder: Path, text: str) -> None:
    entry = folder / ".git" / "worktrees" / "x"
    entry.mkdir(parents=True)
    (entry / "locked").write_text(f"vault-mem checkout {text}")
    assert listed(folder) == []
    assert prune(folder) == ([], [])
    assert entry.exists()


def test_a_record_that_came_in_an_archive_removes_nobodys_folder(folder: Path, tmp_path: Path) -> None:
    made = checkout(folder, tmp_path / "o")
    for name in ("precious", "repository"):
        write(tmp_path, f"{name}/x.md", "mine")
    git(tmp_path / "repository", "init", "-q")
    git(tmp_path / "repository", "commit", "-q", "--allow-empty", "-m", "first")
    git(tmp_path / "repository", "worktree", "add", "-q", str(tmp_path / "linked"))
    for victim in ("precious", "repository", "linked"):
        (made.git_dir / "gitdir").write_text(f"{tmp_path / victim / '.git'}\n")
        assert listed(folder) == [(victim, False, ())]
    assert prune(folder) == (["linked"], [])
    assert (tmp_path / "linked" / ".git").exists()
    assert (tmp_path / "precious" / "x.md").exists()
    assert (tmp_path / "repository" / ".git" / "HEAD").exists()


@posix
def test_a_record_that_is_a_link_to_another_vaults_is_nothing(folder: Path, tmp_path: Path) -> None:
    made = checkout(two_commits(tmp_path / "other"), tmp_path / "theirs")
    (folder / ".git" / "worktrees").mkdir()
    (folder / ".git" / "worktrees" / "theirs").symlink_to(made.git_dir)
    assert prune(folder) == ([], [])
    assert (tmp_path / "theirs" / "a.md").exists()


# --- kills ---


def kill(folder: Path, target: Path, name: str, when: str) -> None:
    code = (
        "import sys; from tests.vault.killing import _deadly; from tests.vault.checkouts.past import checkout;"
        "from pathlib import Path; from vault_mem.vault.checkouts import making as module;"
        "setattr(module, sys.argv[3], _deadly(getattr(module, sys.argv[3]), before=sys.argv[4] == 'before'));"
        "checkout(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(folder), str(target), name, when]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode == KILLED, ended.stderr.decode()


KILLS = [("_add", "after"), ("_run", "after"), ("_mark_read_only", "before"), ("_mark_read_only", "after")]


@pytest.mark.parametrize(("name", "when"), KILLS)
def test_a_kill_leaves_what_the_next_prune_removes(folder: Path, tmp_path: Path, name: str, when: str) -> None:
    kill(folder, tmp_path / "o", name, when)
    assert [entry[:2] for entry in listed(folder)] == [("o", True)]
    assert prune(folder) == (["o"], [])
    assert not (tmp_path / "o").exists()
    assert traces(folder) == []
    checkout(folder, tmp_path / "o")


def test_what_a_killed_git_leaves_is_removed_too(folder: Path, tmp_path: Path) -> None:
    for missing in (["gitdir", "HEAD", "commondir", "logs"], ["HEAD", "commondir"]):
        made = checkout(folder, tmp_path / "o")
        left = [path for path in (tmp_path / "o").iterdir() if path.name != ".git"]
        for path in (*left, *(made.git_dir / name for name in missing)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if "gitdir" in missing:
            (tmp_path / "o" / ".git").unlink()
        assert prune(folder) == (["o"], [])
        assert traces(folder) == []


def test_a_removal_that_was_killed_is_finished(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout(folder, tmp_path / "o")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rmdir", lambda _path: (_ for _ in ()).throw(OSError(16, "Device or resource busy")))
        with pytest.raises(StorageError):
            remove(folder, tmp_path / "o")
    assert prune(folder) == (["o"], [])
    assert traces(folder) == []
