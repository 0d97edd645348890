from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import write


def test_derivation_shows_a_tree(shell: Shell, vault: Path) -> None:
    write(vault, "end.md", "apples pears\n")
    write(vault, "top.md", '---\nderived_from:\n  - "[[end]]"\n  - "[[lost]]"\nsource: minutes\n---\napples\n')
    shown = shell("derivation", "top")
    assert shown.code == 0
    assert shown.out == (
        "top.md · top · minutes\n  derived_from end.md · end · 50% kept\n  derived_from (broken) · lost\n"
    )
    assert "2 origins · 50% of the sources' words kept" in shown.err
    answer = shell("derivation", "top", "--json").json
    assert [origin["path"] for origin in answer["origins"]] == ["end.md", None]
    assert answer["coverage"] == 0.5


def test_an_unknown_note_is_refused(shell: Shell, vault: Path) -> None:
    assert (vault / ".git").exists()
    assert shell("derivation", "nothing").code == 1
