"""`vault-mem related`: show a note's links and backlinks, or change them."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Related, Relation
from vault_mem.memory.requests import MAX_DEPTH


@vault_command("related")
@click.argument("note")
@click.option("--depth", type=click.IntRange(1, MAX_DEPTH), default=1, show_default=True, help="Hops.")
@parameters.relations("--add", "Add it first. Repeatable.")
@parameters.relations("--remove", "Remove it first. Repeatable.")
@click.option("--reason", default="", help="Why, for the commit.")
def command(call: Call, note: str, **options: Any) -> None:  # Any: as declared above
    """Show a note's links and backlinks, or change them.

    Relations are supersedes, derived_from, contradicts, depends_on, implements, references, part_of, about, answers.
    """
    with opened(call) as memory:
        answer = memory.related(note, **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Related) -> None:
    rows = [
        (_arrow(item), item.relation, item.path or "(broken)", item.title or item.target) for item in answer.relations
    ]
    output.table(("", "relation", "note", "title"), rows)
    if answer.commit:
        output.message(f"commit {evidence.short(answer.commit)}")
    found = evidence.count(len(rows), "relation")
    output.message(f"{found} of {answer.path} at {evidence.short(answer.revision)}")


def _arrow(relation: Relation) -> str:
    return ("->" if relation.direction == "out" else "<-") * relation.depth
