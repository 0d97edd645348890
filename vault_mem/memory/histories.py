"""`history`: what git knows about a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import zip_longest

from vault_mem.errors import AmbiguousNoteError, InvalidQueryError, NoteNotFoundError
from vault_mem.index import commits as index
from vault_mem.index.ancestry import Ancestry
from vault_mem.memory.answers import BlamedLine, Difference, History, Version
from vault_mem.memory.moment import Moment
from vault_mem.memory.reading import answer
from vault_mem.memory.requests import VIEWS
from vault_mem.memory.session import Session
from vault_mem.notes import patch
from vault_mem.notes.document import parse
from vault_mem.notes.identifiers import is_id
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import BlobId, CommitId, Document, NotePath
from vault_mem.notes.record import CommitRecord
from vault_mem.notes.times import parse_typed

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
    if view == "as-of" and at is None:
        raise InvalidQueryError("as-of needs a moment", "Give at: a date, a commit, a tag or '3 weeks ago'")
    moment = _moment(session, reference, view, at)
    try:
        note = moment.find(reference if at is None else _then(session, moment, reference, at), at=at)
    except NoteNotFoundError:
        path = _lost(session, moment, reference) if view == "log" and at is None else None
        if path is None:
            raise
        return _logged(session, moment, path, path, since=since, until=until, limit=limit)
    if view == "as-of":
        return History(moment.commit, note.path, note.title, view, note=answer(session, moment, note))
    if view == "blame":
        return _blamed(session, moment, note.path)
    if view == "diff":
        return _differing(
            session, moment, _versions(session, moment, note.path), path=note.path, since=since, until=until
        )
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


def _lost(session: Session, moment: Moment, reference: str) -> NotePath | None:
    """Return the path of a note that is gone: the one that was given, or the last that a note with this id had."""
    if moment.commit is None:
        return None
    for path in (NotePath(reference), NotePath(f"{reference}.md")):
        if session.log(path, moment.commit):
            return path
    identity = reference.strip().upper()
    for record in session.index.commits.naming(identity, moment.commit) if is_id(identity) else ():
        for change in record.changes:
            if change.new is not None and parse(session.version_bytes(change.new)).metadata.id == identity:
                return change.path
    return None


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
    versions = [version for version in _versions(session, moment, path) if _within(session, version.time, since, until)]
    return History(moment.commit, path, title, "log", versions=tuple(versions[:limit]))


def _versions(session: Session, moment: Moment, path: NotePath) -> list[Version]:
    if moment.commit is None:
        return []
    order = session.index.commits.order(moment.commit)
    return [_version(version, order) for version in session.log(path, moment.commit)]


def _version(found: index.Version, order: Ancestry) -> Version:
    record = found.record
    arrived = order.arrived(record.id)
    return Version(
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


def _within(session: Session, time: datetime, since: str | None, until: str | None) -> bool:
    return (since is None or time >= _bound(session, since)) and (
        until is None or time <= _bound(session, until, end_of_day=True)
    )


def _bound(session: Session, text: str, *, end_of_day: bool = False) -> datetime:
    """Return the time that a bound means: a time as typed, or that of a revision."""
    moment = parse_typed(text, now=session.now(), end_of_day=end_of_day)
    return moment if moment is not None else session.at(text).time


# --- blame ---


def _blamed(session: Session, moment: Moment, path: NotePath) -> History:
    """Return each line with its commit; text that is not committed has none."""
    note = moment.note(path)
    text = parse(session.content(moment, note.blob)).text
    committed = moment.commit is not None and note.path in session.vault.tree(moment.commit)
    blamed = session.vault.blame(path, None if moment.is_present else moment.commit) if committed else ()
    records = {commit: session.index.commits.record(commit) for commit in {line.commit for line in blamed} if commit}
    confidences = {commit: _confidence(session, record, path) for commit, record in records.items()}
    lines = [
        _blamed_line(number, content, line.commit if line else None, records, confidences)
        for number, (content, line) in enumerate(zip_longest(split_lines(text), blamed), start=1)
        if content is not None
    ]
    return History(moment.commit, path, note.title, "blame", blame=tuple(lines))


def _blamed_line(
    number: int,
    text: str,
    commit: CommitId | None,
    records: dict[CommitId, CommitRecord | None],
    confidences: dict[CommitId, float | None],
) -> BlamedLine:
    record = records.get(commit) if commit else None
    if record is None:
        return BlamedLine(number, text, commit, None, None, None, None, "", None)
    return BlamedLine(
        line=number,
        text=text,
        commit=record.id,
        time=record.time,
        author=record.author,
        agent=record.agent,
        session=record.session,
        reason=record.reason,
        confidence=confidences.get(record.id),
    )


def _confidence(session: Session, record: CommitRecord | None, path: NotePath) -> float | None:
    """Return the confidence that the note claimed in the version a commit wrote."""
    for change in record.changes if record else ():
        if change.new is not None and change.path == path:
            return parse(session.version_bytes(change.new)).metadata.confidence
    return None


# --- diff ---


def _differing(
    session: Session,
    moment: Moment,
    versions: Sequence[Version],
    *,
    path: NotePath,
    since: str | None,
    until: str | None,
) -> History:
    """Compare two versions: those at `since` and `until`, or the last one with the one before."""
    new = _latest(versions, _bound(session, until, end_of_day=True) if until else None)
    committed = None if path in moment.dirty else moment.commit
    new_blob = (moment.note(path).blob, committed) if until is None else (new.blob, new.commit) if new else None
    if new_blob is None:
        raise NoteNotFoundError(path, at=until)
    if since is not None:
        old = _latest(versions, _bound(session, since, end_of_day=True))
    else:
        older = [version for version in versions if version.blob != new_blob[0]]
        old = older[0] if older else None
    old_bytes = session.version_bytes(BlobId(old.blob)) if old and old.blob else b""
    new_bytes = b"" if new_blob[0] is None else session.content(moment, BlobId(new_blob[0]))
    before, after = parse(old_bytes), parse(new_bytes)
    difference = Difference(
        old_commit=old.commit if old else None,
        new_commit=new_blob[1],
        old_version=old.blob if old else None,
        new_version=new_blob[0],
        properties=tuple(_changed_properties(before, after)),
        sections=tuple(_changed_sections(before, after)),
        links_added=tuple(sorted(_targets(after) - _targets(before))),
        links_removed=tuple(sorted(_targets(before) - _targets(after))),
        patch=patch.unified(before.text, after.text, before=f"a/{path}", after=f"b/{path}"),
    )
    return History(moment.commit, path, moment.note(path).title, "diff", difference=difference)


def _latest(versions: Iterable[Version], bound: datetime | None) -> Version | None:
    """Return the newest version not later than the bound."""
    return next((version for version in versions if bound is None or version.time <= bound), None)


def _changed_properties(before: Document, after: Document) -> list[str]:
    keys = dict.fromkeys([*before.properties, *after.properties])
    return [key for key in keys if before.properties.get(key) != after.properties.get(key)]


def _changed_sections(before: Document, after: Document) -> list[str]:
    """Return the headings under which text was added, removed or changed; empty text for text above all headings."""
    old, new = _sections(before), _sections(after)
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _sections(document: Document) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    starts = {heading.line: heading.text for heading in document.headings}
    name = ""
    for number, line in enumerate(split_lines(document.text), start=1):
        if number < document.body_line:
            continue
        name = starts.get(number, name)
        if line.strip():
            sections.setdefault(name, []).append(line)
    return sections


def _targets(document: Document) -> set[str]:
    return {link.target for link in document.links if link.target}
