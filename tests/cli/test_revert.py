from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import git


def head(vault: Path) -> str:
    return git(vault, "rev-parse", "HEAD").strip()


def test_revert_shows_first_and_writes_with_yes(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys")
    made = head(vault)
    shown = shell("revert", made[:9])
    assert (shown.code, shown.out) == (0, "would be deleted notes/deploys.md · Deploys\n")
    assert f"takes back {made[:9]}  remember: notes/deploys.md" in shown.err
    assert "nothing is written yet; repeat with --yes" in shown.err
    assert head(vault) == made
    done = shell("revert", made[:9], "--yes", "--reason", "Never.")
    assert f"commit {head(vault)[:9]}" in done.err
    assert "Never." in git(vault, "log", "-1", "--format=%B")
    assert shell("revert", made[:9], "--yes").err.endswith("nothing had to change\n")


def test_what_stands_in_the_way_is_named(shell: Shell, vault: Path) -> None:
    shell("remember", "Base.", "--title", "Base")
    made = head(vault)
    shell("remember", "See [[Base]].", "--title", "Mention")
    shown = shell("revert", made)
    assert "builds on it: notes/mention.md · links notes/base.md · will break" in shown.err
    refused = shell("revert", made, "--yes", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "undo-refused")
    shell("revise", "Base", "Other.")
    assert (
        f"in the way: notes/base.md · it has changed since it was written · by {head(vault)[:9]}"
        in shell("revert", made).err
    )
    assert shell("revert", "yesterday").code == 1


def test_rollback_returns_to_a_checkpoint(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys")
    shell("checkpoint", "good")
    shell("revise", "Deploys", "We deploy at night.")
    shown = shell("rollback", "good")
    assert (shown.code, shown.out) == (0, "would be reverted notes/deploys.md · Deploys\n")
    assert "Fridays" not in (vault / "notes/deploys.md").read_text()
    answer = shell("rollback", "good", "--yes", "--json").json
    assert answer["commit"] == head(vault)
    assert "Fridays" in (vault / "notes/deploys.md").read_text()
    assert shell("rollback", "never").code == 1
