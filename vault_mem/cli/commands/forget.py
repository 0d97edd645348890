"""`vault-mem forget`: archive a note."""

from __future__ import annotations

import click

from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.receipts import show_change


@vault_command("forget")
@click.argument("note")
@click.option("--reason", default="", help="Why, for the commit.")
@click.option("--version", metavar="VERSION", help="The version last seen; refused if the note has changed since.")
@click.option("--undo", is_flag=True, help="Bring it back; the same as restore.")
def command(call: Call, note: str, reason: str, version: str | None, undo: bool) -> None:
    """Archive a note; recall leaves it out.

    Links still lead to it, and restore brings it back.
    """
    if undo and version:
        raise click.UsageError("--version cannot be given with --undo")
    with opened(call) as memory:
        answer = memory.restore(note, reason=reason) if undo else memory.forget(note, reason=reason, version=version)
    show_change(call, answer)
