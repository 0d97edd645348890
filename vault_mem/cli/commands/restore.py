"""`vault-mem restore`: undo forget."""

from __future__ import annotations

import click

from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.receipts import show_change


@vault_command("restore")
@click.argument("note")
@click.option("--reason", default="", help="Why, for the commit.")
def command(call: Call, note: str, reason: str) -> None:
    """Undo forget: the note has the status again that it had before."""
    with opened(call) as memory:
        answer = memory.restore(note, reason=reason)
    show_change(call, answer)
