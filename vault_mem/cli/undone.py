"""What a person sees of `revert` and `rollback`: what becomes of which note, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call
from vault_mem.memory.answers import Clash, Dependent, Undone

SHOWN = 20


def show_undone(call: Call, answer: Undone) -> None:
    """Print the answer: notes on stdout, the rest on stderr."""
    if call.as_json:
        output.data(answer)
        return
    for note in answer.notes[:SHOWN]:
        place = evidence.move(note.old_path, note.path)
        title = evidence.DIVIDER + note.title
        action = f"would be {note.action} " if answer.is_dry else f"{note.action} "
        output.line(output.Styled(action, "bold"), output.Styled(place, "place"), title)
    if len(answer.notes) > SHOWN:
        output.line(f"… and {len(answer.notes) - SHOWN:,} more")
    _list([f"takes back {evidence.short(act.commit)}  {act.subject}" for act in answer.acts], "dim")
    _list([f"builds on it: {_dependent(one)}" for one in answer.dependents], "warn")
    _list([f"in the way: {_clash(clash)}" for clash in answer.clashes], "bad")
    output.message(_summary(answer))


def _list(rows: Sequence[str], style: str) -> None:
    for row in rows[:SHOWN]:
        output.message(output.Styled(row, style))
    if len(rows) > SHOWN:
        output.message(output.Styled(f"… and {len(rows) - SHOWN:,} more", style))


def _dependent(one: Dependent) -> str:
    broken = "will break" if one.is_broken else None
    return evidence.facts(one.path, f"{one.relation} {one.on}", broken)


def _clash(clash: Clash) -> str:
    act = f"by {evidence.short(clash.act.commit)}, {clash.act.subject}" if clash.act else None
    return evidence.facts(clash.path, clash.problem, act)


def _summary(answer: Undone) -> str:
    if answer.commit:
        return f"commit {evidence.short(answer.commit)}"
    if answer.obstacle:
        return f"would be refused: {answer.obstacle}"
    if not answer.notes or not answer.is_dry:
        return "nothing had to change"
    edits = "; uncommitted edits of these notes are committed first" if answer.dirty else ""
    return f"nothing is written yet; repeat with --yes{edits}"
