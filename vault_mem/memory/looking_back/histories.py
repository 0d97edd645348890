"""`history`: what git knows about a note."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from vault_mem.errors import AmbiguousNoteError, InvalidQueryError, NoteNotFoundError
from vault_mem.index.ancestry import Ancestry
from vault_mem.index.lineage import Version
from vault_mem.index.view import name_of
from vault_mem.memory import answers
from vault_mem.memory.answers import Difference, History
from vault_mem.memory.looking_back.blaming import blamed
from vault_mem.memory.looking_back.differing import Side, committed_side, difference
from vault_mem.memory.looking_back.stretches import Stretch, stretch
from vault_mem.memory.moment import Moment
from vault_mem.memory.reading import answer, version_answer
from vault_mem.memory.requests import VIEWS
from vault_mem.memory.session import Session
from vault_mem.notes.identifiers import fold, is_id
from vault_mem.notes.model import CommitId, NotePath

MAX_VERSIONS = 1_000


def history(
    session: Session,
    reference: str,
    *,
    view: str,
    at: str | None,
    since: str | None,
    until: str | None,
    limit: int,
) -> History:
    """Return a note's past; see `Memory.history`."""
    if view not in VIEWS:
        raise InvalidQueryError(f"view is {view!r}", f"It takes: {', '.join(VIEWS)}")
    if not 1 <= limit <= MAX_VERSIONS:
        raise InvalidQueryError(f"limit is {limit}", f"Give 1 to {MAX_VERSIONS:,}")
    if view == "as-of":
        return _as_of(session, reference, at)
    moment = _moment(session, reference, view, at)
    try:
        note = moment.find(reference if at is None else _then(session, moment, reference, at), at=at)
    except NoteNotFoundError:
        path = _lost(session, moment, reference) if view == "log" and at is None else None
        if path is None:
            raise
        return _logged(session, moment, path, path, since=since, until=until, limit=limit)
    if view == "blame":
        return History(moment.commit, note.path, note.title, view, blame=blamed(session, moment, note.path))
    if view == "diff":
        compared = _compared(session, moment, note.path, since=since, until=until)
        return History(moment.commit, note.path, note.title, view, difference=compared)
    return _logged(session, moment, note.path, note.title, since=since, until=until, limit=limit)


def _moment(session: Session, reference: str, view: str, at: str | None) -> Moment:
    """Return the moment to look back from; without a look at the whole work tree, where it cannot matter."""
    if at is None and view in {"log", "blame"}:
        with suppress(NoteNotFoundError, AmbiguousNoteError):
            moment = session.committed()
            note = moment.find(reference)
            if view == "log" or session.vault.is_as_committed(note.path, note.blob):
                return moment
    return session.at(at)


def _then(session: Session, moment: Moment, reference: str, at: str) -> str:
    """Return by what the note can be found at an earlier moment: its id if it had one, else what was given.

    Raises:
        NoteNotFoundError: if the note was not known yet.
    """
    try:
        moment.find(reference, at=at)
    except NoteNotFoundError as error:
        try:
            present = session.present().find(reference)
        except NoteNotFoundError:
            raise error from None
        if present.metadata.id is None:
            raise
        return present.metadata.id
    return reference


# --- as-of ---


def _as_of(session: Session, reference: str, at: str | None) -> History:
    """Return a note as it was: the one that the name means now, else the one that it meant then.

    The first is read by its own lineage, without a look at the other notes of that time.

    Raises:
        NoteNotFoundError: if it was not known then.
    """
    if at is None:
        raise InvalidQueryError("as-of needs a moment", "Give at: a date, a commit, a tag or '3 weeks ago'")
    commit = session.vault.resolve(at, now=session.now())
    version, identity = _version_at(session, reference, commit)
    if version is None or (identity and version.blob and session.note_id(version.blob) is None):
        moment = session.at(at)
        try:
            found = moment.find(identity or _then(session, moment, reference, at), at=at)
        except NoteNotFoundError:
            if version is None:
                raise
        else:
            return History(commit, found.path, found.title, "as-of", note=answer(session, moment, found))
    note = version_answer(session, commit, version)
    return History(commit, note.path, note.title, "as-of", note=note)


