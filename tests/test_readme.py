"""The README does not lie: every command and tool is named, every example parses, the Python one runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

import vault_mem
from vault_mem.cli.application import COMMANDS, application
from vault_mem.mcp.core import CoreTools

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


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
