"""`vault-mem derivation`: what a note was made from."""

from __future__ import annotations

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Derivation, Origin


@vault_command("derivation")
@click.argument("note")
@click.option("--at", metavar="WHEN", help="Known at: a commit, branch, tag, date, time or words.")
def command(call: Call, note: str, at: str | None) -> None:
    """Show what a note was made from.

    The tree of derived_from and supersedes, down to the sources; "kept" is the share of an origin's content words that
    the note above it still carries.
    """
    with opened(call) as memory:
        answer = memory.derivation(note, at=at)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Derivation) -> None:
    output.line(output.Styled(answer.path, "place"), evidence.DIVIDER + evidence.facts(answer.title, answer.source))
    for origin in answer.origins:
        output.line(
            "  " * origin.depth, f"{origin.relation} ", output.Styled(origin.path or "(broken)", "place"), _rest(origin)
        )
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    kept = f"{answer.coverage:.0%} of the sources' words kept" if answer.coverage is not None else None
    found = evidence.count(len(answer.origins), "origin")
    output.message(evidence.facts(found, kept, f"at {evidence.short(answer.revision)}"))


def _rest(origin: Origin) -> str:
    status = origin.status if origin.status != "active" else None
    kept = f"{origin.coverage:.0%} kept" if origin.coverage is not None else None
    above = "see above" if origin.is_repeated else None
    return evidence.DIVIDER + evidence.facts(origin.title, status, origin.source, kept, above)
