"""`revise`: new text or properties for a note, or a note that supersedes others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_mem.errors import InvalidNoteError, NoteNotFoundError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Written
from vault_mem.memory.editing import retired, title_of, with_id, with_properties, with_text
from vault_mem.memory.moment import Moment
from vault_mem.memory.remembering import check_text, remember
from vault_mem.memory.requests import NewNote
from vault_mem.memory.session import Acting
from vault_mem.memory.writing import Draft, Plan, check_version, unchanged, write
from vault_mem.notes.times import parse_stored
from vault_mem.vault.layout import namespace_of


def revise(
    acting: Acting,
    reference: str,
    text: str | None,
    *,
    changes: Mapping[str, object],
    supersedes: Sequence[str],
    version: str | None,
) -> Written:
    """Change a note; see `Memory.revise`.

    A note's id is given with its first new text; a change of properties alone touches only the lines of those.
    """
    if text is None and not changes and not supersedes:
        raise InvalidNoteError("Nothing to revise", "Give text, set or supersedes")
    if text is not None:
        check_text(text)
    try:
        done = write(acting, lambda moment: _compose(acting, moment, reference, text, changes, supersedes, version))
    except NoteNotFoundError:
        if text is None or not supersedes or version is not None or not _is_missing(acting, reference):
            raise
        return _anew(acting, reference, text, changes, supersedes)
    return done.answers()[0]


def _compose(
    acting: Acting,
    moment: Moment,
    reference: str,
    text: str | None,
    changes: Mapping[str, object],
    supersedes: Sequence[str],
    version: str | None,
) -> Plan:
    session, now = acting.session, acting.session.now()
    note = moment.find(reference)
    check_version(session, moment, note, version)
    content = session.content(moment, note.blob)
    olds = [moment.find(old) for old in supersedes]
    if any(old.path == note.path for old in olds):
        raise InvalidNoteError("A note cannot supersede itself", "Name another note, or leave supersedes out")
    new = with_properties(note.path, content, {**changes, **_supersedes(moment, note, olds)}, now=now)
    if text is not None:
        new = with_text(note.path, new, text)
    if new == content:
        return Plan("revise", (unchanged(note, content),))
    identity: str | None = note.metadata.id
    if text is not None or olds:
        new, identity = with_id(note, new, now=now)
    drafts = [Draft(note.path, new, "revised", title_of(new, note.title), identity)]
    begins = changes.get("valid_from")
    for old in olds:
        if old.metadata.status != "superseded":
            valid_to = parse_stored(begins) if isinstance(begins, str) else note.metadata.valid_from
            bytes_, old_id = retired(old, session.content(moment, old.blob), valid_to=valid_to, now=now)
            drafts.append(Draft(old.path, bytes_, "superseded", old.title, old_id, answered=False))
    return Plan("supersede" if olds else "revise", tuple(drafts))


def _supersedes(moment: Moment, note: IndexedNote, olds: Sequence[IndexedNote]) -> dict[str, object]:
    """Return the `supersedes` property with the old notes added, nothing if there are none to add."""
    if not olds:
        return {}
    links = [f"[[{target}]]" for target in note.metadata.relations.get("supersedes", ())]
    new = [f"[[{moment.references.names.shortest(old.path)}]]" for old in olds]
    return {"supersedes": [*links, *(link for link in new if link not in links)]}


def _is_missing(acting: Acting, reference: str) -> bool:
    """Whether it is the note itself that does not exist, and not one of those it shall supersede."""
    try:
        acting.session.present().find(reference)
    except NoteNotFoundError:
        return True
    return False


def _anew(acting: Acting, title: str, text: str, changes: Mapping[str, object], supersedes: Sequence[str]) -> Written:
    """Write the successor as a new note, with the type, category and namespace of the first note it replaces."""
    moment = acting.session.present()
    old = moment.find(supersedes[0])
    fields = {"type": old.metadata.type, "category": old.metadata.category, **changes}
    note = NewNote.parse(
        {
            **fields,
            "text": text,
            "title": title,
            "namespace": namespace_of(old.path) or None,
            "links": {"supersedes": list(supersedes)},
        }
    )
    return remember(acting, [note]).note
