"""`vault-mem history`: a note's versions, changes, blame or past state; without a note, the vault's log and changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from vault_mem.cli import evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.notes import show_note
from vault_mem.cli.patches import show_difference
from vault_mem.memory.acts import Act, ChangedNote, Changes, VaultLog
from vault_mem.memory.answers import BlamedLine, History, Version
from vault_mem.memory.looking_back.stretches import MAX_PAGE
from vault_mem.memory.requests import VIEWS

_OF_THE_VAULT = ("authors", "sessions", "operations", "types", "path", "offset", "lines")


@vault_command("history")
@click.argument("note", required=False)
@click.option("--view", type=click.Choice(VIEWS), default=VIEWS[0], show_default=True, help="What to look at.")
@click.option("--at", metavar="WHEN", help="For as-of and blame, the moment; for log, where to start from.")
@click.option("--since", metavar="WHEN", help="For log, no older versions; for diff, the old side.")
@click.option("--until", metavar="WHEN", help="For log, no newer versions; for diff, the new side.")
@click.option("--limit", type=click.IntRange(1, MAX_PAGE), default=50, show_default=True, help="Entries at most.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Without a note: entries to skip.")
@click.option("--authors", multiple=True, help="Without a note: this person or agent. Repeatable.")
@parameters.words("--sessions", "Without a note: any of these sessions; so does --session.")
@parameters.words("--operations", "Without a note: any of these verbs, as revise,forget.")
@parameters.words("--types", "Without a note: acts on a note of any of these types.")
@click.option("--path", help="Without a note: acts on a folder, a note, or a glob.")
@click.option("--lines", is_flag=True, help="Without a note: one JSON object a line, for scripts.")
def command(call: Call, note: str | None, **options: Any) -> None:  # Any: as declared above
    """Show a note's versions, changes, blame or past state.

    Without a NOTE: the log of the whole vault, or with --view diff what became of its notes between two moments.
    There --since also takes a session's id, for what came after its last act.
    """
    if note is None:
        _show_vault(call, options)
        return
    for name in _OF_THE_VAULT:
        if options.pop(name):
            raise click.UsageError(f"--{name} is for the whole vault: leave NOTE out")
    with opened(call) as memory:
        answer = memory.history(note, **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show_vault(call: Call, options: dict[str, Any]) -> None:  # Any: as declared above
    view, as_lines = options.pop("view"), options.pop("lines")
    if view not in {"log", "diff"}:
        raise click.UsageError(f"--view {view} needs a NOTE")
    if options.pop("at") is not None:
        raise click.UsageError("--at needs a NOTE; for the vault, use --until")
    filters = {name: options.pop(name) for name in ("authors", "sessions", "operations", "types", "path")}
    filters["sessions"] += (call.session,) if call.session else ()  # nobody writes here: it can only mean this
    filters["authors"] += (call.agent,) if call.agent else ()
    if view == "diff" and any(filters.values()):
        raise click.UsageError("The filters are for --view log")
    with opened(call) as memory:
        answer = memory.log(**filters, **options) if view == "log" else memory.changes(**options)
    entries = answer.acts if isinstance(answer, VaultLog) else answer.notes
    if as_lines:
        for entry in entries:
            output.data(entry)
    elif call.as_json:
        output.data(answer)
    elif isinstance(answer, VaultLog):
        output.table(("commit", "when", "who", "act", "what", "why"), [_act_row(act) for act in answer.acts])
        if not answer.acts:
            output.message("no act matches")
        _show_more(answer.next_offset)
    else:
        _show_changes(answer)


def _act_row(act: Act) -> tuple[str, ...]:
    what = act.notes[0] if act.count == 1 else evidence.count(act.count, "note")
    why = act.reason.partition("\n")[0] or act.subject
    when = evidence.moments(act.time, act.arrived)
    return evidence.short(act.commit), when, act.agent or act.author, act.operation or "edit", what, why


def _show_changes(answer: Changes) -> None:
    since = evidence.short(answer.since) if answer.since else "the beginning"
    total = evidence.facts(*(f"{number:,} {kind}" for kind, number in answer.counts.items())) or "nothing changed"
    output.message(output.Styled(f"{since}..{evidence.short(answer.revision)}: {total}", "dim"))
    output.table(("", "note", "title", "who", "act"), [_changed_row(note) for note in answer.notes])
    _show_more(answer.next_offset)


def _changed_row(note: ChangedNote) -> tuple[str, ...]:
    return note.kind, evidence.move(note.old_path, note.path), note.title, note.agent or note.author or "", note.subject


def _show_more(next_offset: int | None) -> None:
    if next_offset is not None:
        output.message(output.Styled(f"more with --offset {next_offset}", "dim"))


def _show(answer: History) -> None:
    if answer.note:
        show_note(answer.note)
        return
    output.message(output.Styled(evidence.facts(answer.path, answer.title), "dim"))
    if answer.difference:
        show_difference(answer.difference)
    elif answer.view == "blame":
        show_blame(answer.blame)
    else:
        output.table(("commit", "when", "who", "act", "why"), [_row(version) for version in answer.versions])
        if not answer.versions:
            output.message("no version matches")


def _row(version: Version) -> tuple[str, ...]:
    why = version.reason.partition("\n")[0] or version.subject
    act = version.operation or ("delete" if version.blob is None else "edit")
    writer = version.agent or version.author
    when = evidence.moments(version.time, version.arrived)
    return evidence.short(version.commit), when, writer, act, why


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
    sure = f"confidence {line.confidence:g}" if line.confidence not in (None, 1) else None
    why = evidence.facts(line.agent or line.author, session, sure, line.reason.strip())
    return f"{evidence.short(line.commit)}: {why}"
