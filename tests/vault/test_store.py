from __future__ import annotations

import os
import socket
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.vaults import git, make_repository, make_vault, open_vault
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.collecting import is_collecting
from vault_mem.vault.objects import blob_id
from vault_mem.vault.packs import PackWriter, sweep_packs
from vault_mem.vault.store import MOST_LOOSE, ObjectStore

MANY = {NotePath(f"d{n % 7}/n{n}.md"): f"note {n}\n".encode() * (n % 50 + 1) for n in range(MOST_LOOSE * 3)}


def import_many(folder: Path) -> str:
    """Write many notes in one act, and return the tree of its commit."""
    with open_vault(folder) as vault, vault.writing() as transaction:
        transaction.commit(Act("import", tuple(Change(path, text) for path, text in MANY.items())))
    return git(folder, "rev-parse", "HEAD^{tree}")


def packs(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / ".git" / "objects" / "pack").iterdir())


def loose(folder: Path) -> int:
    return int(git(folder, "count-objects").split()[0])


def kill_marker(folder: Path, text: str) -> None:
    (folder / ".git" / "gc.pid").write_text(text)


def test_act_of_many_files_is_one_pack_with_the_trees_of_many_acts(tmp_path: Path) -> None:
    with make_vault(tmp_path / "a") as vault:
        before = loose(vault.root)
        tree = import_many(vault.root)
        assert loose(vault.root) == before
        assert packs(vault.root) == [".idx", ".pack"]
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""
        assert git(vault.root, "status", "--porcelain") == ""
        assert list((vault.root / ".git" / "vault-mem-staging").iterdir()) == []
    with make_vault(tmp_path / "b") as vault:
        (vault.root / ".vault-mem" / "config.yaml").write_bytes((tmp_path / "a/.vault-mem/config.yaml").read_bytes())
        items = list(MANY.items())
        for start in range(0, len(items), 50):
            with vault.writing() as transaction:
                changes = tuple(Change(path, text) for path, text in items[start : start + 50])
                transaction.commit(Act("import", changes))
        git(vault.root, "commit", "-aqm", "same config", "--allow-empty")
        assert git(vault.root, "rev-parse", "HEAD^{tree}") == tree
        assert packs(vault.root) == []


def test_pack_is_one_that_git_verifies(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    writer = PackWriter(folder / ".git" / "objects" / "pack")
    contents = [b"", b"x" * 15, b"y" * 16, b"z" * 5_000, os.urandom(300_000)]
    for content in contents:
        writer.add(blob_id(content), b"blob", content)
    keep = writer.finish()
    assert git(folder, "verify-pack", "-v", str(keep.with_suffix(".idx"))).count(" blob ") == len(contents)
    for content in contents:
        shown = subprocess.run(
            ["git", "cat-file", "blob", blob_id(content)], cwd=folder, capture_output=True, check=True
        )
        assert shown.stdout == content


def test_next_writer_lets_go_of_what_a_killed_one_kept(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    pack = folder / ".git" / "objects" / "pack"
    PackWriter(pack)._file.close()
    finished = PackWriter(pack)
    finished.add(blob_id(b"x"), b"blob", b"x")
    finished.finish()
    (pack / "pack-of-a-person.keep").write_text("mine\n")
    sweep_packs(pack)
    assert packs(folder) == [".idx", ".keep", ".pack"]
    assert (pack / "pack-of-a-person.keep").exists()


def test_next_writer_removes_a_pack_whose_index_a_killed_one_did_not_write(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    pack = folder / ".git" / "objects" / "pack"
    writer = PackWriter(pack)
    writer.add(blob_id(b"x"), b"blob", b"x")
    writer.finish().with_suffix(".idx").unlink()
    (pack / "pack-1.keep").write_bytes(b"")
    (pack / "pack-2.keep").write_bytes(b"")
    (pack / "pack-2.pack").write_bytes(b"of a person")
    (pack / "pack-0.keep").mkdir()
    sweep_packs(pack)
    assert sorted(path.name for path in pack.iterdir()) == ["pack-0.keep", "pack-2.keep", "pack-2.pack"]


@pytest.mark.parametrize("left", [b"", zlib.compress(b"blob 4\0ours")[:9], b"other", zlib.compress(b"blob 4\0oars")])
def test_object_that_a_power_cut_damaged_is_written_again(tmp_path: Path, left: bytes) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        name = blob_id(b"ours")
        damaged = vault.root / ".git" / "objects" / name[:2] / name[2:]
        damaged.parent.mkdir(exist_ok=True)
        damaged.write_bytes(left)
        with vault.writing() as transaction:
            transaction.commit(Act("revise", (Change(NotePath("a.md"), b"ours"),)))
        assert git(vault.root, "show", "HEAD:a.md") == "ours"
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""


def test_object_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    name = blob_id(b"x")
    before = (folder / ".git" / "objects" / name[:2] / name[2:]).stat()
    store = ObjectStore(folder / ".git")
    store.write_blob(b"x")
    store.flush()
    assert (folder / ".git" / "objects" / name[:2] / name[2:]).stat().st_ino == before.st_ino


@pytest.mark.parametrize(
    ("marker", "expected"),
    [(None, False), ("99999999 {host}", False), ("{me} {host}", True), ("1 elsewhere", True)],
)
@pytest.mark.skipif(sys.platform == "win32", reason="processes are not looked for there")
def test_collection_is_known_while_it_runs(tmp_path: Path, marker: str | None, *, expected: bool) -> None:
    if marker is not None:
        (tmp_path / "gc.pid").write_text(marker.format(me=os.getpid(), host=socket.gethostname()))
    assert is_collecting(tmp_path) is expected
    if expected:
        os.utime(tmp_path / "gc.pid", (1, 1))
        assert not is_collecting(tmp_path)


def test_objects_of_an_act_outlive_a_collection_that_began_before_it(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v", a="one\n") as vault:
        kill_marker(vault.root, f"{os.getpid()} {socket.gethostname()}")
        with vault.writing() as transaction:
            commit = transaction.commit(Act("revise", (Change(NotePath("a.md"), b"two\n"),))).commit
        assert packs(vault.root) == [".idx", ".pack"]
        # What the collection does at last: objects that were not reachable when it looked, so also ours, go.
        git(vault.root, "update-ref", "refs/heads/main", f"{commit}~1")
        git(vault.root, "reflog", "expire", "--expire=all", "--all")
        git(vault.root, "read-tree", "HEAD")
        git(vault.root, "prune", "--expire=now")
        git(vault.root, "update-ref", "refs/heads/main", commit)
        assert git(vault.root, "show", "HEAD:a.md") == "two\n"
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""


def test_objects_that_went_before_the_branch_moved_are_written_again(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    store = ObjectStore(folder / ".git")
    blob = store.write_blob(b"ours")
    store.flush()
    git(folder, "prune", "--expire=now")
    assert git(folder, "cat-file", "-e", blob, check=False) == ""
    assert loose(folder) == 3
    store.restore(lambda name: not name)
    assert git(folder, "cat-file", "blob", blob) == "ours"


def test_object_that_was_packed_meanwhile_is_not_written_again(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    store = ObjectStore(folder / ".git")
    blob = store.write_blob(b"x")
    store.flush()
    git(folder, "gc", "-q", "--prune=now")
    store.restore(lambda name: name == blob)
    assert loose(folder) == 0
