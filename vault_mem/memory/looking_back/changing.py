"""`changes`: what became of the notes between two revisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from vault_mem.index.commits import PathChange
from vault_mem.index.view import name_of
from vault_mem.memory.acts import KINDS, ChangedNote, Changes
from vault_mem.memory.looking_back.stretches import check_page, stretch
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord

_RETIRED = frozenset({"superseded", "archived"})


@dataclass(frozen=True, slots=True)
class _Version:
    """A note on one side: where it was, its content, and what that says of it."""

    path: NotePath
    blob: BlobId
    id: str | None
    title: str
    status: str


_Pair = tuple[_Version | None, _Version | None]


def changes(session: Session, *, since: str | None, until: str | None, limit: int, offset: int) -> Changes:
    """Return what changed in the vault; see `Memory.changes`."""
    check_page(limit, offset)
    within = stretch(session, since=since, until=until)
    if within.head is None:
        return Changes(None, None, {}, ())
    before = session.vault.tree(within.base) if within.base else {}
    after = session.vault.tree(within.head)
    old = {path: blob for path, blob in before.items() if after.get(path) != blob}
    new = {path: blob for path, blob in after.items() if before.get(path) != blob}
    pairs = _paired(_versions(session, old), _versions(session, new))
    found = sorted((KINDS.index(_kind(*pair)), _place(*pair), pair) for pair in pairs)
    counts = Counter(KINDS[kind] for kind, _, _ in found)
    page = found[offset : offset + limit]
    return Changes(
        revision=within.head,
        since=within.base,
        counts={kind: counts[kind] for kind in KINDS if counts[kind]},
        notes=tuple(_changed(session, within.head, KINDS[kind], *pair) for kind, _, pair in page),
        next_offset=offset + limit if len(found) > offset + limit else None,
    )


def _versions(session: Session, notes: Mapping[NotePath, BlobId]) -> list[_Version]:
    """Read notes, by path; one whose content is not here (a partial clone) says nothing of itself."""
    read = {blob: parse(data) for blob, data in session.vault.read_blobs(notes.values())}
    found = []
    for path, blob in sorted(notes.items()):
        document = read.get(blob) or parse(b"")
        metadata = document.metadata
        found.append(_Version(path, blob, metadata.id, document.title or name_of(path), metadata.status))
    return found


def _paired(old: Iterable[_Version], new: Iterable[_Version]) -> Iterator[_Pair]:
    """Yield what belongs together: the same id, else the same path, else the same content; each side may be alone."""
    left = {version.path: version for version in old}
    alone = []
    by_id = {version.id: version for version in reversed(left.values()) if version.id}
    for after in new:
        same = left.get(after.path)
        if after.id in by_id and (same is None or same.id != after.id):
            same = by_id[after.id]
        if same is None or same.path not in left or (same.id and after.id and same.id != after.id):
            alone.append(after)
        else:
            yield left.pop(same.path), after
    by_blob = {version.blob: version for version in reversed(left.values())}
    for after in alone:
        moved = by_blob.pop(after.blob, None)
        yield left.pop(moved.path) if moved else None, after
    yield from ((before, None) for before in left.values())


def _kind(before: _Version | None, after: _Version | None) -> str:
    if before is None or after is None:
        return "deleted" if after is None else "new"
    if after.status in _RETIRED and after.status != before.status:
        return after.status
    if before.status in _RETIRED and after.status not in _RETIRED:
        return "restored"
    return "moved" if before.path != after.path and before.blob == after.blob else "revised"


def _place(before: _Version | None, after: _Version | None) -> str:
    return next(version.path for version in (after, before) if version)


def _changed(
    session: Session, head: CommitId, kind: str, before: _Version | None, after: _Version | None
) -> ChangedNote:
    commits = session.index.commits
    note = after or before
    if note is None:
        raise TypeError("a pair has a side")
    if after is not None:
        record = commits.introduced(after.path, after.blob, head)
    elif note.path in session.vault.tree(head):
        record = _displacing(session, head, note)
    else:
        record = commits.deleted(note.path, head)
    return ChangedNote(
        kind=kind,
        path=note.path,
        title=note.title,
        old_path=before.path if before and before.path != note.path else None,
        commit=record.id if record else None,
        time=record.time if record else None,
        subject=record.subject if record else "",
        author=record.author if record else None,
        agent=record.agent if record else None,
    )


def _displacing(session: Session, head: CommitId, note: _Version) -> CommitRecord | None:
    """Return the newest commit that put another note in one's place; a merge only where no other commit did."""
    commits = session.index.commits
    changes = commits.changes(note.path, commits.order(head))
    records = (commits.headline(change.commit) for change in changes if _displaces(session, change, note))
    found = [record for record in records if record is not None]
    return next((record for record in found if len(record.parents) < 2), found[0] if found else None)


def _displaces(session: Session, change: PathChange, note: _Version) -> bool:
    was = change.old is not None and session.note_id(change.old) == note.id
    return was and (change.new is None or session.note_id(change.new) != note.id)
