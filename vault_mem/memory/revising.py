"""`revise`: new text or properties for a note, or a note that supersedes others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault_mem.errors import InvalidNoteError, NoteNotFoundError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Written
from vault_mem.memory.editing import title_of, with_links, with_properties, with_text
from vault_mem.memory.intake import check_text
from vault_mem.memory.moment import Moment
from vault_mem.memory.remembering import remember
from vault_mem.memory.requests import NewNote
from vault_mem.memory.session import Acting
from vault_mem.memory.writing import Draft, Plan, check_version, identified, retirement, unchanged, write
from vault_mem.notes.document import parse
from vault_mem.vault.layout import namespace_of


@dataclass(frozen=True, slots=True)
class Revision:
    """What shall become of a note; the fields are the parameters of `Memory.revise`."""

    note: str
    text: str | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    supersedes: Sequence[str] = ()
    version: str | None = None


def revise(acting: Acting, revision: Revision) -> Written:
    """Change a note; see `Memory.revise`.

    A note's id is given with its first new text; a change of properties alone touches only the lines of those.
    """
    if revision.text is None and not revision.changes and not revision.supersedes:
        raise InvalidNoteError("Nothing to revise", "Give text, set or supersedes")
    if revision.text is not None:
        check_text(revision.text)
    try:
        return write(acting, lambda moment: _compose(acting, moment, revision)).answers()[0]
    except NoteNotFoundError:
        if (
            revision.text is None
            or not revision.supersedes
            or revision.version
            or not _is_missing(acting, revision.note)
        ):
            raise
        return _anew(acting, revision, revision.text)


def _compose(acting: Acting, moment: Moment, revision: Revision) -> Plan:
    session, now = acting.session, acting.session.now()
    note = moment.find(revision.note)
    check_version(session, moment, note, revision.version)
    content = session.content(moment, note.blob)
    olds = [moment.find(old) for old in revision.supersedes]
    if any(old.path == note.path for old in olds):
        raise InvalidNoteError("A note cannot supersede itself", "Name another note, or leave supersedes out")
    changes = dict(revision.changes)
    if olds and note.metadata.status == "superseded":
        changes.setdefault("status", None)
    new = with_properties(note.path, content, changes, now=now)
    new = with_links(note.path, new, "supersedes", add=_links(moment, note, olds))
    if revision.text is not None:
        new = with_text(note.path, new, revision.text)
    if new == content:
        return Plan("revise", (unchanged(note, content),))
    identity: str | None = note.metadata.id
    if revision.text is not None or olds:
        new, identity = identified(acting.session, moment, note, new)
    revised = Draft(note.path, new, "revised", title_of(new, note.title), identity)
    begins = parse(new).metadata.valid_from
    retirements = (retirement(acting, moment, old, valid_to=begins) for old in olds)
    return Plan("supersede" if olds else "revise", (revised, *filter(None, retirements)))


def _links(moment: Moment, note: IndexedNote, olds: Sequence[IndexedNote]) -> list[str]:
    """Return the links to old notes that the note does not have under any spelling."""
    known = {moment.references.link(target) for target in note.metadata.relations.get("supersedes", ())}
    return [f"[[{moment.references.names.shortest(old.path)}]]" for old in olds if old.path not in known]


def _is_missing(acting: Acting, reference: str) -> bool:
    """Whether it is the note itself that does not exist, and not one of those it shall supersede."""
    try:
        acting.session.present().find(reference)
    except NoteNotFoundError:
        return True
    return False


def _anew(acting: Acting, revision: Revision, text: str) -> Written:
    """Write the successor as a new note, with the type, category and namespace of the first note it replaces."""
    moment = acting.session.present()
    old = moment.find(revision.supersedes[0])
    fields = {"type": old.metadata.type, "category": old.metadata.category, **revision.changes}
    note = NewNote.parse(
        {
            **fields,
            "text": text,
            "title": revision.note,
            "namespace": namespace_of(old.path) or None,
            "links": {"supersedes": list(revision.supersedes)},
        }
    )
    return remember(acting, [note]).note
