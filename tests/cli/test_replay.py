from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.vaults import git


@pytest.fixture
def asked(shell: Shell, vault: Path) -> Path:
    """A vault of two notes, and a session that asked two questions, with a revision between them."""
    shell("remember", "# Tea\n\nSteep the tea for three minutes.", "--key", "tea")
    shell("remember", "# Kettle\n\nThe kettle boils water for tea.")
    shell("recall", "how long does tea steep?", "--session", "s1", "--agent", "brewer")
    shell("revise", "tea", "Nothing is known.")
    shell("recall", "kettle", "--types", "note", "--limit", "3", "--session", "s1")
    return vault


def test_a_session_is_asked_again(shell: Shell, asked: Path) -> None:
    outcome = shell("replay", "s1")
    assert outcome.code == 0, outcome.err
    first, second = outcome.out.splitlines()
    assert first.startswith('same     "how long does tea steep?"  ')
    assert first.endswith("2 hits")
    assert second.startswith('same     "kettle" types=note limit=3  ')
    assert f"at {git(asked, 'rev-parse', 'HEAD')[:9]}" in second
    assert outcome.err == "2 recalls of session s1: 2 the same, 0 different\n"
    assert shell("replay", "--session", "s1").out == outcome.out


def test_what_differs_is_shown_and_ends_in_1(shell: Shell, asked: Path, isolated: Path) -> None:
    (file,) = (isolated / "state").glob("*/recalls/*.jsonl")
    text = file.read_text().replace('"weights":"', '"weights":"0')
    ids = [note["id"] for note in shell("replay", "s1", "--json").json["recalls"][0]["before"]]
    file.write_text(text.replace(f'["{ids[0]}","notes/tea.md"', '["GONE","gone.md"', 1) + "\ntorn")
    outcome = shell("replay", "s1", "--limit", "1")
    assert outcome.code == 1
    verdict, cause, *changes = outcome.out.splitlines()
    assert verdict.startswith("differs  ")
    assert "weights: the table of weights was 0" in cause
    assert [change.split() for change in changes] == [
        ["gone", "1", "->", "-", "gone.md"],
        ["new", "-", "->", "1", "notes/tea.md"],
    ]
    assert outcome.err.splitlines() == [
        "note: 1 line could not be read",
        "2 recalls of session s1: 0 the same, 1 different",
        "more with --offset 1",
    ]
    answer = shell("replay", "s1", "--json")
    assert (answer.code, answer.json["differing"], answer.json["skipped"]) == (1, 1, 1)


def test_sessions_are_listed_and_deleted(shell: Shell, asked: Path) -> None:
    shell("recall", "tea", "--session", "s2")
    rows = shell("replay").out.splitlines()
    assert [row.split()[0] for row in rows] == ["s2", "s1"]
    assert shell("replay").err == "2 sessions with recalls\n"
    assert shell("replay", "--clear", "--session", "s1").err == "deleted 2 recalls\n"
    assert [each["session"] for each in shell("replay", "--json").json["sessions"]] == ["s2"]
    assert shell("replay", "--clear", "--yes", "--json").json["recalls"] == 1
    empty = shell("replay", "s1")
    assert (empty.code, empty.out, empty.err) == (0, "", "0 recalls of session s1\n")


def test_nothing_is_recorded_where_the_user_says_no(
    shell: Shell, vault: Path, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_MEM_RECALL_LOG", "0")
    shell("recall", "secret", "--session", "s1")
    assert list((isolated / "state").glob("*/recalls")) == []
    assert "not recorded (recall_log is off)" in shell("status").out
    monkeypatch.setenv("VAULT_MEM_RECALL_LOG", "maybe")
    assert "VAULT_MEM_RECALL_LOG" in shell("recall", "secret").err


def test_a_question_reaches_the_terminal_on_one_line_and_escaped(shell: Shell, vault: Path) -> None:
    shell("recall", "\x1b]0;owned\x07 tea\nsecond line \u202e", "--session", "\x1b[31ms1")
    outcome = shell("replay", "[31ms1")
    assert len(outcome.out.splitlines()) == 1
    listed = shell("replay")
    assert not set("\x1b\x07\u202e") & set(outcome.out + outcome.err + listed.out)


def test_doctor_says_that_recalls_are_not_recorded(shell: Shell, asked: Path, isolated: Path) -> None:
    (folder,) = (isolated / "state").glob("*/recalls")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    outcome = shell("doctor")
    assert "Recalls are not recorded" in outcome.out
