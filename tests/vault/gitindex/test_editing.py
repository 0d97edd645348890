from __future__ import annotations

import errno
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vaults import git, make_repository, make_vault, remember, write
from vault_mem.notes.model import NotePath
from vault_mem.vault import worktree
from vault_mem.vault.gitindex import editing
from vault_mem.vault.gitindex.editing import IndexEditor
from vault_mem.vault.gitindex.image import IndexImage, parse_index
from vault_mem.vault.objects import TreeEntry

TEXT = "9daeafb9864cf43055ae93beb0afd6c7d144bfa4"
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
BLOBS = [EMPTY, TEXT]
NAMES = [*(f"{folder}{n:03}.md" for folder in ("", "a/", "a-b/", "deep/er/") for n in range(170)), "a.md", "日本/語.md"]


def image(folder: Path) -> IndexImage | None:
    file = folder / ".git" / "index"
    return parse_index(file.read_bytes(), int(file.stat().st_mtime))


def editor(folder: Path) -> IndexEditor:
    return IndexEditor(folder, folder / ".git", folder / ".git" / "vault-mem-staging")


def listed(folder: Path) -> dict[str, str]:
    rows = git(folder, "ls-files", "--stage", "-z").split("\0")[:-1]
    return {row.partition("\t")[2]: row.split(" ")[1] for row in rows}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = make_repository(tmp_path_factory.mktemp("index") / "r", first="x")
    write(found, "text", "test\n")
    git(found, "hash-object", "-w", os.devnull, "text")
    return found


def fill(folder: Path) -> None:
    """Put the first half of the names into the index, and have git note the trees of its folders."""
    git(folder, "update-index", "--no-split-index")
    git(folder, "read-tree", "--empty")
    assert editor(folder).stage({NotePath(name): TreeEntry("100644", EMPTY) for name in NAMES[::2]})
    git(folder, "read-tree", git(folder, "write-tree").strip())


def test_index_reads_back_as_git_wrote_it(folder: Path) -> None:
    fill(folder)
    found = image(folder)
    assert found is not None
    assert found.folders
    assert b"".join(found.pieces()) == (folder / ".git" / "index").read_bytes()
    assert {name for name in NAMES if found.find(name.encode()) == TreeEntry("100644", EMPTY)} == set(NAMES[::2])


acts_of_entries = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*BLOBS, None]), max_size=40), max_size=4
)


@pytest.mark.parametrize("split", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts_of_entries)
def test_changed_index_is_the_one_that_git_would_have(
    folder: Path, acts: list[dict[str, str | None]], *, split: bool
) -> None:
    fill(folder)
    git(folder, "update-index", "--split-index" if split else "--no-split-index")
    ours, expected = editor(folder), dict.fromkeys(NAMES[::2], EMPTY)
    for n, act in enumerate(acts):
        if n == 2:
            ours = editor(folder)  # one that reads what the first one wrote
        assert ours.stage({NotePath(name): TreeEntry("100644", blob) if blob else None for name, blob in act.items()})
        expected = {name: blob for name, blob in (expected | act).items() if blob}
        assert listed(folder) == expected
        image = ours.image()
        assert image is not None
        for name in act:
            found = image.find(name.encode())
            assert (found.object_id if found else None) == act[name]
    tree = git(folder, "write-tree")
    git(folder, "update-index", "--no-split-index")
    git(folder, "read-tree", "--empty")
    editor(folder).stage({NotePath(name): TreeEntry("100644", blob) for name, blob in expected.items()})
    assert git(folder, "write-tree") == tree


@pytest.mark.parametrize(
    "made",
    [
        ["update-index", "--index-version", "4"],
        ["update-index", "--skip-worktree", "first.md"],
        ["update-index", "--untracked-cache"],
    ],
)
def test_index_that_only_git_can_change_is_left_to_git(tmp_path: Path, made: list[str]) -> None:
    folder = make_repository(tmp_path / "r", first="x", second="y")
    git(folder, *made)
    before = (folder / ".git" / "index").read_bytes()
    assert not editor(folder).stage({NotePath("second.md"): None})
    assert (folder / ".git" / "index").read_bytes() == before


@pytest.mark.parametrize("name", ["a.md/x", "b", "b/c", ".gitignore", "x/GIT~1/n.md", "x\\y.md"])
def test_path_that_is_not_plain_is_left_to_git(tmp_path: Path, name: str) -> None:
    folder = make_repository(tmp_path / "r", a="x", b__c__d="y")
    assert not editor(folder).stage({NotePath(name): TreeEntry("100644", EMPTY)})
    assert sorted(listed(folder)) == ["a.md", "b/c/d.md"]


