"""The LoCoMo harness: what it counts, and that it finds its turns again in real notes of a real vault."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import vault_mem
from tests.benchmarks import fit, locomo, prompts
from tests.benchmarks.conversations import write_notes
from tests.benchmarks.corpus import data_file, fresh_vault, read_questions, read_turns
from tests.benchmarks.judging import figures, first_rank
from tests.benchmarks.logistic import fit as logistic
from tests.benchmarks.logistic import predict

CONVERSATION = "conv-26"
TURNS = [
    ("D1:1", 1, "Ada", "The harbour ferry leaves at seven in the morning."),
    ("D1:2", 1, "Ben", "I planted three walnut trees behind the barn."),
    ("D2:1", 2, "Ada", "My telescope arrived,\nso tonight I look at Saturn."),
    ("D2:2", 2, "Ben", "Bring the blue tent when we hike the glacier."),
]
QUESTIONS = [
    ("When does the ferry leave the harbour?", ["D1:1"], [1]),
    ("Which walnut trees did Ben plant?", ["D1:2"], [1]),
    ("What will Ada look at with the telescope?", ["D2:1"], [2]),
    ("Who knows?", [], []),
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
    rows = [
        {"g": talk, "q": question, "gold": gold, "gs": gold_sessions}
        for talk in ("talk-1", "talk-2")
        for question, gold, gold_sessions in QUESTIONS
    ]
    questions.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return items, questions


def test_figures_count_any_gold_item_within_five_and_ten() -> None:
    assert figures([1, 4, 8, None]) == {"r5": 50.0, "r10": 75.0, "mrr10": pytest.approx(34.38), "n": 4}


def test_only_the_first_ten_count() -> None:
    assert first_rank([*range(9), "gold", "gold"], {"gold"}) == 10
    assert first_rank([*range(10), "gold"], {"gold"}) is None


def test_turns_and_sessions_are_found_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    items, questions = write_data(tmp_path)
    monkeypatch.setattr(locomo, "FILLED", 12)
    locomo.main(["--items", str(items), "--questions", str(questions), "--ablation", "--filled", "--json"])
    answer = json.loads(capsys.readouterr().out)
    for row, least in (("turn", 60), ("standalone", 60), ("session", 80)):  # by chance 52 and 75
        assert answer[row] | {"mrr10": 0} == {"r5": 100.0, "r10": 100.0, "mrr10": 0, "n": 6}
        assert answer[row]["mrr10"] > least
        assert answer["left_out"][row]["n"] == 6
    assert answer["latency_ms"]["p95"] >= answer["latency_ms"]["p50"] > 0
    assert {"neighbours", "note", "reply", "time words"} <= answer["ablation"].keys()
    assert answer["latency_filled_ms"]["passages"] == 6  # two turns are too few for a transcript


def test_prompts_ask_alone_and_inside_foreign_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    prompts.main(["--items", str(items), "--questions", str(questions), "--every", "1", "--budget", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["alone"]["r5"] == answer["in a prompt"]["r5"] == 100
    assert answer["shown"] == {"600 tokens": 100, "2400 tokens": 100}


def test_the_table_names_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    locomo.main(["--items", str(items), "--questions", str(questions), "--mode", "lexical"])
    shown = capsys.readouterr().out
    assert all(row in shown for row in ("turn", "standalone", "session", "p95"))


def test_fit_prints_the_weights_and_what_they_reach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    fit.main(["--items", str(items), "--questions", str(questions)])
    shown = capsys.readouterr().out
    assert '"first":' in shown
    assert shown.count("left out") == 3


def test_the_regression_finds_the_weights_that_made_the_labels() -> None:
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(20_000, 3))
    labels = (chance.random(20_000) < predict(rows, np.array([1.5, -0.5, 0.0]), -1.0)).astype(np.float64)
    weights, bias = logistic(rows, labels)
    assert [*weights, bias] == pytest.approx([1.5, -0.5, 0.0, -1.0], abs=0.1)


def test_a_real_conversation_is_recalled_as_well_as_ever() -> None:
    items, questions = data_file("locomo/items.jsonl"), data_file("locomo/questions.jsonl")
    if items is None or questions is None:
        pytest.skip("VAULT_MEM_DATA does not name a folder with locomo/")
    turns = [turn for turn in read_turns(items) if turn.conversation == CONVERSATION]
    asked = [question for question in read_questions(questions) if question.conversation == CONVERSATION]
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        asking = locomo.Asking(memory, write_notes(memory, turns, "sessions"), "hybrid")
        found = figures([asking.turns(question) for question in asked[::2]])
    assert found["r10"] > 82  # 85.9 when this was written
    assert found["mrr10"] > 60  # 65.7


def test_without_data_says_where_to_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VAULT_MEM_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        locomo.main([])
    assert stopped.value.code == 2
    assert "VAULT_MEM_DATA" in capsys.readouterr().err
