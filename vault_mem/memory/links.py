"""The links of a whole vault, resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vault_mem.index.view import IndexedNote
from vault_mem.memory.references import References
from vault_mem.notes.model import NotePath

DERIVED_FROM = "derived_from"
TEXT_LINK = "links"
"""The relation of a link that stands in a note's text."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A link of the vault: where it stands, under which relation, and where it leads (None if broken or ambiguous)."""

    source: NotePath
    relation: str
    target: str
    path: NotePath | None


def edges(notes: Iterable[IndexedNote], references: References) -> tuple[Edge, ...]:
    """Return every link between notes, each once a note, in the order of paths and of the text."""
    found: dict[Edge, None] = {}
    for note in notes:
        for link in note.links:
            if link.target and link.style != "block":
                path = references.link(link.target, source=note.path, style=link.style)
                if path != note.path:
                    found[Edge(note.path, link.relation or TEXT_LINK, link.target, path)] = None
    return tuple(found)
