"""What a person sees of a note: its text on stdout, its evidence on stderr."""

from __future__ import annotations

from vault_mem.cli import evidence, output
from vault_mem.memory.answers import NoteAnswer


def show_note(note: NoteAnswer) -> None:
    """Print a note's text, so that it can be piped, and where it comes from beside it."""
    writer = note.agent or note.author
    facts = evidence.facts(
        evidence.place(note.path, note.lines),
        note.type,
        None if note.status == "active" else note.status,
        evidence.moment(note.changed),
        writer,
        evidence.short(None if note.dirty else note.commit),
        f"version {evidence.short(note.version)}",
    )
    output.message(output.Styled(facts, "dim"))
    for path in note.superseded_by:
        output.message(output.Styled("superseded by ", "warn"), path)
    for problem in note.problems:
        output.message(output.Styled("warning: ", "warn"), problem)
    output.block(note.text)
