"""`vault-mem remember`: write a memory, or many in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from vault_mem.cli import parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import PATIENCE, Progress
from vault_mem.cli.receipts import show_remembered

_MANY = 200  # from here on the bar is drawn at once: the write itself reports no steps


@vault_command("remember")
@click.argument("text", required=False)
@click.option("--title", help="Else the text's first heading, else its first words.")
@click.option("--type", help="fact, decision, preference, gotcha, procedure, task, …; note if not given.")
@click.option("--category", help="Part of the note's identity; default the type.")
@click.option("--key", help="Slug by which the same fact is updated again.")
@click.option("--namespace", help="A project; none is the global one.")
@parameters.words("--tags", "Without #.")
@click.option("--importance", type=click.FloatRange(0, 1), help="Default 0.5.")
@click.option("--confidence", type=click.FloatRange(0, 1), help="Default 1.")
@click.option("--valid-from", metavar="TIME", help="When the fact begins to hold.")
@click.option("--expires", metavar="TIME", help="When the memory is no longer wanted.")
@parameters.relations("--links", "supersedes=NOTE retires that note in the same commit. Repeatable.")
@click.option("--source", help="A URL, a file, a session.")
@click.option("--notes", metavar="FILE", help="Many notes in one commit: JSON lines with these fields; - is stdin.")
@click.option("--reason", default="", help="Why, for the commit.")
def command(call: Call, text: str | None, notes: str | None, **options: Any) -> None:  # Any: as declared above
    """Write a memory, or many in one commit.

    TEXT is Markdown; - or nothing reads it from stdin. The same key with other text revises the note in place.
    """
    batch = _batch(text, notes, options) if notes else None
    body = None if notes else _body(text)
    progress = Progress(patience=0 if batch and len(batch) >= _MANY else PATIENCE)
    with opened(call, progress) as memory:
        progress("writing notes", 0, 0)
        answer = memory.remember(body, notes=batch, **options)
    show_remembered(call, answer)


def _body(text: str | None) -> str | None:
    if text is None and not parameters.has_piped_text():
        raise click.UsageError("Give TEXT, pipe it in, or name a file with --notes")
    body = parameters.read_text(parameters.STDIN if text is None else text)
    if not body or not body.strip():
        raise click.UsageError("There is no text to remember")
    return body


def _batch(text: str | None, name: str, options: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = [f"--{key.replace('_', '-')}" for key, value in options.items() if value and key != "reason"]
    if text is not None or given:
        raise click.UsageError(f"With --notes, {'TEXT' if text is not None else given[0]} belongs into each line")
    batch: list[Mapping[str, Any]] = []
    with Progress() as progress:
        for note in parameters.read_notes(name):
            batch.append(note)
            progress("reading notes", len(batch), 0)
    return batch
