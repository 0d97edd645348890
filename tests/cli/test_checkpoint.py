from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import write


def test_checkpoints_are_made_and_listed(shell: Shell, vault: Path) -> None:
    write(vault, "draft.md", "# Draft\n")
    made = shell("checkpoint", "before", "--reason", "A risky change", "--agent", "me")
    assert (made.code, made.out.split()[0]) == (0, "before")
    assert "not committed" in made.err
    listed = shell("checkpoint", "--list")
    assert listed.out.endswith("me  A risky change\n")
    assert "1 checkpoint" in listed.err
    assert [mark["name"] for mark in shell("checkpoint", "--json").json["checkpoints"]] == ["before"]
    assert shell("checkpoint", "before").code == 1
    assert shell("checkpoint", "other", "--list").code == 2
