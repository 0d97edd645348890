"""The silence benchmark: what it counts, on a conversation that knows the answer and one that does not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import silence
from tests.benchmarks.corpus import read_questions, read_turns
from tests.benchmarks.silence import Asked, point
from tests.benchmarks.test_locomo import write_data


def test_quiet_counts_questions_abroad_and_silenced_those_at_home() -> None:
    at_home = np.array([True, True, True, True, False, False])
    right = np.array([True, True, False, False, False, False])
    told = np.array([True, False, True, True, True, False])
    asked = Asked(np.zeros((6, 1)), right, at_home, told, np.array(["a"] * 6))
    assert point(asked, told) == {"quiet": 50.0, "silenced": 25.0, "precision": 25.0, "recall": 50.0}


def test_a_question_nobody_can_answer_is_met_with_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    turns = items.read_text(encoding="utf-8").splitlines()
    other = [json.loads(line) | {"g": "talk-2", "text": "Nothing but birdsong and rain."} for line in turns[:4]]
    items.write_text("\n".join([*turns[:4], *map(json.dumps, other)]), encoding="utf-8")
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    questions.write_text("\n".join(json.dumps(row) for row in asked if row["g"] == "talk-1"), encoding="utf-8")
    turns_read, questions_read = read_turns(items), read_questions(questions)
    for mode in silence.PARTS:
        found = silence.ask(turns_read, questions_read, mode)
        told = point(found, found.told)
        assert (told["quiet"], told["precision"]) == (100.0, 100.0)
        assert told["recall"] > 60


def test_one_conversation_is_not_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, questions = write_data(tmp_path)
    items.write_text("\n".join(items.read_text(encoding="utf-8").splitlines()[:4]), encoding="utf-8")
    with pytest.raises(SystemExit):
        silence.main(["--items", str(items), "--questions", str(questions)])
    assert "two conversations" in capsys.readouterr().err
