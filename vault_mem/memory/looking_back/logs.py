"""`log`: the acts of the whole vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from vault_mem.index.ancestry import Ancestry
from vault_mem.index.commits import CommitLog
from vault_mem.memory.acts import Act, VaultLog
from vault_mem.memory.looking_back.stretches import Stretch, check_page, stretch
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse
from vault_mem.notes.model import CommitId
from vault_mem.notes.record import CommitRecord
from vault_mem.recall.filters import path_pattern

SHOWN_NOTES = 20


def log(
    session: Session,
    *,
    authors: Sequence[str],
    sessions: Sequence[str],
    operations: Sequence[str],
    types: Sequence[str],
    path: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    offset: int,
) -> VaultLog:
    """Return one page of the vault's log; see `Memory.log`."""
    check_page(limit, offset)
    within = stretch(session, since=since, until=until)
    commits = session.index.commits
    if within.head is None:
        return VaultLog(None, ())
    found = _newest_first(commits, within)
    if authors or sessions or operations:
        said = commits.written_by(authors=authors, sessions=sessions, operations=operations)
        found = (commit for commit in found if commit in said)
    if path:
        touching = commits.touching(path_pattern(path))
        found = (commit for commit in found if commit in touching)
    is_wanted = _of_types(session, frozenset(types))
    records = (record for record in map(commits.record, found) if record is not None and is_wanted(record))
    page = list(islice(records, offset, offset + limit + 1))
    order = commits.order(within.head)
    acts = tuple(act_of(record, order) for record in page[:limit])
    return VaultLog(within.head, acts, offset + limit if len(page) > limit else None)


def _newest_first(commits: CommitLog, within: Stretch) -> Iterator[CommitId]:
    if within.head is None:
        return iter(())
    found = commits.order(within.head).newest_first()
    behind: Ancestry | tuple[()] = commits.order(within.base) if within.base else ()
    return (commit for commit in found if commit not in behind)


def _of_types(session: Session, types: frozenset[str]) -> Callable[[CommitRecord], bool]:
    """Return a test for commits that changed a note of one of these types, as it is or (deleted) was; none: all."""

    def test(record: CommitRecord) -> bool:
        if not types:
            return True
        blobs = [blob for change in record.changes if (blob := change.new or change.old)]
        return any(parse(data).metadata.type in types for _, data in session.vault.read_blobs(blobs))

    return test


def act_of(record: CommitRecord, order: Ancestry) -> Act:
    """Return a commit of an order as the log tells it."""
    arrived = order.arrived(record.id)
    return Act(
        commit=record.id,
        time=record.time,
        arrived=None if arrived == record.time else arrived,
        author=record.author,
        agent=record.agent,
        session=record.session,
        operation=record.operation,
        subject=record.subject,
        reason=record.reason,
        notes=tuple(change.path for change in record.changes[:SHOWN_NOTES]),
        count=len(record.changes),
    )
