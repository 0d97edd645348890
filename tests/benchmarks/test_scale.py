"""The scale harness: its notes are reproducible, its table says what passes, and a small run measures its rows."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.real_notes import made_notes, questions
from tests.benchmarks.scale.__main__ import main
from tests.benchmarks.scale.rows import LIMITS, Measured, entries, table


def test_notes_and_questions_are_the_same_for_the_same_seed() -> None:
    notes = list(made_notes(20))
    assert notes == list(made_notes(30))[:20]
    assert notes != list(made_notes(20, seed=1))
    assert len({note.path for note in notes}) == 20
    assert all(len(note.text.split()) >= 40 for note in notes)
    assert questions(5) == questions(5)
    assert all(8 <= len(text.split()) <= 20 for text in questions(50))


def test_a_row_is_judged_at_its_own_size_only() -> None:
    row = "freshness, one-shot"
    assert LIMITS[row].at == 10_000
    figures = [Measured(row, 10_000, 61), Measured(row, 1_000, 61)]
    assert [entry["pass"] for entry in entries(figures)] == [False, None]
    assert "FAIL" in table(figures)
    least = "remember, times faster than git add + commit"
    assert [entry["pass"] for entry in entries([Measured(least, 100_000, value) for value in (1.9, 2.0)])] == [
        False,
        True,
    ]
    assert set(entries(figures)[0]) >= {"row", "notes", "value", "unit", "must", "aim", "pass"}


def test_a_small_run_measures_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--notes", "30", "--parts", "import,fresh,pull,write", "--json"])
    found = {entry["row"]: entry["value"] for entry in json.loads(capsys.readouterr().out)}
    assert len(found) == 8
    assert all(value >= 0 for value in found.values())
