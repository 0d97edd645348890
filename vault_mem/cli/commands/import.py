"""`vault-mem import`: write any number of notes."""  # noqa: N999 - commands are found by their names

from __future__ import annotations

import click

from vault_mem.cli import evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress
from vault_mem.memory.answers import Imported

_SHOWN = 20


@vault_command("import")
@click.argument("notes", metavar="FILE")
@click.option("--per-commit", type=click.IntRange(1, 100_000), default=1_000, show_default=True, help="Notes a commit.")
@click.option("--dry-run", is_flag=True, help="Only count what would be written.")
@click.option("--reason", default="", help="Why, for the commits.")
def command(call: Call, notes: str, per_commit: int, dry_run: bool, reason: str) -> None:
    """Write any number of notes, a thousand a commit.

    FILE has one JSON object a line with the fields of 'remember' (text, title, type, key, …); - is stdin. What the
    vault says already is left alone, so an import that was cut off goes on where it ended when it is run again.
    """
    with Progress() as progress, opened(call, progress) as memory:
        given = parameters.read_notes(notes, most=None)
        answer = memory.import_notes(given, per_commit=per_commit, dry_run=dry_run, reason=reason, progress=progress)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Imported) -> None:
    did = "would be " if answer.dry_run else ""
    output.line(
        f"{answer.created:,} {did}created, {answer.revised:,} {did}revised, {answer.unchanged:,} there already, "
        f"{answer.skipped:,} skipped"
    )
    for skipped in answer.reasons[:_SHOWN]:
        output.message(output.Styled(f"note {skipped.position:,} skipped: ", "warn"), skipped.message)
    if answer.skipped > _SHOWN:
        output.message(f"… and {answer.skipped - _SHOWN:,} more; --json names up to 1,000")
    if not answer.dry_run:
        output.message(evidence.count(answer.commits, "commit"))
