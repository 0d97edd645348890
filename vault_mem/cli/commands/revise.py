"""`vault-mem revise`: give a note new text or properties."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.receipts import show_change


@vault_command("revise")
@click.argument("note")
@click.argument("text", required=False)
@parameters.properties("--set", "A property: JSON where it parses, else text; KEY= removes it. Repeatable.")
@click.option("--reason", default="", help="Why, for the commit.")
@click.option("--supersedes", metavar="NOTE", multiple=True, help="A note that this one replaces. Repeatable.")
@click.option("--version", metavar="VERSION", help="The version last seen; refused if the note has changed since.")
def command(call: Call, note: str, text: str | None, **options: Any) -> None:  # Any: as declared above
    """Give a note new text or properties; the old version stays in its history.

    TEXT is the whole new text without frontmatter; - reads it from stdin.
    """
    if text is None and not options["set"] and not options["supersedes"]:
        raise click.UsageError("Give TEXT (- for stdin), --set or --supersedes")
    body = parameters.read_text(text)
    with opened(call) as memory:
        answer = memory.revise(note, body, **options)
    show_change(call, answer)
