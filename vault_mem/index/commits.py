"""The log of commits, kept beside the blobs: which commit gave a path the content it has.

Answers follow the parents, never the clock: a commit's time can be wrong. Each is about what one head can reach, in the
order of `Ancestry`.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vault_mem.index.ancestry import Ancestry
from vault_mem.index.catalog import Catalog
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange

_HEADS = 8
_HEADLINES = 4_096


@dataclass(frozen=True, slots=True)
class PathChange:
    """What one commit did to a path against its first parent: its content before and after, None where it had none."""

    commit: CommitId
    rank: int
    old: BlobId | None
    new: BlobId | None


class CommitLog:
    """Commits and what they changed, stored in the catalog; safe to share between threads."""

    def __init__(self, catalog: Catalog) -> None:
        """Use a catalog's tables."""
        self._catalog = catalog
        self._lock = threading.RLock()
        self._headlines: dict[CommitId, CommitRecord] = {}
        self._parents: dict[CommitId, tuple[CommitId, ...]] = {}
        self._times: dict[CommitId, str] = {}
        self._missing: set[CommitId] = set()
        self._last = (-1, "")
        self._orders: OrderedDict[CommitId, Ancestry] = OrderedDict()

    def add(self, records: Iterable[CommitRecord]) -> int:
        """Store commits, in one transaction, parents before children; returns how many were new."""
        added = 0
        with self._catalog.database.write() as connection:
            for record in records:
                row = (record.id, " ".join(record.parents), _encode(record))
                stored = connection.execute("INSERT OR IGNORE INTO commits (id, parents, record) VALUES (?, ?, ?)", row)
                if not stored.rowcount:
                    continue
                added += 1
                changes = [(stored.lastrowid, _to_bytes(c.path), c.old, c.new) for c in record.changes]
                connection.executemany("INSERT INTO changes VALUES (?, ?, ?, ?)", changes)
        return added

    def expect(self, mark: str) -> None:
        """Forget every commit if they were read from a repository with another mark.

        Args:
            mark: what the parents depend on besides the commits, such as where a shallow clone is cut off.
        """
        with self._catalog.database.write() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()
            if row == (mark,):
                return
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('mark', ?)", (mark,))
            if row is not None:
                connection.execute("DELETE FROM changes")
                connection.execute("DELETE FROM commits")
        with self._lock:
            self._last = (-1, "")
            self._headlines.clear()

    def has(self, commit: CommitId) -> bool:
        """Whether the commit is stored."""
        return commit in self._graph()

    def known_tips(self) -> tuple[CommitId, ...]:
        """Return the stored commits that no stored commit has as a parent, sorted."""
        graph = self._graph()
        with_children = {parent for parents in graph.values() for parent in parents}
        return tuple(sorted(graph.keys() - with_children))

    def count(self, head: CommitId) -> int:
        """Return how many stored commits are reachable from head, itself included."""
        return len(self.order(head).ranks)

    def record(self, commit: CommitId) -> CommitRecord | None:
        """Return a commit, None if it is not stored."""
        with self._catalog.database.read() as connection:
            row = connection.execute("SELECT seq, id, parents, record FROM commits WHERE id = ?", (commit,)).fetchone()
            if row is None:
                return None
            query = "SELECT path, old, new FROM changes WHERE seq = ? ORDER BY path"
            changes = connection.execute(query, (row[0],)).fetchall()
        return _decode(row[1], row[2], row[3], changes)

    def naming(self, note_id: str, head: CommitId) -> tuple[CommitRecord, ...]:
        """Return the commits reachable from head whose trailers name a note by its id, newest first."""
        ranks = self.order(head).ranks
        with self._catalog.database.read() as connection:
            rows = connection.execute("SELECT id FROM commits WHERE record LIKE ?", (f'%"{note_id}"%',)).fetchall()
        known = sorted((CommitId(row[0]) for row in rows if row[0] in ranks), key=lambda commit: -ranks[commit])
        return tuple(record for record in map(self.record, known) if record is not None)

    def rank(self, commit: CommitId, head: CommitId) -> int:
        """Return the commit's place among those reachable from head, parents below children; -1 if it is not there."""
        return self.order(head).ranks.get(commit, -1)

    def first_rank(self, path: NotePath, head: CommitId) -> float:
        """Return the rank of the oldest commit reachable from head that changed a path, infinity if none did."""
        changes = self.changes(path, self.order(head))
        return changes[-1].rank if changes else math.inf

    def headline(self, commit: CommitId) -> CommitRecord | None:
        """Return a commit without its changes, None if it is not stored; the last few thousand are kept."""
        with self._lock:
            if commit not in self._headlines:
                query = "SELECT id, parents, record FROM commits WHERE id = ?"
                with self._catalog.database.read() as connection:
                    row = connection.execute(query, (commit,)).fetchone()
                if row is None:
                    return None
                if len(self._headlines) >= _HEADLINES:
                    self._headlines.clear()
                self._headlines[commit] = _decode(row[0], row[1], row[2], ())
            return self._headlines[commit]

    def introduced(self, path: NotePath, blob: BlobId, head: CommitId) -> CommitRecord | None:
        """Return the newest commit, among those reachable from head, that gave the path this content.

        A merge that only brought it yields to the commit it brought. None if no stored commit did. The record comes
        without its changes.
        """
        order = self.order(head)
        given = [change for change in self.changes(path, order) if change.new == blob]
        return self.headline(self.origin(given[0], given, order).commit) if given else None

    def deleted(self, path: NotePath, head: CommitId) -> CommitRecord | None:
        """Return the newest commit, among those reachable from head, that took a path away; without its changes."""
        order = self.order(head)
        gone = [change for change in self.changes(path, order) if change.new is None]
        return self.headline(self.origin(gone[0], gone, order).commit) if gone else None

    def last_left(self, accepts: Callable[[NotePath], bool], head: CommitId) -> NotePath | None:
        """Return the path that was deleted last, among those that the test accepts and the commits head can reach."""
        order = self.order(head)
        query = "SELECT commits.id, path FROM changes JOIN commits ON commits.seq = changes.seq WHERE new IS NULL"
        with self._catalog.database.read() as connection:
            rows = connection.execute(query).fetchall()
        left = [(order.ranks[commit], _from_bytes(path)) for commit, path in rows if commit in order]
        return max(((rank, path) for rank, path in left if accepts(path)), default=(0, None))[1]

    def last_of_session(self, session: str, head: CommitId) -> CommitId | None:
        """Return the newest commit reachable from head that an agent's session wrote, None if it wrote none."""
        order = self.order(head)
        own = [commit for commit in self.written_by(sessions=[session]) if commit in order]
        return max(own, key=lambda commit: order.ranks[commit], default=None)

    def written_by(
        self, *, authors: Sequence[str] = (), sessions: Sequence[str] = (), operations: Sequence[str] = ()
    ) -> frozenset[CommitId]:
        """Return the stored commits by any of these people or agents, of any of these sessions and verbs.

        Authors are compared case-folded; an empty list asks nothing. `edit` are those made by another program.
        """
        query = """SELECT id, json_extract(record, '$[1]'), json_extract(record, '$[4]."Memory-Agent"'),
                   json_extract(record, '$[4]."Memory-Session"'), json_extract(record, '$[4]."Memory-Op"')
                   FROM commits"""
        names = frozenset(author.casefold() for author in authors)
        with self._catalog.database.read() as connection:
            rows = connection.execute(query).fetchall()
        return frozenset(
            CommitId(commit)
            for commit, author, agent, session, operation in rows
            if (not names or author.casefold() in names or (agent or "").casefold() in names)
            and (not sessions or session in sessions)
            and (not operations or (operation or "edit") in operations)
        )

    def touching(self, accepts: Callable[[str], bool]) -> frozenset[CommitId]:
        """Return the stored commits that changed a path which the test accepts."""
        query = "SELECT commits.id, path FROM changes JOIN commits ON commits.seq = changes.seq"
        with self._catalog.database.read() as connection:
            rows = connection.execute(query).fetchall()
        return frozenset(CommitId(commit) for commit, path in rows if accepts(_from_bytes(path)))

    def given(
        self, head: CommitId, *, start: datetime | None, end: datetime | None
    ) -> frozenset[tuple[NotePath, BlobId]]:
        """Return what the commits of a stretch of time, among those reachable from head, put at which paths.

        Args:
            head: the commit to look back from.
            start: inclusive, None for no bound.
            end: exclusive, None for no bound.
        """
        query = """SELECT commits.id, path, new FROM commits JOIN changes ON changes.seq = commits.seq
                   WHERE new IS NOT NULL AND json_extract(record, '$[0]') >= ? AND json_extract(record, '$[0]') < ?"""
        # Times are stored in UTC and one form, so that they compare as text; `~` stands behind every digit.
        bounds = (start.astimezone(UTC).isoformat() if start else "", end.astimezone(UTC).isoformat() if end else "~")
        ranks = self.order(head).ranks
        with self._catalog.database.read() as connection:
            rows = connection.execute(query, bounds).fetchall()
        return frozenset((_from_bytes(path), BlobId(new)) for commit, path, new in rows if commit in ranks)

    def changes(self, path: NotePath, order: Ancestry) -> list[PathChange]:
        """Return what the commits of an order did to a path, newest first."""
        query = """SELECT commits.id, old, new FROM changes JOIN commits ON commits.seq = changes.seq
                   WHERE path = ?"""
        with self._catalog.database.read() as connection:
            rows = connection.execute(query, (_to_bytes(path),)).fetchall()
        changes = [PathChange(commit, order.ranks[commit], old, new) for commit, old, new in rows if commit in order]
        return sorted(changes, key=lambda change: -change.rank)

    def origin(self, change: PathChange, candidates: Sequence[PathChange], order: Ancestry) -> PathChange:
        """Return the change that a merge brought (same content, on a merged line, not the first), else the change.

        Args:
            change: of a path.
            candidates: changes of the same path in the same order, newest first.
            order: what a head can reach.
        """
        parents = [parent for parent in self._parents.get(change.commit, ()) if parent in order]
        if len(parents) < 2:
            return change
        first, *merged = parents
        for other in candidates:
            if other is change or other.new != change.new or order.reaches(first, other.commit):
                continue
            if any(order.reaches(parent, other.commit) for parent in merged):
                return self.origin(other, candidates, order)
        return change

    def order(self, head: CommitId) -> Ancestry:
        """Return what head can reach, in order; empty for a head that is not stored."""
        with self._lock:
            self._load()
            order = self._orders.get(head)
            if order is None:
                order = Ancestry(head, self._parents, self._times, tuple(self._orders.values()))
            if head not in order:
                return order
            self._orders[head] = order
            self._orders.move_to_end(head)
            while len(self._orders) > _HEADS:
                self._orders.popitem(last=False)
            return order

    def _graph(self) -> Mapping[CommitId, tuple[CommitId, ...]]:
        """Return the parents of every stored commit, with what other processes have added."""
        with self._lock:
            self._load()
            return self._parents

    def _load(self) -> None:
        """Read the commits stored since the last time; orders stay unless a parent came after its child."""
        query = "SELECT seq, id, parents, json_extract(record, '$[0]') FROM commits WHERE seq > ? ORDER BY seq"
        epoch = self._catalog.epoch
        if self._last[1] != epoch:
            self._parents, self._times, self._missing, self._last = {}, {}, set(), (-1, epoch)
            self._orders.clear()
        with self._catalog.database.read() as connection:
            rows = connection.execute(query, (self._last[0],)).fetchall()
        for seq, commit, parents, time in rows:
            self._parents[commit] = tuple(CommitId(parent) for parent in parents.split())
            self._times[commit] = time
            self._missing.update(parent for parent in self._parents[commit] if parent not in self._parents)
            self._last = (seq, epoch)
            if commit in self._missing:
                self._missing.discard(commit)
                self._orders.clear()


def _blob(text: str | None) -> BlobId | None:
    return None if text is None else BlobId(text)


def _from_bytes(path: bytes) -> NotePath:
    return NotePath(path.decode("utf-8", "surrogatepass"))


def _to_bytes(path: NotePath) -> bytes:
    """Return a path as stored: file names are bytes to git, and undecodable ones must come back as they were."""
    return path.encode("utf-8", "surrogatepass")


def _encode(record: CommitRecord) -> str:
    values = [record.time.isoformat(), record.author, record.subject, record.reason, dict(record.trailers)]
    return json.dumps([*values, list(record.note_ids)], separators=(",", ":"))


def _decode(
    commit: str, parents: str, text: str, changes: Iterable[tuple[bytes, str | None, str | None]]
) -> CommitRecord:
    time, author, subject, reason, trailers, note_ids = json.loads(text)
    return CommitRecord(
        id=CommitId(commit),
        parents=tuple(CommitId(parent) for parent in parents.split()),
        time=datetime.fromisoformat(time),
        author=author,
        subject=subject,
        reason=reason,
        trailers=trailers,
        note_ids=tuple(note_ids),
        changes=tuple(FileChange(_from_bytes(path), _blob(old), _blob(new)) for path, old, new in changes),
    )
