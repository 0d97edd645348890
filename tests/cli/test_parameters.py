from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from vault_mem.cli import parameters
from vault_mem.errors import InvalidNoteError
from vault_mem.memory.requests import MAX_NOTE_BYTES


def parsed(arguments: list[str]) -> dict[str, Any]:
    @click.command()
    @parameters.words("--tags", "x")
    @parameters.relations("--links", "x")
    @parameters.properties("--set", "x")
    def command(**options: Any) -> dict[str, Any]:
        return options

    result = command.main(arguments, standalone_mode=False)
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    ("arguments", "tags"),
    [([], ()), (["--tags", "a,b"], ("a", "b")), (["--tags", "a", "--tags", " b ,,c"], ("a", "b", "c"))],
)
def test_words(arguments: list[str], tags: tuple[str, ...]) -> None:
    assert parsed(arguments)["tags"] == tags


def test_relations_are_gathered_by_name() -> None:
    typed = ["--links", "about=a", "--links", "supersedes=b=c, d", "--links", "about=[[e]]"]
    assert parsed(typed)["links"] == {"about": ["a", "[[e]]"], "supersedes": ["b=c, d"]}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("key=", None),
        ("key=null", None),
        ("key=text, as it is", "text, as it is"),
        ("key=2026-11-20", "2026-11-20"),
        ("key=0.5", 0.5),
        ("key=true", True),
        ('key="1.10"', "1.10"),
        ('key=["a", "b"]', ["a", "b"]),
        ("key=NaN", "NaN"),
        ("key=" + "[" * 100_000, "[" * 100_000),
    ],
)
def test_property_values_are_json_or_text(typed: str, value: object) -> None:
    assert parsed(["--set", typed])["set"] == {"key": value}


@pytest.mark.parametrize("typed", ["novalue", "=x", "  =x"])
def test_a_pair_needs_a_name(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="KEY=VALUE"):
        parsed(["--set", typed])


def give_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_closed_stdin_is_a_mistake_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    for read in (parameters.read_text, lambda name: list(parameters.read_notes(name))):
        with pytest.raises(click.UsageError, match="no stdin"):
            read("-")


def test_text_comes_from_stdin_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, "\ufeff# Tïtle\n".encode())
    assert parameters.read_text("-") == "# Tïtle\n"
    assert parameters.read_text("given") == "given"
    assert parameters.read_text(None) is None


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (MAX_NOTE_BYTES + 1)])
def test_stdin_that_is_no_note_is_refused(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    give_stdin(monkeypatch, content)
    with pytest.raises(InvalidNoteError, match="stdin"):
        parameters.read_text("-")


def test_notes_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n\n{"text": "b", "tags": ["x"]}')
    assert list(parameters.read_notes(str(file))) == [{"text": "a"}, {"text": "b", "tags": ["x"]}]


@pytest.mark.parametrize("line", [b"[1]", b"{", b"\xff", b"[" * 100_000, b'"' + b"x" * 9 * MAX_NOTE_BYTES + b'"'])
def test_a_line_that_is_no_note_is_named(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_bytes(b'{"text": "a"}\n' + line + b"\n")
    with pytest.raises(InvalidNoteError, match=r"notes\.jsonl:2: "):
        list(parameters.read_notes(str(file)))


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="nowhere"):
        list(parameters.read_notes(str(tmp_path / "nowhere")))
