"""`vault-mem sync`: share the vault with its remote."""

from __future__ import annotations

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Synced

_SHOWN = 20


@vault_command("sync")
@click.option("--dry-run", is_flag=True, help="Only show what would come and go.")
def command(call: Call, *, dry_run: bool) -> None:
    """Share the vault: merge what the remote has, push.

    Hand edits are committed first. Notes are merged by property and by line; what both sides say otherwise becomes two
    notes that name each other, never a conflict marker. Without a network nothing is wrong: sync again later. Nobody is
    asked for a password; git must be able to reach the remote by itself.
    """
    with opened(call) as memory:
        answer = memory.sync(dry_run=dry_run)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Synced) -> None:
    for path in answer.came[:_SHOWN]:
        output.line(output.Styled("from the remote ", "bold"), output.Styled(path, "place"))
    if len(answer.came) > _SHOWN:
        output.line(f"… and {len(answer.came) - _SHOWN:,} more")
    for path in answer.disputed:
        output.message(output.Styled("disputed: ", "warn"), f"{path} says otherwise than the note it names")
    if answer.adopted:
        notes = evidence.count(len(answer.adopted), "note")
        output.message(f"hand edits of {notes} {'would be' if answer.is_dry else 'were'} committed")
    output.message(_summary(answer))


def _summary(answer: Synced) -> str:
    if answer.offline is not None:
        return f"{answer.offline}; sync again later"
    if not answer.came and not answer.went and not (answer.is_dry and answer.adopted):
        return f"{answer.remote} has what we have"
    would = "would be " if answer.is_dry else ""
    came = evidence.count(len(answer.came), "file")
    went = evidence.count(answer.went, "commit")
    return f"{came} {would}taken over from {answer.remote}, {went} {would}pushed"
