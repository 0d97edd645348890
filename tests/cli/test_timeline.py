from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import git, write


def without_times(text: str) -> list[str]:
    lines = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text)
    return re.sub(r"\b[0-9a-f]{9}\b", "COMMIT", lines).splitlines()


def test_each_turn_is_a_block_oldest_first(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys", "--key", "deploys", "--agent", "planner")
    shell("remember", "The garden has pears.", "--title", "Garden")
    change = ("--agent", "ops", "--session", "s9", "--reason", "Weekends\nare quiet now.")
    shell("revise", "deploys", "We deploy on Mondays.", *change)
    shell("forget", "deploys", "--agent", "ops")
    shown = shell("timeline", "when do we deploy?")
    assert shown.code == 0
    assert without_times(shown.out) == [
        "at the beginning",
        "   nothing sure was known",
        "TIME  planner  remember: notes/deploys.md",
        "   notes/deploys.md:9 · COMMIT",
        "   We deploy on Fridays.",
        "TIME  ops  revise: notes/deploys.md",
        "   notes/deploys.md:9 · COMMIT · session s9",
        "   We deploy on Mondays.",
        "   because: Weekends are quiet now.",
        "TIME  ops  forget: notes/deploys.md",
        "   nothing sure was known",
    ]
    assert "asked at 5 revisions · the beginning.." in shown.err
    answer = shell("timeline", "when do we deploy?", "--limit", "2", "--json").json
    assert [turn["act"]["operation"] for turn in answer["turns"]] == ["revise", "forget"]
    assert answer["turns"][1]["belief"] is None
    assert answer["notice"] == ["2 earlier turns are left out; give a higher limit, or until"]


def test_a_note_shows_the_lines_that_changed(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys", "--key", "deploys", "--agent", "planner")
    shell("revise", "deploys", "--set", 'tags=["ops"]', "--agent", "ops", "--reason", "Sorted.")
    git(vault, "mv", "notes/deploys.md", "deploys.md")
    git(vault, "commit", "-qm", "tidy")
    text = (vault / "deploys.md").read_text().replace("Fridays", "Mondays \x1b[2J") + "more\n" * 30
    write(vault, "deploys.md", text)
    git(vault, "commit", "-qam", "by hand")
    shown = shell("timeline", "--note", "deploys")
    assert shown.code == 0
    lines = without_times(shown.out)
    assert lines[:9] == [
        "TIME  planner  remember: notes/deploys.md",
        "   notes/deploys.md · COMMIT",
        "   +# Deploys",
        "   +We deploy on Fridays.",
        "TIME  ops  revise: notes/deploys.md",
        "   notes/deploys.md · COMMIT",
        "   properties tags",
        "   because: Sorted.",
        "TIME  Test Person  tidy",
    ]
    assert lines[9] == "   notes/deploys.md -> deploys.md · COMMIT"
    assert lines[10:14] == [
        "TIME  Test Person  by hand",
        "   deploys.md · COMMIT",
        "   -We deploy on Fridays.",
        "   +We deploy on Mondays \\x1b[2J.",
    ]
    assert lines[-1] == "   … 12 more lines"
    assert "id:" not in shown.out
    assert "asked" not in shown.err


def test_what_is_wrong_is_refused(shell: Shell, vault: Path) -> None:
    shell("remember", "We deploy on Fridays.", "--title", "Deploys")
    assert shell("timeline").code == 1
    assert shell("timeline", "when?", "--note", "Deploys").code == 1
    assert shell("timeline", "when?", "--min-relevance", "2").code == 2
    assert shell("timeline", "--note", "nobody wrote this").code == 1
