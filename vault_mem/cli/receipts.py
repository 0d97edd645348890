"""What a person sees of a write: what happened to which note, in which commit."""

from __future__ import annotations

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call
from vault_mem.memory.answers import Remembered, Written

_SHOWN = 20


def show_change(call: Call, written: Written) -> None:
    """Print the answer of a verb that writes one note."""
    if call.as_json:
        output.data(written)
    else:
        _show(written)


def show_remembered(call: Call, answer: Remembered) -> None:
    """Print the answer of `remember`: a line for each note, what deserves a look on stderr."""
    if call.as_json:
        output.data(answer)
        return
    for note in answer.notes[:_SHOWN]:
        _show(note)
    if len(answer.notes) > _SHOWN:
        output.line(f"… and {len(answer.notes) - _SHOWN:,} more")
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    output.message(f"commit {evidence.short(answer.commit)}" if answer.commit else "nothing had to change")


def _show(note: Written) -> None:
    output.line(
        output.Styled(f"{note.action} ", "bold"),
        output.Styled(note.path, "place"),
        evidence.DIVIDER + evidence.facts(note.title, note.id, f"version {evidence.short(note.version)}"),
    )
    for path in note.similar:
        output.message(output.Styled("similar: ", "warn"), path)
    for text in note.warnings:
        output.message(output.Styled("warning: ", "warn"), text)
