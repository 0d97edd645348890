"""How the difference between two versions of a note reads."""

from __future__ import annotations

from vault_mem.cli import evidence, output
from vault_mem.memory.answers import Difference

_STYLES = {"+": "good", "-": "bad", "@": "place"}


def show_difference(difference: Difference) -> None:
    """Print a patch on stdout; what it is between, and the properties and sections it is about, on stderr."""
    old = evidence.short(difference.old_commit) if difference.old_commit else "(new)"
    sides = f"{old}..{evidence.short(difference.new_commit)}"
    properties = f"properties {', '.join(difference.properties)}" if difference.properties else None
    names = (name or "(top)" for name in difference.sections)
    sections = f"sections {', '.join(names)}" if difference.sections else None
    output.message(output.Styled(evidence.facts(sides, properties, sections), "dim"))
    for text in difference.patch.splitlines():
        style = "dim" if text.startswith(("--- ", "+++ ")) else _STYLES.get(text[:1])
        output.line(output.Styled(text, style) if style else text)
