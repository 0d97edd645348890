"""`vault-mem replay`: a session's recalls asked again, each at the revision it saw."""

from __future__ import annotations

from collections.abc import Iterator

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import AnsweredNote, Json, RecordedSession, Replay, ReplayedRecall

_QUERY_WIDTH = 100


@vault_command("replay")
@click.argument("session_id", metavar="[SESSION]", required=False)
@click.option("--limit", type=click.IntRange(1), help="Recalls, or sessions, at most; default all.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Recalls, or sessions, to skip.")
@click.option("--clear", is_flag=True, help="Delete what is recorded of SESSION; without one, with --yes, everything.")
@click.option("--yes", is_flag=True, help="With --clear: of all sessions.")
def command(call: Call, session_id: str | None, *, limit: int | None, offset: int, clear: bool, yes: bool) -> None:
    """Ask a session's recalls again, at the revision each one saw.

    Without SESSION, list the sessions that have some. Exit code 0 if all recalls have the same ids in the same order, 1
    if any differs; what changed since is named.

    Recalls are recorded in your state folder, never in the vault: of agents over MCP, and where --session or
    VAULT_MEM_SESSION is set. recall_log = false in config.toml or VAULT_MEM_RECALL_LOG=0 switches that off.
    """
    name = session_id or call.session
    if clear and name is None and not yes:
        raise click.UsageError("--clear without SESSION deletes what is recorded of every session: add --yes")
    with opened(call) as memory:
        answer = memory.clear_recalls(name) if clear else memory.replay(name, limit=limit, offset=offset)
    if call.as_json:
        output.data(answer)
    elif isinstance(answer, Replay):
        _show(answer)
    else:
        output.message(f"deleted {evidence.count(answer.recalls, 'recall')}")
    if isinstance(answer, Replay) and answer.differing:
        raise click.exceptions.Exit(1)


def _show(answer: Replay) -> None:
    output.table(("session", "agent", "recalls", "first", "last"), [_row(session) for session in answer.sessions])
    for recall in answer.recalls:
        _show_recall(recall)
    if answer.skipped:
        output.message(output.Styled("note: ", "warn"), f"{evidence.count(answer.skipped, 'line')} could not be read")
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    output.message(_summary(answer))
    if answer.next_offset is not None:
        output.message(output.Styled(f"more with --offset {answer.next_offset}", "dim"))


def _summary(answer: Replay) -> str:
    if answer.session is None:
        return f"{evidence.count(answer.total, 'session')} with recalls"
    verdict = f": {answer.same} the same, {answer.differing} different" if answer.recalls else ""
    return f"{evidence.count(answer.total, 'recall')} of session {answer.session}{verdict}"


def _row(session: RecordedSession) -> tuple[str, ...]:
    times = evidence.moment(session.first), evidence.moment(session.last)
    return session.session, session.agent or "", f"{session.recalls:,}", *times


def _show_recall(recall: ReplayedRecall) -> None:
    verdict = output.Styled("same   ", "good") if recall.is_same else output.Styled("differs", "bad")
    at = f"at {evidence.short(recall.revision)}{' with uncommitted changes' if recall.dirty else ''}"
    facts = evidence.facts(evidence.moment(recall.time), at, evidence.count(len(recall.before), "hit"))
    output.line(verdict, f"  {_question(recall)}", output.Styled(f"  {facts}", "dim"))
    for cause in recall.causes:
        output.line("         ", output.Styled(f"{cause.code}: ", "warn"), cause.message)
    if not recall.is_same:
        for change, place, note in _changes(recall.before, recall.now):
            output.line(f"         {change:<5} {place:>8}  ", output.Styled(note, "place"))


def _question(recall: ReplayedRecall) -> str:
    """Return what was asked on one line: the query in quotes, and every other parameter with its value."""
    query = str(recall.question.get("query", ""))
    shown = f'"{query if len(query) <= _QUERY_WIDTH else query[: _QUERY_WIDTH - 1] + "…"}"'
    return " ".join([shown, *(f"{name}={_value(value)}" for name, value in recall.question.items() if name != "query")])


def _value(value: Json) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _changes(before: tuple[AnsweredNote, ...], now: tuple[AnsweredNote, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield what became of each hit (gone, moved, new), its places before and now, and the note."""
    then = {note.id or note.path: place for place, note in enumerate(before, start=1)}
    places = {note.id or note.path: place for place, note in enumerate(now, start=1)}
    for key, place in then.items():
        note = before[place - 1]
        if key not in places:
            yield "gone", f"{place} -> -", note.path
        elif places[key] != place:
            yield "moved", f"{place} -> {places[key]}", note.path
    for key, place in places.items():
        if key not in then:
            yield "new", f"- -> {place}", now[place - 1].path
