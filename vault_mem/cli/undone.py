"""What a person sees of `revert` and `rollback`: what becomes of which note, and what stands in the way."""

from __future__ import annotations

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call
from vault_mem.memory.answers import Clash, Dependent, Undone

SHOWN = 50


def show_undone(call: Call, answer: Undone) -> None:
    """Print the answer: notes on stdout, the rest on stderr."""
    if call.as_json:
        output.data(answer)
        return
    for note in answer.notes[:SHOWN]:
        place = f"{note.old_path} -> {note.path}" if note.old_path else note.path
        title = evidence.DIVIDER + note.title
        output.line(output.Styled(f"{note.action} ", "bold"), output.Styled(place, "place"), title)
    if len(answer.notes) > SHOWN:
        output.line(f"… and {len(answer.notes) - SHOWN:,} more")
    for act in answer.acts:
        output.message(output.Styled(f"takes back {evidence.short(act.commit)}  ", "dim"), act.subject)
    for dependent in answer.dependents:
        output.message(output.Styled("builds on it: ", "warn"), _dependent(dependent))
    for clash in answer.clashes:
        output.message(output.Styled("in the way: ", "bad"), _clash(clash))
    output.message(_summary(answer))


def _dependent(one: Dependent) -> str:
    broken = "will break" if one.is_broken else None
    return evidence.facts(one.path, f"{one.relation} {one.on}", broken)


def _clash(clash: Clash) -> str:
    act = f"by {evidence.short(clash.act.commit)}, {clash.act.subject}" if clash.act else None
    return evidence.facts(clash.path, clash.problem, act)


def _summary(answer: Undone) -> str:
    if answer.commit:
        return f"commit {evidence.short(answer.commit)}"
    if not answer.notes:
        return "nothing had to change" if not answer.clashes else "nothing can be taken back"
    if not answer.is_dry:
        return "nothing had to change"
    edits = "; uncommitted edits of these notes are committed first" if answer.dirty else ""
    return f"nothing is written yet; repeat with --yes{edits}"
