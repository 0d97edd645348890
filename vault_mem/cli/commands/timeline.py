"""`vault-mem timeline`: how the answer to a question, or a note, changed over time."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import beliefs, evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress
from vault_mem.memory.acts import Act
from vault_mem.memory.answers import Difference, Timeline, Turn
from vault_mem.memory.looking_back.stretches import MAX_PAGE

MAX_LINES = 20


@vault_command("timeline")
@click.argument("query", nargs=-1)
@click.option("--note", help="The note whose versions to tell, instead of a question.")
@click.option("--since", metavar="WHEN", help="From a time on, or after a revision or a session.")
@click.option("--until", metavar="WHEN", help="As known at a revision or time; the last commit if not given.")
@click.option(
    "--limit", type=click.IntRange(1, MAX_PAGE), default=50, show_default=True, help="Turns at most, the newest."
)
@parameters.words("--types", "For a question: any of these types.")
@click.option("--path", help="For a question: a folder, a note, or a glob.")
@click.option("--namespace", help="For a question: a project; empty is the global one.")
@click.option(
    "--min-relevance",
    type=click.FloatRange(0, 1),
    help="For a question: less sure answers count as none; 0 takes every answer.",
)
def command(call: Call, query: tuple[str, ...], **options: Any) -> None:  # Any: as declared above
    """Tell how an answer or a note changed over time.

    Each turn is an act after which recall's first answer to QUERY was another one, or with --note a version of the
    note: when, who, what was known from then on and why, oldest first.
    """
    progress = Progress()
    with opened(call, progress) as memory:
        answer = memory.timeline(" ".join(query), progress=progress, **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Timeline) -> None:
    for turn in answer.turns:
        _show_head(turn, answer.since)
        if turn.difference is not None:
            _show_version(turn, turn.difference)
        else:
            _show_answer(turn)
        if turn.act is not None:
            beliefs.show_reason(turn.act)
    since = evidence.short(answer.since) if answer.since else "the beginning"
    asked = f"asked at {evidence.count(answer.recalls, 'revision')}" if answer.query is not None else None
    output.message(output.Styled(evidence.facts(asked, f"{since}..{evidence.short(answer.revision)}"), "dim"))
    for text in answer.notice:
        output.message(output.Styled(text, "warn"))


def _show_head(turn: Turn, since: str | None) -> None:
    if turn.act is None:
        output.line(output.Styled(f"until {evidence.short(since)}" if since else "at the beginning", "good"))
        return
    act = turn.act
    when = evidence.moments(act.time, act.arrived)
    output.line(output.Styled(when, "good"), f"  {act.agent or act.author}  ", output.Styled(act.subject, "bold"))
    if turn.among is not None:
        output.line(beliefs.INDENT, output.Styled(f"or one of the {turn.among - 1:,} commits before it", "warn"))


def _show_answer(turn: Turn) -> None:
    if turn.belief is None:
        output.line(beliefs.INDENT, output.Styled("nothing sure was known", "dim"))
        return
    place = evidence.place(turn.belief.path, turn.belief.lines)
    output.line(beliefs.INDENT, output.Styled(place, "place"), _origin(turn.act))
    output.line(beliefs.INDENT, beliefs.first_words(turn.belief))


def _show_version(turn: Turn, difference: Difference) -> None:
    place = evidence.move(turn.old_path, turn.path or "")
    output.line(beliefs.INDENT, output.Styled(place, "place"), _origin(turn.act))
    rows = turn.edits.splitlines()
    for row in rows[:MAX_LINES]:
        output.line(beliefs.INDENT, output.Styled(row, "good" if row.startswith("+") else "bad"))
    if len(rows) > MAX_LINES:
        output.line(beliefs.INDENT, output.Styled(f"… {evidence.count(len(rows) - MAX_LINES, 'more line')}", "dim"))
    if not rows and difference.properties:
        output.line(beliefs.INDENT, f"properties {', '.join(difference.properties)}")


def _origin(act: Act | None) -> str:
    if act is None:
        return ""
    session = f"session {act.session}" if act.session else None
    return evidence.DIVIDER + evidence.facts(evidence.short(act.commit), session)
