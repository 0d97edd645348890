"""`vault-mem read`: print a note, or a section of it."""

from __future__ import annotations

import click

from vault_mem.cli import output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.notes import show_note


@vault_command("read")
@click.argument("note")
@click.option("--at", metavar="WHEN", help="As it was: a ref, commit, date, time, or words like '3 weeks ago'.")
@click.option("--section", help="A heading (H1#H2 for a nested one) or lines (L10-L20).")
def command(call: Call, note: str, at: str | None, section: str | None) -> None:
    """Print a note, or a section of it.

    NOTE is an id, a unique id prefix, a key, a title, an alias, a path or a [[link]].
    """
    with opened(call) as memory:
        answer = memory.read(note, at=at, section=section)
    if call.as_json:
        output.data(answer)
    else:
        show_note(answer)
