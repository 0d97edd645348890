from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import git


def test_bisect_tells_the_act_and_both_answers(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys", "--key", "deploys")
    first = git(vault, "rev-parse", "HEAD").strip()
    shell("remember", "The garden has pears.", "--title", "Garden")
    shell("revise", "deploys", "We deploy on Mondays.", "--reason", "Weekends are quiet now.")
    shown = shell("bisect", "when do we deploy?", "--good", first)
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0] == f"{git(vault, 'rev-parse', 'HEAD')[:9]}  revise: notes/deploys.md"
    assert "   because: Weekends are quiet now." in lines
    assert lines.index("before: Deploys") < lines.index("after: Deploys")
    assert "   We deploy on Fridays." in lines
    assert "+We deploy on Mondays." in lines
    assert "asked at 3 revisions of 3" in shown.err
    answer = shell("bisect", "when do we deploy?", "--good", first, "--json").json
    assert answer["act"]["reason"] == "Weekends are quiet now."
    assert answer["changed"][0]["path"] == "notes/deploys.md"


def test_an_answer_that_never_changed_is_said(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys")
    first = git(vault, "rev-parse", "HEAD").strip()
    shell("remember", "The garden has pears.", "--title", "Garden")
    shown = shell("bisect", "when do we deploy?", "--good", first)
    assert shown.code == 0
    assert shown.out.startswith("The first answer is right at both ends\nat good: Deploys\n")
    wrong = shell("bisect", "when", "do", "we", "deploy?", "--good", first, "--expect", "never", "--json").json
    assert (wrong["act"], wrong["is_right"]) == (None, False)
    assert shell("bisect", "when do we deploy?", "--good", "HEAD", "--bad", first).err.startswith(
        "error: good is later"
    )
    assert shell("bisect", "when do we deploy?").code == 2
    assert shell("bisect", "when do we deploy?", "--good", "never").code == 1
