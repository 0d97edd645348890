"""How recall's first answer at a revision reads, and the act that changed it."""

from __future__ import annotations

from vault_mem.cli import evidence, output
from vault_mem.memory.acts import Act
from vault_mem.memory.answers import Belief

WIDTH = 160
INDENT = "   "


def show(label: str, belief: Belief | None) -> None:
    """Print an answer: what it is called, where it stands, and its first words."""
    if belief is None:
        output.line(output.Styled(f"{label}: ", "dim"), "nothing")
        return
    output.line(output.Styled(f"{label}: ", "dim"), output.Styled(belief.title, "bold"))
    place = evidence.place(belief.path, belief.lines)
    writer = belief.agent or belief.author
    output.line(
        INDENT, output.Styled(place, "place"), evidence.DIVIDER + evidence.facts(writer, evidence.short(belief.commit))
    )
    output.line(INDENT, first_words(belief))


def show_act(act: Act) -> None:
    """Print an act: its commit and subject, who wrote it and when, and why."""
    output.line(output.Styled(evidence.short(act.commit), "good"), f"  {act.subject}")
    session = f"session {act.session}" if act.session else None
    output.line(INDENT, evidence.facts(evidence.moment(act.time), act.agent or act.author, session))
    show_reason(act)


def show_reason(act: Act) -> None:
    """Print why an act was done, on one line, if it says."""
    if act.reason.strip():
        output.line(INDENT, f"because: {' '.join(act.reason.split())}")


def first_words(belief: Belief) -> str:
    """Return the beginning of an answer's text on one line, its headings left out."""
    rows = [row.strip() for row in belief.excerpt.split("\n") if row.strip() and not row.startswith("#")]
    text = " ".join(rows) or " ".join(belief.excerpt.split())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1].rstrip()}…"
