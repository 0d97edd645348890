"""`vault-mem revert`: take back one act, or all that a session wrote."""

from __future__ import annotations

import click

from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.undone import show_undone


@vault_command("revert")
@click.argument("target", metavar="COMMIT|SESSION")
@click.option("--with-dependents", is_flag=True, help="Do it although notes build on it; archive the derived ones.")
@click.option("--yes", is_flag=True, help="Write it; else only what would be done is shown.")
@click.option("--reason", default="", help="Why, for the commit.")
def command(call: Call, target: str, *, with_dependents: bool, yes: bool, reason: str) -> None:
    """Take back one act, or all that a session wrote.

    A new commit with the inverse; later changes stay, and what cannot be taken back without them is named. Without
    --yes nothing is written.
    """
    with opened(call) as memory:
        answer = memory.revert(target, with_dependents=with_dependents, yes=yes, reason=reason)
    show_undone(call, answer)
