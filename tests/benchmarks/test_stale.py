from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import stale
from tests.benchmarks.corpus import Turn
from tests.vaults import write

NAMES = ("Ann", "Bob")
THINGS = ("harbour", "kettle", "ladder", "meadow", "needle", "orchard", "pepper", "quarry", "saddle", "violin")


def made_turns(count: int) -> list[Turn]:
    return [
        Turn(
            id=f"D1:{number}",
            conversation="c0",
            session=1,
            date="1:56 pm on 8 May, 2023",
            speaker=NAMES[number % 2],
            text=f"Number {number} of the {THINGS[number % 10]} belongs beside the {THINGS[number * 7 % 10]} {number}.",
        )
        for number in range(count)
    ]


def test_facts_end_in_every_way() -> None:
    facts = stale.choose_facts(made_turns(400), 60)
    assert {fact.end for fact in facts} == {"holds", "edited", "moved on", "chain", "forgotten", "expired"}
    moved = next(fact for fact in facts if fact.end == "moved on")
    (_, old), (_, new) = moved.version(0), moved.version(1)
    assert not set(old.splitlines()) & set(new.splitlines()) - {""}
    edited = next(fact for fact in facts if fact.end == "edited")
    assert set(edited.version(0)[1].splitlines()) & set(edited.version(1)[1].splitlines()) - {""}


def test_no_replaced_note_is_told_and_what_holds_is_found(tmp_path: Path) -> None:
    write(tmp_path, "notes/a.md", "# Gate\n\nThe zebra gate opens at nine on weekdays.\n")
    answer = stale.run(made_turns(240), [tmp_path / "notes"], notes=45)
    assert answer["stale"]["rate"] == 0.0
    assert answer["stale"]["n"] == 3 * (5 + 5 + 2 * 5)
    assert answer["retired"]["shown"] == 0
    assert answer["by_status"]["superseded"] == 20
    assert answer["successors"]["edited"]["r10"] > 90
    assert answer["successors"]["without replaced"]["n"] == answer["stale"]["n"]
    assert answer["eval"]["synthetic"]["stale"]["rate"] == 0.0
    assert answer["eval"]["notes"]["notes"] == 1
    assert "stale hits: 0.00 % of 60" in "\n".join(stale.lines(answer))


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = tmp_path / "locomo" / "items.jsonl"
    turns = [
        {"id": turn.id, "g": turn.conversation, "s": 1, "date": turn.date, "spk": turn.speaker, "text": turn.text}
        for turn in made_turns(60)
    ]
    write(tmp_path, "locomo/items.jsonl", "\n".join(map(json.dumps, turns)))
    stale.main(["--items", str(items), "--notes", "12", "--json"])
    assert json.loads(capsys.readouterr().out)["stale"]["n"] > 0
