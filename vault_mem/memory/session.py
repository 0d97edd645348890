"""An open vault with its index: always fresh, shared by all verbs."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from vault_mem.config import Settings
from vault_mem.errors import GitCommandError, IndexReplacedError, VaultBusyError
from vault_mem.index.index import Index
from vault_mem.index.lineage import Lineage, Version
from vault_mem.index.view import View
from vault_mem.memory.catching_up import BRIEF, PATIENT, CatchUp
from vault_mem.memory.moment import Moment
from vault_mem.memory.replaying.recall_log import RecallLog
from vault_mem.notes.document import id_in
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.recall.rerankers.base import Reranker
from vault_mem.vault.vault import Vault
from vault_mem.vault.worktree import Snapshot

Progress = Callable[[str, int, int], None]
PAST_MOMENTS = 8
KEPT_IDS = 20_000
HISTORY_BATCH = 500
MAX_REPEATS = 3
RECALLS_FOLDER = "recalls"
_T = TypeVar("_T")


class Session:
    """Vault, index and clock, and the latest moment they agree on."""

    def __init__(
        self,
        vault: Vault,
        index: Index,
        settings: Settings,
        *,
        agent: str | None = None,
        session: str | None = None,
        progress: Progress | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        reranker: Reranker | None = None,
        is_serving: bool = False,
    ) -> None:
        """Keep the parts; `agent` and `session` are the defaults of every verb; a server indexes beside its answers."""
        self.vault = vault
        self.index = index
        self.settings = settings
        self.reranker = reranker
        self.recalls = RecallLog(settings.repository_state(vault.key) / RECALLS_FOLDER, is_on=settings.recall_log)
        self._agent = agent or settings.agent
        self._session = session or settings.session
        self._catching_up = CatchUp(index, progress, is_beside=is_serving)
        self._clock = clock
        self._lock = threading.RLock()
        self._mark: str | None = None
        self._present: tuple[Snapshot, Moment] | None = None
        self._ids: dict[BlobId, str | None] = {}
        self._past: OrderedDict[CommitId, Moment] = OrderedDict()

    def close(self) -> None:
        """Release the index, the reranker and the repository."""
        self._catching_up.close()
        self.index.close()
        if self.reranker is not None:
            self.reranker.close()
        self.vault.close()

    def timed(self, vault: Vault, index: Index, lap: Callable[[str], None]) -> Session:
        """Return this session with parts that are measured; `lap` is told what stage of catching up just ended."""
        told = self._catching_up.progress

        def progress(stage: str, done: int, total: int) -> None:
            lap(stage)
            if told:
                told(stage, done, total)

        measured = copy(self)
        measured.vault, measured.index = vault, index
        measured._catching_up = CatchUp(index, progress, is_beside=False)  # noqa: SLF001 - its own class
        return measured

    def now(self) -> datetime:
        """Return the current time, aware UTC."""
        return self._clock()

    def acting(self, agent: str | None, session: str | None, reason: str) -> Acting:
        """Return this session with who acts and why."""
        return Acting(self, agent or self._agent, session or self._session, reason.strip())

    def present(self, *, wait: float = PATIENT) -> Moment:
        """Return the vault as it is now, hand edits included, after catching the index up with it.

        Args:
            wait: seconds to wait for the index work of others; after `BRIEF` ones the moment may be incomplete.

        Raises:
            VaultBusyError: if the index is not complete after a longer wait.
        """
        with self._lock:
            self._expect_history()
            snapshot = self.vault.current()
            if self._present is not None and self._present[0] == snapshot and self._stands(self._present[1]):
                return self._present[1]
        view, complete = self._seen(snapshot.notes, snapshot, wait)  # nobody else waits meanwhile
        if snapshot.commit is not None:
            self._know(snapshot.commit)
        with self._lock:
            moment = Moment(
                commit=snapshot.commit,
                dirty=snapshot.dirty,
                gone=snapshot.gone,
                view=view,
                time=self.now(),
                index=self.index,
                is_present=True,
                is_complete=complete,
            )
            if self._present is not None:
                self._take_over(moment, snapshot.notes, self._present[1], self._present[0].notes)
            self._present = (snapshot, moment)
            return moment

    def look_ahead(self) -> None:
        """Catch up with what was just written beside those who ask, where that is done at all."""
        self._catching_up.ahead(self.present)

    def committed(self) -> Moment:
        """Return the vault as its last commit has it: the present, or without a look at the work tree."""
        with self._lock:
            self._expect_history()
            head = self.vault.head()
            if head is None:
                return self.present()
            if self._present is not None:
                known = self._present[1]
                if known.commit == head and not known.differs and self._stands(known):
                    return known
            return self.at_commit(head)

    def at(self, revision: str | None, *, wait: float = PATIENT) -> Moment:
        """Return the vault as it was known at a revision; the present for None. `wait` is as for `present`.

        Raises:
            RevisionNotFoundError: if it names no state of the vault.
            VaultBusyError: as `present`.
        """
        if revision is None:
            return self.present(wait=wait)
        return self.at_commit(self.vault.resolve(revision, now=self.now()), wait=wait)

    def at_commit(self, commit: CommitId, *, wait: float = PATIENT) -> Moment:
        """Return the vault as a commit has it. `wait` is as for `present`.

        Raises:
            RevisionNotFoundError: if there is no such commit here.
            VaultBusyError: as `present`.
        """
        with self._lock:
            self._expect_history()
            known = self._past.get(commit)
            if known is not None and self._stands(known):
                self._past.move_to_end(commit)
                return known
        notes = self.vault.tree(commit)
        self._know(commit)
        view, complete = self._seen(notes, None, wait)
        record = self.index.commits.headline(commit)
        with self._lock:
            self._past[commit] = Moment(
                commit=commit,
                dirty=frozenset(),
                view=view,
                time=record.time if record else self.now(),
                index=self.index,
                is_complete=complete,
            )
            self._past.move_to_end(commit)
            while len(self._past) > PAST_MOMENTS:
                self._past.popitem(last=False)
            return self._past[commit]

    def asking(self, work: Callable[[], _T]) -> _T:
        """Do work that asks the index; where the index was rebuilt meanwhile, look at the vault again and repeat it."""
        for _ in range(MAX_REPEATS):
            with suppress(IndexReplacedError):
                return work()
        return work()

    def content(self, moment: Moment, blob: BlobId) -> bytes:
        """Return the bytes of a version that the moment holds.

        Raises:
            VaultBusyError: if it was work-tree text and has changed again since.
        """
        present = self._present  # another thread may take it away meanwhile
        snapshot = present[0] if present is not None and moment.is_present else None
        for _, data in self.vault.read_blobs([blob], snapshot):
            return data
        raise VaultBusyError("The note changed while it was being read")

    def version_bytes(self, blob: BlobId) -> bytes:
        """Return the bytes of a committed version; empty if it is not here (a shallow or partial clone)."""
        return next((data for _, data in self.vault.read_blobs([blob])), b"")

    def version_content(self, blob: BlobId) -> bytes:
        """Return the bytes of a committed version.

        Raises:
            GitCommandError: if it is not here (a partial clone).
        """
        for _, data in self.vault.read_blobs([blob]):
            return data
        raise GitCommandError("cat-file", f"version {blob[:12]} is not here, as in a partial clone")

    def note_id(self, blob: BlobId) -> str | None:
        """Return the id that a committed version has, None without one; up to 20,000 are kept."""
        try:
            return self._ids[blob]
        except KeyError:
            identity = id_in(self.version_bytes(blob))
        if len(self._ids) >= KEPT_IDS:
            self._ids.clear()
        self._ids[blob] = identity
        return identity

    def is_same_note(self, old: BlobId, new: BlobId) -> bool:
        """Whether two versions are of one note: the same bytes, or the same id."""
        identity = self.note_id(old)
        return old == new or (identity is not None and identity == self.note_id(new))

    def log(self, path: NotePath, head: CommitId) -> tuple[Version, ...]:
        """Return a note's versions at head and before, newest first, under the paths it had."""
        return self.lineage(head).trace(path)

    def lineage(self, head: CommitId) -> Lineage:
        """Return the versions of notes at head and before."""
        return Lineage(self.index.commits, head, note_id=self.note_id)

    def rebuild(self, *, history: bool, progress: Progress | None) -> Moment:
        """Throw the index away, build it again, and return the present."""
        with self._lock:
            self.index.clear()
            self._present = None
            self._catching_up.progress = progress or self._catching_up.progress
            self._past.clear()
            moment = self.present(wait=math.inf)
            if history:
                self._index_history()
            return moment

    def _expect_history(self) -> None:
        """Forget the log of commits where a shallow clone was deepened: parents that were cut off are there now."""
        mark = self.vault.shallow_mark()
        if mark != self._mark:
            self.index.commits.expect(mark)
            self._mark, self._present = mark, None
            self._past.clear()

    def _take_over(self, moment: Moment, notes: Listing, earlier: Moment, before: Listing) -> None:
        """Spare a moment the work that was done for an earlier one that differs little."""
        changes = notes.since(before)
        has_all = len(moment.view.notes) == len(notes) and len(earlier.view.notes) == len(before)
        if changes is not None and has_all and self._stands(earlier):
            moment.follow(earlier, changes)

    def _stands(self, moment: Moment) -> bool:
        """Whether a moment is complete, and the index still knows it."""
        try:
            self.index.check(moment.view)
        except IndexReplacedError:
            return False
        return moment.is_complete

    def _seen(self, notes: Listing, snapshot: Snapshot | None, wait: float) -> tuple[View, bool]:
        """Catch the index up; return how it sees the notes, and whether it has all of them that can be read.

        Raises:
            VaultBusyError: if it has not, and the one who asks does not say so.
        """
        epoch = None
        for _ in range(MAX_REPEATS):
            complete = self._catching_up.follow(notes, self._reader(snapshot), wait=wait)
            view = self.index.view(notes)
            # Another process may have begun the index anew in between; what lacks twice in one cannot be read.
            if not complete or len(view.notes) == len(notes) or view.epoch == epoch:
                break
            complete, epoch = False, view.epoch
        if not complete and wait > BRIEF:
            raise VaultBusyError("The index is still being built", "Try again when it has finished")
        return view, complete

    def _know(self, commit: CommitId) -> None:
        """Have a commit and those behind it in the log, whichever branch it is on."""
        commits = self.index.commits
        if not commits.has(commit):
            commits.add(self.vault.commits(commit, exclude=commits.known_tips()))

    def _index_history(self) -> None:
        """Index every version that any commit of the branch wrote, a few hundred at a time."""
        batch: dict[NotePath, BlobId] = {}
        for record in self.vault.commits():
            for change in record.changes:
                if change.path in batch or len(batch) >= HISTORY_BATCH:
                    self.index.update(batch, self._reader(None), progress=self._catching_up.progress)
                    batch = {}
                if change.new is not None:
                    batch[change.path] = change.new
        self.index.update(batch, self._reader(None), progress=self._catching_up.progress)

    def _reader(self, snapshot: Snapshot | None) -> Callable[[Sequence[BlobId]], Iterable[tuple[BlobId, bytes]]]:
        return lambda blobs: self.vault.read_blobs(blobs, snapshot)


@dataclass(frozen=True, slots=True)
class Acting:
    """A session with who writes or asks, and why."""

    session: Session
    agent: str | None
    session_id: str | None
    reason: str
