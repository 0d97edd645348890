"""`related`: links and backlinks, typed relations added and removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from vault_mem.errors import InvalidNoteError, InvalidQueryError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Related, Relation
from vault_mem.memory.editing import with_id, with_properties
from vault_mem.memory.forgetting import reinstated
from vault_mem.memory.links import Edge
from vault_mem.memory.moment import Moment
from vault_mem.memory.requests import MAX_DEPTH
from vault_mem.memory.session import Acting
from vault_mem.memory.writing import Draft, Plan, retirement, unchanged, write
from vault_mem.notes.model import NotePath

MAX_RELATIONS = 500


def related(
    acting: Acting,
    reference: str,
    *,
    depth: int,
    add: Mapping[str, Sequence[str]],
    remove: Mapping[str, Sequence[str]],
) -> Related:
    """Return links and backlinks after changing relations where asked; see `Memory.related`."""
    if not 1 <= depth <= MAX_DEPTH:
        raise InvalidQueryError(f"depth is {depth}", f"Give 1 to {MAX_DEPTH}")
    commit = None
    if add or remove:
        done = write(acting, lambda moment: _compose(acting, moment, reference, add, remove))
        commit, reference = done.commit, done.plan.drafts[0].path
    moment = acting.session.present()
    note = moment.find(reference)
    return Related(
        revision=moment.commit,
        path=note.path,
        title=note.title,
        relations=_traverse(moment, note.path, depth),
        commit=commit,
        version=note.blob,
    )


def _traverse(moment: Moment, start: NotePath, depth: int) -> tuple[Relation, ...]:
    """Walk links in both directions, breadth first, each note entered once."""
    outgoing: dict[NotePath, list[Edge]] = defaultdict(list)
    incoming: dict[NotePath, list[Edge]] = defaultdict(list)
    for edge in moment.edges:
        outgoing[edge.source].append(edge)
        if edge.path is not None:
            incoming[edge.path].append(edge)
    found: list[Relation] = []
    seen, frontier = {start}, [start]
    for hop in range(1, depth + 1):
        reached: list[NotePath] = []
        for path in frontier:
            steps = [(edge, "out", edge.path) for edge in outgoing[path]]
            steps += [(edge, "in", edge.source) for edge in incoming[path]]
            for edge, direction, end in steps:
                if end is not None and end in seen and hop > 1:
                    continue
                title = moment.note(end).title if end is not None else edge.target
                found.append(Relation(edge.relation, direction, end, title, edge.target, hop, path))
                if end is not None and end not in seen:
                    seen.add(end)
                    reached.append(end)
        frontier = reached
    return tuple(found[:MAX_RELATIONS])


def _compose(
    acting: Acting,
    moment: Moment,
    reference: str,
    add: Mapping[str, Sequence[str]],
    remove: Mapping[str, Sequence[str]],
) -> Plan:
    session, now = acting.session, acting.session.now()
    note = moment.find(reference)
    content = session.content(moment, note.blob)
    changes = {
        relation: _links(moment, note, relation, add.get(relation, ()), remove.get(relation, ())) or None
        for relation in dict.fromkeys([*add, *remove])
    }
    new = with_properties(note.path, content, changes, now=now)
    if new == content:
        return Plan("link", (unchanged(note, content),))
    new, identity = with_id(note, new, now=now)
    linked = Draft(note.path, new, "linked", note.title, identity)
    retirements = [retirement(acting, moment, moment.find(old)) for old in add.get("supersedes", ())]
    returns = [_reinstated(acting, moment, note, old) for old in remove.get("supersedes", ())]
    return Plan("link", (linked, *filter(None, [*retirements, *returns])))


def _reinstated(acting: Acting, moment: Moment, successor: IndexedNote, reference: str) -> Draft | None:
    """Return the draft of a note that nothing supersedes any more, None if another note still does."""
    path = moment.references.link(reference) or moment.find(reference).path
    old = moment.note(path)
    others = [other for other in moment.successors.get(path, ()) if other != successor.path]
    if old.metadata.status != "superseded" or others:
        return None
    content = reinstated(acting.session, moment, old)
    return Draft(path, content, "restored", old.title, old.metadata.id, answered=False)


def _links(moment: Moment, note: IndexedNote, relation: str, add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """Return the links a relation shall hold, as they are written in frontmatter.

    Raises:
        InvalidNoteError: if a note would name itself, or a link to be removed is not there.
    """
    targets = list(note.metadata.relations.get(relation, ()))
    for reference in remove:
        path = moment.find(reference).path if reference not in targets else None
        kept = [t for t in targets if t != reference and (path is None or moment.references.link(t) != path)]
        if len(kept) == len(targets):
            raise InvalidNoteError(f"{note.path} has no {relation} link to {reference!r}", "See related for its links")
        targets = kept
    for reference in add:
        path = moment.find(reference).path
        if path == note.path:
            raise InvalidNoteError(f"{relation}: a note cannot name itself", "Name another note")
        if all(moment.references.link(target) != path for target in targets):
            targets.append(moment.references.names.shortest(path))
    return [f"[[{target}]]" for target in targets]
