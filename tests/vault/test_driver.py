"""Plain git merges notes by the driver that `init` and `sync` register."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, open_vault, write
from vault_mem.config import load_settings
from vault_mem.notes.callouts import MARK
from vault_mem.vault.scaffold import initialise
from vault_mem.vault.vault import Vault

ONE = "---\nid: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\ntags:\n  - a\n---\n# Tea\n\nGreen.\n\nHot.\n"


def committed(folder: Path, text: str) -> None:
    write(folder, "tea.md", text, age=0)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "tea")


def branched(vault: Vault, ours: str, theirs: str) -> None:
    """Commit one text on the vault's branch and another on a branch beside it."""
    committed(vault.root, ONE)
    git(vault.root, "switch", "-qc", "other")
    committed(vault.root, theirs)
    git(vault.root, "switch", "-q", "-")
    committed(vault.root, ours)


def test_git_merges_properties_and_lines(tmp_path: Path) -> None:
    with make_vault(tmp_path / "v") as vault:
        branched(
            vault,
            ONE.replace("- a", "- a\n  - b").replace("Hot", "Warm"),
            ONE.replace("- a", "- c").replace("Green", "Black"),
        )
        git(vault.root, "merge", "-q", "--no-edit", "other")
        expected = ONE.replace("- a", "- b\n  - c").replace("Hot", "Warm").replace("Green", "Black")
        assert (vault.root / "tea.md").read_text() == expected
        assert is_clean(vault)


def test_a_clash_stands_in_a_callout_until_a_sync_makes_two_notes(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    with make_vault(tmp_path / "v") as vault:
        branched(vault, ONE.replace("Green", "Black"), ONE.replace("Green", "White"))
        git(vault.root, "merge", "-q", "--no-edit", "other")
        text = (vault.root / "tea.md").read_text()
        assert MARK in text
        assert git(vault.root, "rev-parse", "--short=9", "other").strip() in text
        assert "<<<<" not in text
        git(vault.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
        (other,) = vault.sync().disputed
        texts = [(vault.root / path).read_text() for path in ("tea.md", other)]
        assert not any(MARK in text for text in texts)
        assert all("status: disputed" in text and "contradicts" in text for text in texts)
        assert {colour for text in texts for colour in ("Black", "White") if colour in text} == {"Black", "White"}
        assert is_clean(vault)
        assert vault.sync().disputed == ()


def test_a_clone_that_synced_once_has_the_driver(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    with make_vault(tmp_path / "v", tea=ONE) as vault:
        git(vault.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
        vault.sync()
    git(tmp_path, "clone", "-q", "remote.git", "clone")
    with open_vault(tmp_path / "clone") as clone:
        clone.sync()
        before = (clone.root / ".git" / "config").read_bytes()
        assert b'[merge "vault-mem"]' in before
        clone.sync()
        initialise(clone.root, load_settings())
        assert (clone.root / ".git" / "config").read_bytes() == before


@pytest.mark.parametrize("ours", [b"", b"\xff\xfe", b"---\na: [\n---\nx\n"])
def test_anything_is_merged_without_markers(tmp_path: Path, ours: bytes) -> None:
    with make_vault(tmp_path / "v") as vault:
        branched(vault, ONE + "More.\n", ONE.replace("Green", "White"))
        (vault.root / "tea.md").write_bytes(ours)
        git(vault.root, "commit", "-qam", "odd")
        git(vault.root, "merge", "-q", "--no-edit", "other")
        merged = (vault.root / "tea.md").read_bytes()
        assert b"<<<<" not in merged
        assert b"White" in merged
        assert ours.strip() in merged
