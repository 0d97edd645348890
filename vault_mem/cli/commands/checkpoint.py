"""`vault-mem checkpoint`: names for states of the vault."""

from __future__ import annotations

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Checkpoint, Checkpoints


@vault_command("checkpoint")
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the names; so does no NAME.")
@click.option("--reason", default="", help="Why, kept in the tag.")
def command(call: Call, name: str | None, *, listing: bool, reason: str) -> None:
    """Name the present state, or list the names.

    A name is an annotated tag; it works wherever --at is taken.
    """
    if listing and name is not None:
        raise click.UsageError("Give a NAME or --list, not both.")
    with opened(call) as memory:
        answer = memory.checkpoint(name, reason=reason)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Checkpoints) -> None:
    output.table(("name", "commit", "when", "who", "why"), [_row(checkpoint) for checkpoint in answer.checkpoints])
    if answer.made and answer.dirty:
        output.message(output.Styled("note: ", "warn"), "edits that are not committed are not in it")
    if not answer.made:
        output.message(evidence.count(len(answer.checkpoints), "checkpoint"))


def _row(checkpoint: Checkpoint) -> tuple[str, ...]:
    writer, why = checkpoint.agent or checkpoint.author, checkpoint.reason.partition("\n")[0]
    return checkpoint.name, evidence.short(checkpoint.commit), evidence.moment(checkpoint.time), writer, why
