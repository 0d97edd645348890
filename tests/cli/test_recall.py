from __future__ import annotations

from pathlib import Path

import click
import pytest

from tests.cli.conftest import Shell
from vault_mem.cli import hits, output
from vault_mem.memory.answers import Feature, Hit
from vault_mem.notes.model import Lines, NotePath
from vault_mem.recall.marking import asked_tokens

FILLER = "Nothing else was said about this part of the house.\n" * 12


@pytest.fixture
def house(shell: Shell, vault: Path) -> Path:
    """Return a note with an answer in the middle of it."""
    note = vault / "notes" / "house.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"# House\n\n{FILLER}The boiler was replaced by Ada.\n{FILLER}", encoding="utf-8")
    assert shell("recall", "boiler").code == 0
    return note


def hit(excerpt: str, first: int, *matched: int, features: tuple[Feature, ...] = ()) -> Hit:
    return Hit(
        id=None,
        path=NotePath("a.md"),
        title="A",
        excerpt=excerpt,
        lines=Lines(first, first + excerpt.count("\n")),
        matched=matched,
        features=features,
        score=0.5,
        relevance=0.25,
        scores={"lexical": 0.7, "claim": 1.0},
        confidence=1.0,
        commit=None,
        author=None,
        agent=None,
        dirty=True,
        version="",
        created=None,
        age_days=None,
        status="active",
        type="note",
        tags=(),
        namespace="",
        vault="",
    )


def test_a_hit_is_opened_at_the_line_that_answers(shell: Shell, house: Path) -> None:
    outcome = shell("recall", "who replaced the boiler?")
    line = house.read_text(encoding="utf-8").split("\n").index("The boiler was replaced by Ada.") + 1
    rows = outcome.out.splitlines()
    assert f"notes/house.md:{line} " in rows[1]
    assert rows[2] == "   …"
    assert rows[4] == "   The boiler was replaced by Ada."
    assert rows[-2] == "   …"
    (found,) = shell("recall", "who replaced the boiler?", "--json").json["hits"]
    assert found["matched"] == [line]
    assert found["lines"]["first"] < line < found["lines"]["last"]


def test_a_hit_without_a_matched_line_shows_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    hits.show(1, hit("One.\nTwo.", 3), frozenset())
    assert "a.md:3-4 " in capsys.readouterr().out


def test_a_long_line_is_cut_around_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    words = ", ".join(f"item{number}" for number in range(200))
    hits.show(1, hit(words, 1, 1), frozenset({"item150"}))
    shown = capsys.readouterr().out.splitlines()[2]
    assert "item150" in shown
    assert len(shown) <= hits.EXCERPT_WIDTH + 3


def test_words_that_are_asked_about_are_bold_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(output, "_write", lambda _stream, text: printed.append(text))
    hits.show(1, hit("We deployed it.", 1, 1), asked_tokens("deploys"))
    assert f"We {click.style('deployed', bold=True)} it.\n" in printed[-1]


def test_elsewhere_nothing_is_bold(shell: Shell, house: Path) -> None:
    assert house.exists()
    assert "\x1b" not in shell("recall", "boiler").out


def test_the_table_of_features_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    features = (Feature("asks", 1.0, -0.5, -0.5), Feature("window", 0.5, 3.0, 1.5))
    hits.show_scores(hit("One.", 1, features=features))
    assert capsys.readouterr().out.splitlines() == [
        "   relevance 0.25 · confidence 1 · lexical 0.700 · claim 1.000",
        "   feature        value   weight     share",
        "   window         0.500 x   3.00 =   1.500",
        "   asks           1.000 x  -0.50 =  -0.500",
        "   sum                               1.000",
    ]


def test_every_feature_is_explained(shell: Shell, house: Path) -> None:
    assert house.exists()
    explained = shell("recall", "boiler", "--explain")
    for feature in shell("recall", "boiler", "--explain", "--json").json["hits"][0]["features"]:
        assert f"   {feature['name']} " in explained.out
    assert "score = claim" in explained.out


def test_a_misspelt_question_says_so(shell: Shell, house: Path) -> None:
    assert house.exists()
    outcome = shell("recall", "who replacde the boiler")
    assert "did you mean: who replaced the boiler\n" in outcome.err
    assert shell("recall", "boiler", "--json").json["did_you_mean"] is None
