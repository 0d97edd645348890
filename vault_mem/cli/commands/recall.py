"""`vault-mem recall`: find what is known, now or at any revision."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Hit, Recalled
from vault_mem.memory.requests import DEFAULT_LIMIT, MAX_LIMIT, MODES

_EXCERPT_LINES = 4
_EXCERPT_WIDTH = 200


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
    for rank, hit in enumerate(answer.hits, start=first):
        _show_hit(rank, hit)
        if explain:
            for text in _scores(hit):
                output.line(output.Styled("   " + text, "dim"))
        output.line()
    for text in answer.explanation:
        output.line(text)
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    if answer.window is not None:
        output.message(output.Styled(f"time: {evidence.window(answer.window)}", "dim"))
    output.message(_summary(answer))


def _show_hit(rank: int, hit: Hit) -> None:
    score = f"  {hit.score:.2f}" if hit.relevance is not None else ""
    output.line(f"{rank}. ", output.Styled(hit.title, "bold"), output.Styled(score, "dim"))
    output.line("   ", output.Styled(evidence.place(hit.path, hit.lines), "place"), evidence.DIVIDER, _evidence(hit))
    for mark in _marks(hit):
        output.line("   ", output.Styled(mark, "warn"))
    for text in _excerpt(hit):
        output.line("   ", text)


def _evidence(hit: Hit) -> str:
    commit = evidence.short(None if hit.dirty else hit.commit)
    tags = " ".join(f"#{tag}" for tag in hit.tags)
    return evidence.facts(hit.type, evidence.age(hit.age_days), hit.agent or hit.author, commit, hit.namespace, tags)


def _marks(hit: Hit) -> list[str]:
    marks = [] if hit.status == "active" else [hit.status]
    if hit.superseded_by:
        marks = [f"superseded by {', '.join(hit.superseded_by)}"]
    if hit.staleness:
        marks.append(hit.staleness)
    if hit.similar:
        marks.append(f"also said in {', '.join(hit.similar)}")
    return marks


def _excerpt(hit: Hit) -> list[str]:
    lines = [line.rstrip() for line in hit.excerpt.splitlines() if line.strip()]
    if lines and lines[0].lstrip("# ") == hit.title:
        lines = lines[1:]
    shown = [
        line if len(line) <= _EXCERPT_WIDTH else line[: _EXCERPT_WIDTH - 1] + "…" for line in lines[:_EXCERPT_LINES]
    ]
    return [*shown, "…"] if len(lines) > _EXCERPT_LINES else shown


def _scores(hit: Hit) -> list[str]:
    parts = [f"{name} {value:.3f}" for name, value in hit.scores.items()]
    relevance = None if hit.relevance is None else f"relevance {hit.relevance:.2f}"
    table = [f"{part.name:<12}{part.value:>8.3f} x {part.weight:>6.2f} = {part.share:>7.3f}" for part in hit.features]
    return [evidence.facts(relevance, f"confidence {hit.confidence:g}", *parts), *table]


def _summary(answer: Recalled) -> str:
    revision = f"at {evidence.short(answer.revision)}" if answer.revision else "in a vault without a commit"
    state = f"{revision}{' with uncommitted changes' if answer.dirty else ''}"
    if not answer.hits:
        return f"nothing found {state}"
    more = f"; more with --offset {answer.next_offset}" if answer.next_offset else ""
    return f"{len(answer.hits)} of {evidence.count(answer.total, 'note')} {state}{more}"
