"""`history` without a note, as a person and as a script sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.vaults import git


@pytest.fixture
def written(shell: Shell, vault: Path) -> Shell:
    """Two notes by two agents; the first one is revised."""
    assert vault.is_dir()
    shell("remember", "One.", "--title", "First", "--agent", "ada", "--session", "s1", "--reason", "Told so.")
    shell("remember", "Two.", "--title", "Second", "--agent", "bob", "--session", "s2")
    shell("revise", "First", "Three.", "--agent", "bob", "--session", "s2")
    return shell


def test_the_log_is_a_table(written: Shell) -> None:
    rows = written("history", "--limit", "3").out.splitlines()
    assert [row.split()[3:6] for row in rows] == [
        ["bob", "revise", "notes/first.md"],
        ["bob", "remember", "notes/second.md"],
        ["ada", "remember", "notes/first.md"],
    ]
    assert rows[2].endswith("Told so.")
    assert "--offset 2" in written("history", "--limit", "2").err


def test_scripts_get_an_object_a_line(written: Shell) -> None:
    lines = written("history", "--lines", "--sessions", "s2").out.splitlines()
    assert [json.loads(line)["operation"] for line in lines] == ["revise", "remember"]
    whole = json.loads(written("history", "--json", "--authors", "ada").out)
    assert [act["notes"] for act in whole["acts"]] == [["notes/first.md"]]


def test_the_diff_is_grouped(written: Shell) -> None:
    shown = written("history", "--view", "diff", "--since", "s1")
    assert [row.split()[:3] for row in shown.out.splitlines()] == [
        ["new", "notes/second.md", "Second"],
        ["revised", "notes/first.md", "First"],
    ]
    assert "1 new · 1 revised" in shown.err
    lines = written("history", "--view", "diff", "--since", "s1", "--lines").out.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["new", "revised"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--view", "blame"),
        ("--view", "as-of", "--at", "today"),
        ("--at", "today"),
        ("--view", "diff", "--authors", "ada"),
        ("First", "--authors", "ada"),
        ("First", "--offset", "3"),
        ("First", "--lines"),
    ],
)
def test_options_that_do_not_go_together_are_refused(written: Shell, arguments: tuple[str, ...]) -> None:
    assert written("history", *arguments).code == 2


def test_the_writers_session_is_a_filter_here_and_edits_are_found(shell: Shell, vault: Path) -> None:
    shell("remember", "One.", "--title", "One", "--session", "s1")
    shell("remember", "Two.", "--title", "Two", "--session", "s2")
    git(vault, "mv", "notes/two.md", "moved.md")
    git(vault, "commit", "-qm", "tidy")
    assert [act["subject"] for act in shell("history", "--session", "s1", "--json").json["acts"]] == [
        "remember: notes/one.md"
    ]
    assert [act["subject"] for act in shell("history", "--operations", "edit", "--json").json["acts"]] == ["tidy"]
    assert "no act matches" in shell("history", "--sessions", "nobody").err


def test_a_note_that_is_gone_is_found_by_its_file_name(shell: Shell, vault: Path) -> None:
    shell("remember", "One.", "--title", "One")
    git(vault, "rm", "-q", "notes/one.md")
    git(vault, "commit", "-qm", "away")
    assert [version["subject"] for version in shell("history", "one", "--json").json["versions"]] == [
        "away",
        "remember: notes/one.md",
    ]
