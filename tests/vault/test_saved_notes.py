from __future__ import annotations

from pathlib import Path

import pytest

from tests.vaults import git, make_vault, open_vault, remember, write
from vault_mem.notes.model import CommitId
from vault_mem.vault import saved_notes, trees
from vault_mem.vault.saved_notes import SavedNotes
from vault_mem.vault.vault import SAVED_NOTES, Vault


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_notes, "FEWEST", 2)


def saved_file(vault: Vault) -> Path:
    return vault.settings.repository_cache(vault.key) / SAVED_NOTES


def fresh(vault: Vault) -> dict[str, str]:
    """What a process sees that knows nothing but what was saved."""
    with open_vault(vault.root) as other:
        return {str(path): blob for path, blob in other.current().notes.items()}


def listed(vault: Vault) -> dict[str, str]:
    """What git lists."""
    output = git(vault.root, "ls-tree", "-r", "-z", "HEAD")
    rows = (row.split("\t") for row in output.split("\0")[:-1])
    return {path: facts.split(" ")[2] for facts, path in rows if path.endswith(".md") and not path.startswith(".")}


def commit_of(file: Path) -> str:
    return file.read_bytes().split(b" ")[1].decode()


def test_next_process_reads_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v", a="1", d__b="2", ünï="3") as vault:
        assert fresh(vault) == listed(vault)
        assert commit_of(saved_file(vault)) == git(vault.root, "rev-parse", "HEAD").strip()
        monkeypatch.setattr(trees.TreeCache, "_list", None)
        assert fresh(vault) == listed(vault)
        remember(vault, "c.md", "new\n")
        git(vault.root, "rm", "-q", "d/b.md")
        git(vault.root, "commit", "-qm", "gone")
        assert fresh(vault) == listed(vault)


def test_what_is_far_behind_is_saved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_FAR", 2)
    with make_vault(tmp_path / "v", a="1", b="2") as vault:
        fresh(vault)
        first = commit_of(saved_file(vault))
        for names, is_again in (["c"], False), (["d", "e"], True):
            for name in names:
                write(vault.root, f"{name}.md", name)
            git(vault.root, "add", "-A")
            git(vault.root, "commit", "-qm", "more")
            assert fresh(vault) == listed(vault)
            assert (commit_of(saved_file(vault)) != first) is is_again


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "cut", "changed", "other program", "not text", "unknown commit"]
)
def test_what_is_of_no_use_is_as_none(tmp_path: Path, damage: str) -> None:
    with make_vault(tmp_path / "v", a="1", b="2") as vault:
        fresh(vault)
        file = saved_file(vault)
        whole = file.read_bytes()
        damaged = {
            "empty": b"",
            "cut": whole[:-1],
            "changed": whole.replace(b"a.md", b"z.md"),
            "other program": b"0" + whole,
            "not text": b"\xff" + whole,
            "unknown commit": whole.replace(commit_of(file).encode(), b"ab" * 20),
        }
        if damage == "missing":
            file.unlink()
        else:
            file.write_bytes(damaged[damage])
        assert fresh(vault) == listed(vault)
        assert file.read_bytes() == whole


def test_few_notes_are_not_saved_and_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_vault(tmp_path / "v", a="1", b="2") as vault:
        monkeypatch.setattr(saved_notes, "FEWEST", 3)
        fresh(vault)
        assert not saved_file(vault).exists()
    (tmp_path / "file").write_text("")
    saved = SavedNotes(tmp_path / "file" / "notes")
    monkeypatch.setattr(saved_notes, "FEWEST", 0)
    saved.save(CommitId("ab" * 20), vault.tree(CommitId(git(vault.root, "rev-parse", "HEAD").strip())))
    assert saved.load() is None
