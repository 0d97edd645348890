"""`vault-mem history`: a note's versions, changes, blame or past state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.notes import show_note
from vault_mem.memory.answers import BlamedLine, Difference, History, Version
from vault_mem.memory.requests import VIEWS

_PATCH_STYLES = {"+": "good", "-": "bad", "@": "place"}


@vault_command("history")
@click.argument("note")
@click.option("--view", type=click.Choice(VIEWS), default=VIEWS[0], show_default=True, help="What to look at.")
@click.option("--at", metavar="WHEN", help="For as-of and blame, the moment; for log, where to start from.")
@click.option("--since", metavar="WHEN", help="For log, no older versions; for diff, the old side.")
@click.option("--until", metavar="WHEN", help="For log, no newer versions; for diff, the new side.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Versions at most, for log.")
def command(call: Call, note: str, **options: Any) -> None:  # Any: as declared above
    """Show a note's versions, changes, blame or past state."""
    with opened(call) as memory:
        answer = memory.history(note, **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: History) -> None:
    if answer.note:
        show_note(answer.note)
        return
    output.message(output.Styled(evidence.facts(answer.path, answer.title), "dim"))
    if answer.difference:
        _show_difference(answer.difference)
    elif answer.view == "blame":
        show_blame(answer.blame)
    else:
        output.table(("commit", "when", "who", "act", "why"), [_row(version) for version in answer.versions])


def _row(version: Version) -> tuple[str, ...]:
    why = version.reason.partition("\n")[0] or version.subject
    act = version.operation or ("delete" if version.blob is None else "edit")
    writer = version.agent or version.author
    return evidence.short(version.commit), evidence.moment(version.time), writer, act, why


def _show_difference(difference: Difference) -> None:
    old = evidence.short(difference.old_commit) if difference.old_commit else "(new)"
    sides = f"{old}..{evidence.short(difference.new_commit)}"
    properties = f"properties {', '.join(difference.properties)}" if difference.properties else None
    sections = f"sections {', '.join(difference.sections)}" if difference.sections else None
    output.message(output.Styled(evidence.facts(sides, properties, sections), "dim"))
    for text in difference.patch.splitlines():
        style = "dim" if text.startswith(("--- ", "+++ ")) else _PATCH_STYLES.get(text[:1])
        output.line(output.Styled(text, style) if style else text)


def show_blame(lines: Sequence[BlamedLine]) -> None:
    """Print each line with its commit and writer, then why each of those commits was made."""
    writers = [line.agent or line.author or "" for line in lines]
    width = max(map(len, writers), default=0)
    for line, writer in zip(lines, writers, strict=True):
        day = f"{line.time.astimezone():%Y-%m-%d}" if line.time else " " * 10
        origin = f"{evidence.short(line.commit):<11} {day} {writer:<{width}} {line.line:>4}  "
        output.line(output.Styled(origin, "dim"), line.text)
    for text in dict.fromkeys(_why(line) for line in lines if line.commit):
        output.line(text)


def _why(line: BlamedLine) -> str:
    session = f"session {line.session}" if line.session else None
    return f"{evidence.short(line.commit)}: " + evidence.facts(line.agent or line.author, session, line.reason.strip())
