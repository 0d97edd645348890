"""`vault-mem recall`: find what is known, now or at any revision."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import evidence, hits, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Recalled
from vault_mem.memory.requests import DEFAULT_LIMIT, MAX_LIMIT, MODES
from vault_mem.recall.marking import asked_tokens


@vault_command("recall")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="Hits.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Hits to skip.")
@click.option("--at", metavar="WHEN", help="Known at: a ref, commit, date, time, or words like '3 weeks ago'.")
@click.option("--valid-at", metavar="TIME", help="Only what holds in the world at this time.")
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True, help="Words, meaning or both.")
@parameters.words("--types", "Any of these types.")
@parameters.words("--categories", "Any of these categories.")
@parameters.words("--tiers", "Any of these tiers.")
@parameters.words("--tags", "Any of these tags; a matches a/b.")
@parameters.words("--statuses", "Any of these; default active,disputed,hypothesis.")
@click.option("--authors", multiple=True, help="This person or agent. Repeatable.")
@click.option("--path", help="A folder, a note, or a glob.")
@click.option("--namespace", help="A project; empty is the global one.")
@click.option("--since", metavar="WHEN", help="Changed or created at or after this.")
@click.option("--until", metavar="WHEN", help="Changed or created before the end of this.")
@click.option("--max-tokens", type=click.IntRange(1), help="Cut the answer to this many tokens (characters / 4).")
@click.option("--explain", is_flag=True, help="Say how the ranking came about.")
@click.option("--passages", is_flag=True, help="Several passages of one note may be hits.")
@click.option("--min-relevance", type=click.FloatRange(0, 1), default=0.0, help="Leave out less sure hits, 0..1.")
@parameters.words("--without", "Parts of the ranking to switch off, as --explain names them.")
@click.option("--time-words/--no-time-words", default=True, help="Read times in QUERY, such as 'last week' (default).")
def command(call: Call, query: tuple[str, ...], **options: Any) -> None:  # Any: as declared above
    """Find what is known, now or at any revision.

    QUERY is words or a question; without one, the notes that the filters leave are listed, newest first.
    """
    with opened(call) as memory:
        answer = memory.recall(" ".join(query), **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer, first=options["offset"] + 1, explain=options["explain"])


def _show(answer: Recalled, *, first: int, explain: bool) -> None:
    asked = asked_tokens(answer.did_you_mean or answer.query)
    for rank, hit in enumerate(answer.hits, start=first):
        hits.show(rank, hit, asked)
        if explain:
            hits.show_scores(hit)
        output.line()
    for text in answer.explanation:
        output.line(text)
    if answer.did_you_mean is not None:
        output.message(output.Styled("did you mean: ", "warn"), answer.did_you_mean)
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    if answer.hits and not answer.is_relevant:
        output.message(output.Styled("note: ", "warn"), "Nothing here surely answers the question")
    if answer.window is not None:
        output.message(output.Styled(f"time: {evidence.window(answer.window)}", "dim"))
    output.message(_summary(answer))


def _summary(answer: Recalled) -> str:
    revision = f"at {evidence.short(answer.revision)}" if answer.revision else "in a vault without a commit"
    state = f"{revision}{' with uncommitted changes' if answer.dirty else ''}"
    if not answer.hits:
        return f"nothing found {state}"
    more = f"; more with --offset {answer.next_offset}" if answer.next_offset else ""
    return f"{len(answer.hits)} of {evidence.count(answer.total, 'note')} {state}{more}"
