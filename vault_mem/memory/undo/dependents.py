"""Notes that have come to build on others since a revision."""

from __future__ import annotations

from collections.abc import Collection

from vault_mem.memory.answers import Dependent
from vault_mem.memory.links import DERIVED_FROM, TEXT_LINK, Edge
from vault_mem.memory.moment import Moment
from vault_mem.notes.model import NotePath


def dependents(
    moment: Moment, before: Moment | None, changed: Collection[NotePath], vanishing: Collection[NotePath]
) -> tuple[Dependent, ...]:
    """Return the notes with a link to some notes that they did not have at an earlier moment, by path.

    Args:
        moment: the present.
        before: the earlier moment, None for before the first commit.
        changed: the notes that are built on.
        vanishing: those of them that will be gone.
    """
    known = {_mark(before, edge) for edge in before.edges} if before else set()
    found = (
        Dependent(edge.source, edge.relation, edge.path, edge.path in vanishing)
        for edge in moment.edges
        if edge.path in changed and edge.path is not None and edge.source not in changed
        if _mark(moment, edge) not in known
    )
    return tuple(sorted(found, key=lambda one: (one.path, one.relation, one.on)))


def is_in_the_way(dependent: Dependent) -> bool:
    """Whether a note must be looked at before what it builds on goes: a typed relation, or a link that will break."""
    return dependent.is_broken or dependent.relation != TEXT_LINK


def derived(moment: Moment, sources: Collection[NotePath]) -> tuple[NotePath, ...]:
    """Return the notes that are derived from some notes, directly or over others, in the order of paths."""
    found: set[NotePath] = set()
    waiting = set(sources)
    while waiting:
        further = {
            edge.source
            for edge in moment.edges
            if edge.relation == DERIVED_FROM and edge.path in waiting and edge.source not in found
        }
        waiting = further - set(sources)
        found |= waiting
    return tuple(sorted(found))


def _mark(moment: Moment, edge: Edge) -> tuple[str, str, str]:
    """Return what an edge is called at every moment: who has it (by id, else by path), which, and what it names."""
    source = moment.note(edge.source)
    return source.metadata.id or source.path, edge.relation, edge.target
