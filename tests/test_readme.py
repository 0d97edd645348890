"""The README does not lie: every command and tool is named, every example parses, the Python one runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import vault_mem
from tests import story
from vault_mem.cli.application import COMMANDS, application
from vault_mem.mcp.core import CoreTools

README_FILE = Path(__file__).parents[1] / "README.md"
README = README_FILE.read_text(encoding="utf-8")
CHANGING = re.compile(r"\b[0-9a-f]{9}\b|\b\d+\.\d+\b|\b\d{4}-\d\d-\d\d \d\d:\d\d\b")  # commits, scores, seconds, times


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


def example_lines() -> list[str]:
    """List the examples that start the program, as arguments of it."""
    text = "\n".join(blocks("sh"))
    return re.findall(r"^(?:vault-mem|.* -- uvx git-vault-mem) (.+)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", [name for name in vars(CoreTools) if not name.startswith("_")])
def test_every_tool_has_a_row(name: str) -> None:
    assert f"\n| `{name}` | " in README


@pytest.mark.parametrize("line", example_lines())
def test_examples_parse(line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)
    command = application.get_command(click.Context(application), name)
    assert command is not None
    with command.make_context(name, arguments) as context:
        assert context.command is command


def test_there_are_examples_of_the_main_verbs() -> None:
    assert {line.split()[0] for line in example_lines()} >= {"init", "remember", "recall", "history", "serve"}


def test_the_client_configuration_is_json() -> None:
    (block,) = blocks("json")
    assert json.loads(block)["mcpServers"]["vault-mem"]["args"][:2] == ["git-vault-mem", "serve"]


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    vault_mem.initialise("~/memory")
    (block,) = blocks("python")
    exec(compile(block, "README.md", "exec"), {})
    assert "Deploys need the VPN." in capsys.readouterr().out


def test_the_transcript_is_what_quickstart_prints(tmp_path: Path) -> None:
    """Refresh with UPDATE_GOLDEN=1, then read the difference like code."""
    vault = tmp_path / "first-look"
    command = [sys.executable, "-m", "vault_mem", "quickstart", "--vault", str(vault)]
    done = subprocess.run(command, cwd=README_FILE.parent, check=True, capture_output=True, text=True, encoding="utf-8")
    told = done.stdout.replace(str(vault), "first-look").partition(" Next:")[0]
    printed = f"$ vault-mem quickstart --vault first-look\n{told}\n"
    is_told("quickstart", printed)


def test_the_story_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refresh with UPDATE_GOLDEN=1, then read the difference like code."""
    story.tell(tmp_path / "memory", monkeypatch)
    is_told("story", story.transcript(tmp_path / "memory"))


def is_told(name: str, printed: str) -> None:
    """Check that the README's block of that name says what was printed, but for what changes with every run."""
    block = re.compile(rf"(<!-- {name} -->\n```console\n)(.*?)(```\n<!-- /{name} -->)", re.DOTALL)
    if os.environ.get("UPDATE_GOLDEN"):
        readme = README_FILE.read_text(encoding="utf-8")
        README_FILE.write_text(block.sub(lambda found: found[1] + printed + found[3], readme), encoding="utf-8")
        return
    shown = block.search(README)
    assert shown is not None
    assert CHANGING.sub("*", shown[2]) == CHANGING.sub("*", printed), "review the change, then run with UPDATE_GOLDEN=1"
