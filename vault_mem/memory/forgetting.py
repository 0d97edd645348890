"""`forget` and `restore`: a status, so nothing is lost and links still lead somewhere."""

from __future__ import annotations

from vault_mem.errors import InvalidNoteError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Written
from vault_mem.memory.editing import with_properties
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Acting, Session
from vault_mem.memory.writing import Draft, Plan, check_version, unchanged, write
from vault_mem.notes.document import parse

RETIRED = frozenset({"archived", "superseded"})


def forget(acting: Acting, reference: str, *, version: str | None) -> Written:
    """Archive a note; see `Memory.forget`."""
    session = acting.session

    def compose(moment: Moment) -> Plan:
        note = moment.find(reference)
        check_version(session, moment, note, version)
        content = session.content(moment, note.blob)
        if note.metadata.status == "archived":
            return Plan("forget", (unchanged(note, content),))
        archived = with_properties(note.path, content, {"status": "archived"}, now=session.now())
        hidden = [old for old, news in moment.successors.items() if news == (note.path,)]
        warnings = (f"still superseded: {', '.join(hidden)}; restore brings it back",) if hidden else ()
        draft = Draft(note.path, archived, "archived", note.title, note.metadata.id, warnings=warnings)
        return Plan("forget", (draft,))

    return write(acting, compose).answers()[0]


def restore(acting: Acting, reference: str) -> Written:
    """Bring back a note that was archived, or superseded by what no longer supersedes it; see `Memory.restore`."""
    session = acting.session

    def compose(moment: Moment) -> Plan:
        note = moment.find(reference)
        successors = moment.successors.get(note.path, ())
        if note.metadata.status not in RETIRED:
            return Plan("restore", (unchanged(note, session.content(moment, note.blob)),))
        if note.metadata.status == "superseded" and successors:
            raise InvalidNoteError(
                f"{note.path} is superseded by {', '.join(successors)}",
                "Forget the successor first, or remove its link",
            )
        content = reinstated(session, moment, note)
        return Plan("restore", (Draft(note.path, content, "restored", note.title, note.metadata.id),))

    return write(acting, compose).answers()[0]


def reinstated(session: Session, moment: Moment, note: IndexedNote) -> bytes:
    """Return the bytes of a retired note with the status that it had before, all else as it is."""
    status = _status_before(session, moment, note)
    return with_properties(note.path, session.content(moment, note.blob), {"status": status}, now=session.now())


def _status_before(session: Session, moment: Moment, note: IndexedNote) -> str | None:
    """Return the status the note had before it was retired, as it was written; None where it had none.

    What was superseded when it was archived is superseded again.
    """
    if moment.commit is None:
        return None
    now = RETIRED if note.metadata.status == "superseded" else {"archived"}
    for version in session.log(note.path, moment.commit):
        before = parse(session.version_bytes(version.blob)) if version.blob else None
        if before is not None and before.metadata.status not in now:
            status = before.properties.get("status")
            return status if isinstance(status, str) else None
    return None
