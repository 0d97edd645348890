from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Shell
from vault_mem import Memory, __version__
from vault_mem.cli.application import COMMANDS, application

GOLDEN = Path(__file__).parent / "golden" / "help.txt"
VERBS = [name for name, verb in vars(Memory).items() if inspect.isfunction(verb) and not name.startswith("_")]
NOT_VERBS = {"close"}
COMMAND_OF = {
    "evaluate": "eval",
    "log": "history",
    "changes": "history",
    "clear_recalls": "replay",
    "import_notes": "import",
}
ARGUMENT_OF = {"session": "session_id"}  # every command has the option --session, for who asks
HEAVY = ("rich", "numpy", "git", "fastmcp", "whoosh", "model2vec", "sqlite3", "vault_mem.memory", "vault_mem.index")
MODULES = Path(__file__).parents[2] / "vault_mem" / "cli"


def command(name: str) -> click.Command:
    found = application.get_command(click.Context(application), name)
    assert found is not None
    return found


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"]])
def test_nothing_heavy_is_imported_to_show_help(arguments: list[str]) -> None:
    code = (
        "import sys; from vault_mem.cli.boundary import run; run(sys.argv[2:]);"
        "sys.exit(','.join(set(sys.argv[1].split(',')) & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(HEAVY), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_has_a_module_and_every_module_a_command() -> None:
    modules = {path.stem for path in (MODULES / "commands").glob("*.py")} - {"__init__"}
    assert modules == set(COMMANDS)
    assert all(command(name).name == name for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_and_the_command_say_the_same(name: str) -> None:
    first = (command(name).help or "").split("\n")[0]
    assert first.startswith(COMMANDS[name].removesuffix("."))


@pytest.mark.parametrize("verb", sorted(set(VERBS) - NOT_VERBS))
def test_every_verb_is_a_command_with_the_same_parameters(verb: str) -> None:
    params = command(COMMAND_OF.get(verb, verb)).params
    arguments = {param.name for param in params if isinstance(param, click.Argument)}
    flags = {flag for param in params for flag in param.opts}
    parameters = [
        name for name in inspect.signature(getattr(Memory, verb)).parameters if name not in {"self", "progress"}
    ]
    for position, name in enumerate(parameters):
        is_positional = position == 0 and name in {"text", "query", "note", "task", "name", "session", "notes"}
        if is_positional or (verb == "revise" and name == "text"):
            assert ARGUMENT_OF.get(name, name) in arguments
        else:
            assert f"--{name.replace('_', '-')}" in flags


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    assert [param.name for param in command(name).params if isinstance(param, click.Option) and not param.help] == []


def test_help_texts_are_as_reviewed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    texts = [shell("--help").out, *(f"$ vault-mem {name} --help\n{shell(name, '--help').out}" for name in COMMANDS)]
    shown = "\n".join(texts)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == GOLDEN.read_text(encoding="utf-8"), "review the change, then run with UPDATE_GOLDEN=1"


def test_version(shell: Shell) -> None:
    assert shell("--version").out == f"vault-mem {__version__}\n"


def test_only_one_module_prints() -> None:
    printing = re.compile(r"\bprint\(|\becho\(|std(out|err)\.(buffer\.)?write\(")
    found = {path.name for path in MODULES.rglob("*.py") if printing.search(path.read_text(encoding="utf-8"))}
    assert found == {"output.py"}


@pytest.mark.parametrize(
    ("typed", "meant"), [("histroy", "history"), ("blame", "history --view blame"), ("undo", "revert")]
)
def test_a_command_that_there_is_not_names_the_one_that_was_meant(shell: Shell, typed: str, meant: str) -> None:
    outcome = shell(typed)
    assert outcome.code == 2
    assert f"Did you mean '{meant}'?" in outcome.err
    assert "Did you mean" not in shell("xyzzy").err
