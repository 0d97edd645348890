"""`vault-mem eval --self`: how well recall does on this vault, judged by the vault."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress
from vault_mem.memory.evaluating.evaluation import Alternative, Evaluation, Missed
from vault_mem.memory.evaluating.judging import DEFAULT_QUESTIONS, MAX_QUESTIONS

_STYLES = {"better": "good", "worse": "dim", "unclear": "dim"}


@vault_command("eval")
@click.option("--self", "by_itself", is_flag=True, required=True, help="Judge by the vault's own notes.")
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_QUESTIONS),
    default=DEFAULT_QUESTIONS,
    show_default=True,
    help="Questions of each kind.",
)
@click.option("--at", metavar="WHEN", help="Known at: a ref, commit, date, time, or words like '3 weeks ago'.")
@click.option("--missed", is_flag=True, help="Show questions that were not answered.")
def command(call: Call, by_itself: bool, limit: int, at: str | None, missed: bool) -> None:  # noqa: ARG001 - says which
    """Judge recall by the vault's own notes, and say whether other weights would do better; writes nothing to it.

    The questions are the vault's own: the words of replaced notes (right: what replaces them), what is said around a
    link (right: the note it leads to; its name is left out, and the note with the link does not count), notes that
    others answer, and headings that ask.
    """
    progress = Progress()
    with opened(call, progress) as memory:
        answer = memory.evaluate(limit=limit, at=at, progress=progress)
    if call.as_json:
        output.data(answer)
        return
    _show(answer)
    if missed:
        _show_missed(answer.missed)


def _show(answer: Evaluation) -> None:
    kinds = [*answer.kinds, answer.overall] if len(answer.kinds) > 1 else answer.kinds
    if kinds:
        output.line(output.Styled(f"{'questions':<24}{'n':>6}{'R@5':>8}{'R@10':>8}{'MRR@10':>8}", "bold"))
    for one in kinds:
        output.line(f"{one.kind:<24}{one.n:>6,}{_figures(one.r5, one.r10, one.mrr10)}")
    stale = answer.stale
    if stale.n:
        asked = f"{evidence.count(stale.n, 'question')} in the words of replaced notes"
        found = f"{stale.shown} shown unasked, {stale.above} above what replaces them"
        output.line(f"stale hits: {100 * stale.rate:.1f} % of {asked} ({found})")
    if answer.alternatives:
        output.line()
        _show_alternatives(answer.alternatives)
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    where = f"at {evidence.short(answer.revision)}" if answer.revision else "in a vault without a commit"
    output.message(f"{evidence.count(answer.notes, 'note')} {where}, judged in {answer.seconds:.0f} s")


def _show_alternatives(alternatives: Sequence[Alternative]) -> None:
    """Show what other rankings make of the same questions, with the bounds of the change of MRR@10."""
    head = f"{'ranked otherwise':<30}{'R@5':>8}{'R@10':>8}{'MRR@10':>8}{'change':>8}"
    output.line(output.Styled(head, "bold"))
    for one in alternatives:
        bounds = f"  {100 * one.low:+.1f} to {100 * one.high:+.1f}"
        verdict = "" if one.verdict == "unclear" else f"  {one.verdict}"
        figures = f"{_figures(one.r5, one.r10, one.mrr10)}{100 * one.change:>+8.1f}{bounds:<16}"
        output.line(f"{one.name:<30}{figures}".rstrip(), output.Styled(verdict, _STYLES[one.verdict]))
    better = [one.name for one in alternatives if one.verdict == "better"]
    output.line(f"clearly better: {', '.join(better)}" if better else "none of these is clearly better")


def _show_missed(missed: Sequence[Missed]) -> None:
    for one in missed:
        output.line()
        output.line(f"{one.kind}: ", output.Styled(one.question, "bold"))
        output.line(
            "   asked by ",
            output.Styled(one.source, "place"),
            ", answered by ",
            output.Styled(", ".join(one.expected), "place"),
        )


def _figures(*shares: float) -> str:
    return "".join(f"{100 * share:>8.1f}" for share in shares)