def test_shared_index_is_left_to_git_when_a_fifth_is_not_in_it(folder: Path) -> None:
    fill(folder)
    git(folder, "update-index", "--split-index")
    few = {NotePath(name): TreeEntry("100644", TEXT) for name in NAMES[:100:2]}
    assert editor(folder).stage(few)
    shared = next((folder / ".git").glob("sharedindex.*"))
    assert not editor(folder).stage({NotePath(name): TreeEntry("100644", TEXT) for name in NAMES[100:200:2]})
    shared.rename(folder / "shared")
    assert not editor(folder).stage(few)
    (folder / "shared").rename(shared)


def test_damaged_index_is_left_to_git(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    file = folder / ".git" / "index"
    content = bytearray(file.read_bytes())
    content[60] ^= 1
    file.write_bytes(content)
    assert image(folder) is None
    file.write_bytes(b"DIRC")
    assert image(folder) is None


def test_edit_in_the_second_of_our_write_is_seen_then_and_later(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        remember(vault, "a.md", "ours\n")
        status = (vault.root / "a.md").stat()
        (vault.root / "a.md").write_bytes(b"hand\n")
        os.utime(vault.root / "a.md", ns=(status.st_atime_ns, status.st_mtime_ns))
        assert git(vault.root, "-c", "core.trustctime=false", "status", "--porcelain") == " M a.md\n"
        time.sleep(1.1)
        remember(vault, "b.md", "later\n")
        assert git(vault.root, "-c", "core.trustctime=false", "status", "--porcelain") == " M a.md\n"


def test_file_seen_in_the_second_of_a_persons_add_is_not_taken_for_unchanged(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        write(vault.root, "a.md", "first\n", age=0)
        git(vault.root, "add", "a.md")
        git(vault.root, "commit", "-qm", "person")
        status = (vault.root / "a.md").stat()
        (vault.root / "a.md").write_bytes(b"after\n")
        os.utime(vault.root / "a.md", ns=(status.st_atime_ns, status.st_mtime_ns))
        time.sleep(1.1)
        remember(vault, "b.md", "later\n")
        assert git(vault.root, "-c", "core.trustctime=false", "status", "--porcelain") == " M a.md\n"


def test_lock_of_a_killed_writer_of_ours_goes_and_a_persons_stays(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        staging, lock = vault.root / ".git" / "vault-mem-staging", vault.root / ".git" / "index.lock"
        staging.mkdir(exist_ok=True)
        (staging / ".vault-mem-index-killed").write_bytes(b"whole")
        os.link(staging / ".vault-mem-index-killed", lock)
        remember(vault, "a.md", "x\n")
        assert not lock.exists()
        assert not list(staging.iterdir())
        lock.write_bytes(b"")
        ours = editor(vault.root)
        ours.clear_stale()
        assert not ours.stage({NotePath("a.md"): None})
        assert lock.exists()


def test_index_changed_by_a_person_between_our_acts_is_read_again(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        remember(vault, "a.md", "one\n")
        for n in range(3):
            write(vault.root, f"hand{n}.md", "x\n")
            git(vault.root, "add", f"hand{n}.md")
            remember(vault, "a.md", f"{n}\n")
        assert git(vault.root, "status", "--porcelain").split() == ["A", "hand0.md", "A", "hand1.md", "A", "hand2.md"]


@pytest.mark.parametrize("staged", ["a.md", "b.md"])
def test_edit_while_the_index_is_written_in_the_next_second_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, staged: str
) -> None:
    folder = make_repository(tmp_path / "r", a="ours\n", b="b\n")
    real = editing._write

    def late(path: Path, pieces: Sequence[bytes], mode: int, began: int) -> os.stat_result:
        (folder / "a.md").write_bytes(b"hand\n")
        time.sleep(1.05 - time.time() % 1)
        return real(path, pieces, mode, began)

    time.sleep((1.3 - time.time() % 1) % 1)
    (folder / "a.md").write_bytes(b"ours\n")
    git(folder, "add", "a.md")
    monkeypatch.setattr(editing, "_write", late)
    blob = git(folder, "rev-parse", f"HEAD:{staged}").strip()
    assert editor(folder).stage({NotePath(staged): TreeEntry("100644", blob)})
    assert git(folder, "-c", "core.trustctime=false", "status", "--porcelain") == " M a.md\n"


def test_file_of_somebody_else_that_cannot_be_read_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_repository(tmp_path / "r", a="x", b="y")
    write(folder, "a.md", "new\n", age=-60)
    git(folder, "add", "a.md")

    def refusing(target: str, _size: int) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", target)

    monkeypatch.setattr(worktree, "_hash_file", refusing)
    assert editor(folder).stage({NotePath("b.md"): None})
    assert git(folder, "diff", "--cached", "--name-only") == "a.md\nb.md\n"


def test_link_is_left_to_git(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", a="x")
    assert not editor(folder).stage({NotePath("b.md"): TreeEntry("120000", EMPTY)})
