from __future__ import annotations

import io
import json
import sys

import pytest

from vault_mem.cli import output
from vault_mem.cli.output import Styled
from vault_mem.cli.progress import Progress

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202ereversed\u2066 [bold]markup[/bold] \r over\ttab"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def make_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make both streams one terminal; called within the test, for pytest sets its own streams after fixtures."""
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def unsafe(text: str) -> list[str]:
    return [char for char in text if char in "\x1b\x07\x9b\r\x7f\u202e\u2066"]


def test_control_characters_are_shown_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    output.line(HOSTILE, Styled(HOSTILE, "bold"))
    output.message(HOSTILE)
    output.table(("a", "b"), [(HOSTILE, HOSTILE)])
    output.refusal("x", HOSTILE, HOSTILE, as_json=True)
    printed = capsys.readouterr()
    assert unsafe(printed.out + printed.err) == []
    assert "\\x1b]0;owned\\x07" in printed.out
    assert "[bold]markup[/bold]" in printed.out
    assert "\ttab" in printed.out


def test_a_title_or_path_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.line("1. ", Styled("Tea\n2. Made up  0.99", "bold"), " notes\r\nx.md:1")
    assert capsys.readouterr().out == "1. Tea\\n2. Made up  0.99 notes\\nx.md:1\n"


def test_on_a_terminal_only_our_own_escapes_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = make_terminal(monkeypatch)
    output.line(Styled(HOSTILE, "bold"))
    output.table(("[b]a[/b]", "b"), [(HOSTILE, "x")])
    shown = terminal.getvalue()
    assert "\x1b[1m" in shown
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown
    assert "[bold]markup[/bold]" in shown
    assert unsafe(shown.replace("\x1b", "")) == []


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    terminal = make_terminal(monkeypatch)
    monkeypatch.setenv(variable, value)
    output.line(Styled("plain", "bad"))
    output.message(Styled("plain", "good"))
    assert terminal.getvalue() == "plain\nplain\n"


def test_json_survives_a_round_trip_without_raw_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    output.data({"text": HOSTILE + "\ud800 日本"})
    printed = capsys.readouterr().out
    assert unsafe(printed) == []
    assert json.loads(printed) == {"text": HOSTILE + "\ud800 日本"}
    assert "日本" in printed
    assert printed.count("\n") == 1


def test_a_table_in_a_pipe_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", "text"), [("a", "x" * 500), ("bcd", "")])
    assert capsys.readouterr().out == f"a    {'x' * 500}\nbcd\n"


def test_an_empty_table_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name",), [])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("text", "printed"), [("a\r\nb\r\n", "a\nb\n"), ("a", "a\n"), ("a\n\n", "a\n\n")])
def test_a_block_ends_with_its_own_newline(capsys: pytest.CaptureFixture[str], text: str, printed: str) -> None:
    output.block(text)
    assert capsys.readouterr().out == printed


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience=0) as progress:
        progress("indexing", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_is_silent_while_work_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = make_terminal(monkeypatch)
    with Progress() as progress:
        progress("indexing", 1, 2)
    assert terminal.getvalue() == ""


def test_progress_shows_each_stage_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = make_terminal(monkeypatch)
    with Progress(patience=0) as progress:
        progress("[red]reading[/red]", 1, 2)
        progress("counting", 7, 0)
    assert "[red]reading[/red]" in terminal.getvalue()
    assert "counting" in terminal.getvalue()
