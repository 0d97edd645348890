"""`related`: links and backlinks, typed relations added and removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from vault_mem.errors import InvalidNoteError, InvalidQueryError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Related, Relation
from vault_mem.memory.editing import with_links
from vault_mem.memory.forgetting import reinstated
from vault_mem.memory.intake import check_relation
from vault_mem.memory.links import Edge
from vault_mem.memory.moment import Moment
from vault_mem.memory.requests import MAX_DEPTH
from vault_mem.memory.session import Acting
from vault_mem.memory.writing import Draft, Plan, identified, retirement, unchanged, write
from vault_mem.notes.document import parse
from vault_mem.notes.model import Document, NotePath
from vault_mem.notes.wikilinks import target_of, whole_link

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
    session = acting.session
    note = moment.find(reference)
    content = session.content(moment, note.blob)
    document, new = parse(content), content
    for relation in dict.fromkeys([*add, *remove]):
        drop = _dropped(moment, note, document, relation, remove.get(relation, ()))
        links = _added(moment, note, document, relation, add.get(relation, ()))
        new = with_links(note.path, new, relation, add=links, drop=drop)
    if new == content:
        return Plan("link", (unchanged(note, content),))
    new, identity = identified(session, moment, note, new)
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


def _added(
    moment: Moment, note: IndexedNote, document: Document, relation: str, references: Sequence[str]
) -> list[str]:
    """Return the links to add, as they will be written; those that are there under any spelling are left out.

    Raises:
        InvalidNoteError: if a note would name itself, or the key is no relation.
    """
    check_relation(relation)
    known = {moment.references.link(target) for target in document.metadata.relations.get(relation, ())}
    links = []
    for reference in references:
        path = moment.find(reference).path
        if path == note.path:
            raise InvalidNoteError(f"{relation}: a note cannot name itself", "Name another note")
        if path not in known:
            links.append(f"[[{moment.references.names.shortest(path)}]]")
    return links


def _dropped(
    moment: Moment, note: IndexedNote, document: Document, relation: str, references: Sequence[str]
) -> set[str]:
    """Return the items to drop, as they are written.

    Raises:
        InvalidNoteError: if a link to be removed is not there.
    """
    value = document.properties.get(relation)
    items = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    dropped: set[str] = set()
    for reference in references:
        targets = {item: whole_link(item) or "" for item in items}
        named = {item for item, target in targets.items() if reference in {item, target}}
        if not named:
            path = moment.find(reference).path
            named = {
                item for item, target in targets.items() if target and moment.references.link(target_of(target)) == path
            }
        if not named:
            raise InvalidNoteError(f"{note.path} has no {relation} link to {reference!r}", "See related for its links")
        dropped |= named
    return dropped
