"""`vault-mem rollback`: return all notes to a state of the vault."""

from __future__ import annotations

import click

from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.undone import show_undone


@vault_command("rollback")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Write it; else only what would be done is shown.")
@click.option("--reason", default="", help="Why, for the commit.")
def command(call: Call, name: str, *, yes: bool, reason: str) -> None:
    """Return all notes to a state of the vault.

    NAME is a checkpoint, or any revision or time. A new commit is made: what came since stays in the history, and can
    be had again with revert. Files that are no notes stay as they are. Without --yes nothing is written.
    """
    with opened(call) as memory:
        answer = memory.rollback(name, yes=yes, reason=reason)
    show_undone(call, answer)
