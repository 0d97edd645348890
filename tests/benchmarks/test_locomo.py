"""The LoCoMo harness: what it counts, and that it finds its turns again in real notes of a real vault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import locomo
from tests.benchmarks.locomo import Outcome, summary

TURNS = [
    ("D1:1", 1, "Ada", "The harbour ferry leaves at seven in the morning."),
    ("D1:2", 1, "Ben", "I planted three walnut trees behind the barn."),
    ("D2:1", 2, "Ada", "My telescope arrived,\nso tonight I look at Saturn."),
    ("D2:2", 2, "Ben", "Bring the blue tent when we hike the glacier."),
]
QUESTIONS = [
    ("When does the ferry leave the harbour?", ["D1:1"]),
    ("Which walnut trees did Ben plant?", ["D1:2"]),
    ("What will Ada look at with the telescope?", ["D2:1"]),
    ("Who knows?", []),
]


def write_data(folder: Path) -> tuple[Path, Path]:
    items, questions = folder / "items.jsonl", folder / "questions.jsonl"
    items.write_text(
        "".join(
            json.dumps(
                {"id": id_, "g": group, "s": session, "date": "1:56 pm on 8 May, 2023", "spk": who, "text": text}
            )
            + "\n"
            for group in ("talk-1", "talk-2")
            for id_, session, who, text in TURNS
        ),
        encoding="utf-8",
    )
    rows = [{"g": "talk-1", "q": question, "gold": gold} for question, gold in QUESTIONS]
    questions.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return items, questions


def test_summary_counts_any_gold_turn_within_five_and_ten() -> None:
    outcomes = [Outcome(1, 2.0), Outcome(4, 2.0), Outcome(8, 2.0), Outcome(None, 10.0)]
    figures = summary(outcomes)
    assert figures["turn"] == {"r5": 50.0, "r10": 75.0, "mrr10": pytest.approx(34.38), "n": 4}
    assert figures["latency_ms"]["p50"] == 2.0


@pytest.mark.parametrize("mode", ["sessions", "standalone"])
def test_turns_are_found_again_by_line(tmp_path: Path, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    locomo.main(["--items", str(items), "--questions", str(questions), "--mode", mode, "--json"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["turn"] | {"mrr10": 0} == {"r5": 100.0, "r10": 100.0, "mrr10": 0, "n": 3}
    assert figures["turn"]["mrr10"] > 60  # chance, with four turns, would be 52
    assert figures["latency_ms"]["p95"] >= figures["latency_ms"]["p50"] > 0


def test_without_data_says_where_to_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VAULT_MEM_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        locomo.main([])
    assert stopped.value.code == 2
    assert "VAULT_MEM_DATA" in capsys.readouterr().err
