from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import write

SAID = "the {0} keeper repairs a lantern number {0}{0} in winter"


def fill(vault: Path) -> None:
    for number in range(31):
        write(vault, f"f{number}.md", f"# Fact {number}\n\nBack then {SAID.format(number)}.\n")
        write(vault, f"j{number}.md", f"# Day {number}\n\nIt says in [[f{number}]] that {SAID.format(number)}.\n")
    write(vault, "new.md", '---\nsupersedes: "[[f3]]"\n---\n# Lamp\n\nThe keeper has no lantern any more in winter.\n')


def test_figures_by_kind_with_what_other_weights_would_do(shell: Shell, vault: Path) -> None:
    fill(vault)
    told = shell("eval", "--self", "--missed")
    assert told.code == 0
    head = told.out.splitlines()[0].split()
    assert head == ["questions", "n", "R@5", "R@10", "MRR@10"]
    rows = {line.split()[0]: line.split()[1:] for line in told.out.splitlines()[1:4]}
    assert rows["links"][0] == "30", "f3 is replaced, so no link to it is asked"
    assert set(rows) == {"supersessions", "links", "all"}
    assert "stale hits: 0.0 % of 2 questions" in told.out
    assert "none of these is clearly better" in told.out
    assert "without neighbours" in told.out


def test_json_has_the_same(shell: Shell, vault: Path) -> None:
    fill(vault)
    found = shell("eval", "--self", "--limit", "4", "--json").json
    assert [one["kind"] for one in found["kinds"]] == ["supersessions", "links"]
    assert found["overall"]["n"] == 6
    assert found["stale"] == {"n": 2, "shown": 0, "above": 0, "rate": 0.0}
    assert found["alternatives"] == []


def test_what_to_judge_by_must_be_said(shell: Shell, vault: Path) -> None:
    assert shell("eval").code == 2
    told = shell("eval", "--self")
    assert told.code == 0
    assert "no supersession, no link" in told.err