def _version_at(session: Session, reference: str, commit: CommitId) -> tuple[Version | None, str | None]:
    """Return the version that a present note had at a commit, and the id it has now.

    No version if it had none, if the branch was never there, or if there is no such note.
    """
    present = session.committed()
    if present.commit is None:
        return None, None
    try:
        note = present.find(reference)
    except (NoteNotFoundError, AmbiguousNoteError):
        return None, None
    lineage = session.lineage(present.commit)
    return lineage.held(lineage.trace(note.path), commit), note.metadata.id


# --- log ---


def last_path(session: Session, moment: Moment, reference: str) -> NotePath:
    """Return the path of a note, or the last one of a note that is gone, which is found by its id or path.

    Raises:
        NoteNotFoundError, AmbiguousNoteError: see `References.find`.
    """
    try:
        return moment.find(reference).path
    except NoteNotFoundError:
        path = _lost(session, moment, reference)
        if path is None:
            raise
        return path


def _lost(session: Session, moment: Moment, reference: str) -> NotePath | None:
    """Return the path of a note that is gone: the one given, or the last of one with this id or this file name."""
    if moment.commit is None:
        return None
    for path in (NotePath(reference), NotePath(f"{reference}.md")):
        if session.log(path, moment.commit):
            return path
    identity = reference.strip().upper()
    for record in session.index.commits.naming(identity, moment.commit) if is_id(identity) else ():
        for change in record.changes:
            if change.new is not None and session.note_id(change.new) == identity:
                return change.path
    return session.index.commits.last_left(lambda path: fold(name_of(path)) == fold(reference), moment.commit)


def _logged(
    session: Session,
    moment: Moment,
    path: NotePath,
    title: str,
    *,
    since: str | None,
    until: str | None,
    limit: int,
) -> History:
    if moment.commit is None:
        return History(None, path, title, "log")
    order = session.index.commits.order(moment.commit)
    found = session.log(path, moment.commit)
    if since is not None or until is not None:
        found = versions_within(found, order, stretch(session, since=since, until=until, head=moment.commit))
    versions = tuple(_version(version, order) for version in found[:limit])
    return History(moment.commit, path, title, "log", versions=versions)


def versions_within(versions: Sequence[Version], order: Ancestry, within: Stretch) -> tuple[Version, ...]:
    """Return the versions whose commits the head of a stretch can reach and its base cannot."""
    return tuple(
        version
        for version in versions
        if (within.head is None or order.reaches(within.head, version.record.id))
        and (within.base is None or not order.reaches(within.base, version.record.id))
    )


def _version(found: Version, order: Ancestry) -> answers.Version:
    record = found.record
    arrived = order.arrived(record.id)
    return answers.Version(
        commit=record.id,
        time=record.time,
        author=record.author,
        agent=record.agent,
        session=record.session,
        operation=record.operation,
        subject=record.subject,
        reason=record.reason,
        path=found.path,
        blob=found.blob,
        arrived=None if arrived == record.time else arrived,
    )


# --- diff ---


def _compared(session: Session, moment: Moment, path: NotePath, *, since: str | None, until: str | None) -> Difference:
    """Compare a note before and after a stretch of time; without `since`, its newest version there with the one before.

    Raises:
        NoteNotFoundError: if the note was not there at the end of the stretch.
    """
    versions: tuple[Version, ...] = ()
    old = new = None
    if moment.commit is not None:
        lineage = session.lineage(moment.commit)
        versions = lineage.trace(path)
        within = stretch(session, since=since, until=until, head=moment.commit)
        new = lineage.held(versions, within.head or moment.commit)
        old = lineage.held(versions, within.base) if within.base else None
    if until is not None and new is None:
        raise NoteNotFoundError(path, at=until)
    after = side_of(session, new) if until is not None else _present_side(session, moment, path)
    if since is None:
        old = _one_before(versions, new, after)
    return difference(path, side_of(session, old), after)


def _one_before(versions: Sequence[Version], new: Version | None, after: Side) -> Version | None:
    """Return the newest version with other content than the new side, from the one on that is committed there."""
    start = next((at for at, version in enumerate(versions) if new and version.record.id == new.record.id), 0)
    return next((version for version in versions[start:] if version.blob != after.version), None)


def side_of(session: Session, version: Version | None) -> Side:
    """Return a committed version as a side of a comparison; nothing for None, and no text where it was deleted."""
    return committed_side(session, version.record.id if version else None, version.blob if version else None)


def _present_side(session: Session, moment: Moment, path: NotePath) -> Side:
    blob = moment.note(path).blob
    return Side(None if path in moment.dirty else moment.commit, blob, session.content(moment, blob))
