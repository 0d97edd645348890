"""What one run of the command was asked for beyond the verb: which vault, who writes, how to print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_mem.cli.progress import Progress

if TYPE_CHECKING:
    from vault_mem.memory.service import Memory


@dataclass(slots=True)
class Call:
    """One run; the shared options fill it while click parses, before or after the command's name.

    Attributes:
        vault: the folder named with `--vault`, None if none was.
        agent, session: who writes, None for the settings' own.
        as_json: whether data on stdout is JSON.
    """

    vault: Path | None = None
    agent: str | None = None
    session: str | None = None
    as_json: bool = False


def shared_options(*, with_json: bool = True) -> list[click.Parameter]:
    """Return new options that fill the run's `Call`."""
    options: list[click.Parameter] = [
        _shared(
            "--vault",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="The vault; else VAULT_MEM_VAULT, else the one the current folder is in, else your default.",
        ),
        _shared("--agent", metavar="NAME", help="Who writes; default VAULT_MEM_AGENT."),
        _shared("--session", metavar="ID", help="The writer's session; default VAULT_MEM_SESSION."),
    ]
    if with_json:
        options.append(_shared("--json", "as_json", is_flag=True, is_eager=True, help="Print JSON."))
    return options


def vault_command(name: str, *, with_json: bool = True) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function: it is passed the `Call` first, its docstring is the help.

    Args:
        name: what is typed.
        with_json: whether it has `--json`.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        command = click.command(name)(click.make_pass_decorator(Call)(function))
        command.params.extend(shared_options(with_json=with_json))
        return command

    return decorate


@contextmanager
def opened(call: Call, progress: Progress | None = None) -> Iterator[Memory]:
    """Open the vault that the run is about; a first index shows a progress bar.

    Print after leaving the block, so that neither a pager nor a closed pipe keeps the vault open.

    Args:
        call: the run.
        progress: bars that the command draws itself, instead of new ones.

    Raises:
        NotAVaultError: if no vault is named or found.
    """
    from vault_mem import open_memory

    with (
        progress or Progress() as bars,
        open_memory(call.vault, agent=call.agent, session=call.session, progress=bars) as memory,
    ):
        yield memory


def _shared(*declarations: str, **settings: Any) -> click.Option:  # Any: click's own keywords
    def keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
        if value and param.name:
            setattr(ctx.ensure_object(Call), param.name, value)

    return click.Option(declarations, expose_value=False, callback=keep, **settings)
