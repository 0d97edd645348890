"""The edge of the program: the one place where an error becomes a message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from vault_mem.cli import output
from vault_mem.cli.application import application
from vault_mem.cli.invocation import Call
from vault_mem.config import prepare_environment
from vault_mem.errors import VaultMemError

DONE, REFUSED, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


def main() -> None:
    """Run the command line and exit with its code."""
    prepare_environment()
    output.prepare_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: what was typed after the program's name; nothing in it is expanded, on Windows neither.

    Returns:
        0 done, 1 refused, 2 wrong usage, 3 a bug (its traceback is in a file), 130 interrupted.
    """
    call = Call()
    try:
        code = application.main(list(arguments), prog_name="vault-mem", standalone_mode=False, obj=call)
    except VaultMemError as error:
        output.refusal(error.code, error.message, error.hint, as_json=call.as_json)
        return REFUSED
    except click.ClickException as error:
        output.usage(error)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        output.message("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary: a traceback is kept in a file, not thrown at a person
        return _bug(error, as_json=call.as_json)
    return code if isinstance(code, int) else DONE


def _bug(error: Exception, *, as_json: bool) -> int:
    from vault_mem.cli import crash  # the report needs platform and traceback, which no other run should pay for

    summary = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    output.refusal("bug", f"This is a bug in vault-mem: {summary}", crash.record(error), as_json=as_json)
    return BUG
