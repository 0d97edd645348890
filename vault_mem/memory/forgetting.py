"""`forget` and `restore`: a status, so nothing is lost and links still lead somewhere."""

from __future__ import annotations

from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Written
from vault_mem.memory.editing import with_properties
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Acting
from vault_mem.memory.writing import Draft, Plan, check_version, unchanged, write
from vault_mem.notes.document import parse


def forget(acting: Acting, reference: str, *, version: str | None) -> Written:
    """Archive a note; see `Memory.forget`."""

    def compose(moment: Moment) -> Plan:
        note = moment.find(reference)
        check_version(acting.session, moment, note, version)
        if note.metadata.status == "archived":
            return Plan("forget", (unchanged(note, acting.session.content(moment, note.blob)),))
        return Plan("forget", (_with_status(acting, moment, note, "archived", "archived"),))

    return write(acting, compose).answers()[0]


def restore(acting: Acting, reference: str) -> Written:
    """Give an archived note the status that it had before; see `Memory.restore`."""

    def compose(moment: Moment) -> Plan:
        note = moment.find(reference)
        if note.metadata.status != "archived":
            return Plan("restore", (unchanged(note, acting.session.content(moment, note.blob)),))
        return Plan("restore", (_with_status(acting, moment, note, _status_before(acting, moment, note), "restored"),))

    return write(acting, compose).answers()[0]


def _with_status(acting: Acting, moment: Moment, note: IndexedNote, status: str | None, action: str) -> Draft:
    session = acting.session
    content = with_properties(note.path, session.content(moment, note.blob), {"status": status}, now=session.now())
    return Draft(note.path, content, action, note.title, note.metadata.id)


def _status_before(acting: Acting, moment: Moment, note: IndexedNote) -> str | None:
    """Return the status the note had when it was forgotten, as it was written; None where it had none."""
    session = acting.session
    if moment.commit is None:
        return None
    for version in session.log(note.path, moment.commit):
        before = parse(session.version_bytes(version.blob)) if version.blob else None
        if before is not None and before.metadata.status != "archived":
            status = before.properties.get("status")
            return status if isinstance(status, str) else None
    return None
