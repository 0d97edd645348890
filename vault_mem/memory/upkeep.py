"""The verbs that look after a vault and its index."""

from __future__ import annotations

from collections.abc import Callable

from vault_mem.memory import checking, timing
from vault_mem.memory.answers import Reindexed, Report, Status, Synced
from vault_mem.memory.evaluating import judging
from vault_mem.memory.evaluating.evaluation import Evaluation
from vault_mem.memory.open_vault import OpenVault


class Upkeep(OpenVault):
    """Figures, findings and repairs."""

    def status(self, *, timings: bool = False) -> Status:
        """Return the vault and its index in figures.

        Args:
            timings: whether to measure a sample recall too, which is not recorded.
        """
        return checking.status(self._session, timings=timings)

    def sync(self, *, dry_run: bool = False) -> Synced:
        """Share the vault: commit hand edits, merge what the branch's remote has, push what we have.

        Nothing of either side is lost and no file gets a conflict marker: what both say otherwise becomes two notes,
        each `disputed` and naming the other. Where the remote cannot be reached, `offline` says so.

        Args:
            dry_run: only fetch, and answer what would come and go.

        Raises:
            NoRemoteError: if the branch follows no remote.
            RemoteError: if the remote refuses.
            WriteConflictError: if a file that is no note has edits in the way.
            VaultBusyError, DetachedHeadError, OperationInProgressError, StorageError: if the vault cannot be written.
        """
        done = self._session.vault.sync(dry_run=dry_run)
        self._session.look_ahead()
        return done

    def warm(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Load what a recall needs, so that the next one is quick; for servers, while nobody waits.

        Args:
            goes_on: asked now and then whether that is still wanted.
        """
        timing.warm(self._session, goes_on)

    def reindex(self, *, history: bool = False, progress: Callable[[str, int, int], None] | None = None) -> Reindexed:
        """Throw the derived index away and build it again.

        Args:
            history: index every version of every commit too, so that the first recall at an old revision is fast.
            progress: called with (stage, done, total).
        """
        return checking.reindex(self._session, history=history, progress=progress)

    def evaluate(
        self,
        *,
        limit: int = judging.DEFAULT_QUESTIONS,
        at: str | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Evaluation:
        """Judge recall by the vault's own supersessions, links and questions; writes nothing to the vault.

        Args:
            limit: questions of each kind, 1..2,000; a vault that has more asks a sample, always the same.
            at: known at: the vault as it was then.
            progress: called with (stage, done, total).

        Raises:
            InvalidQueryError: for a limit out of bounds.
            RevisionNotFoundError: for an `at` that names nothing.
        """
        return judging.evaluate(self._session, limit=limit, at=at, progress=progress)

    def check(self) -> Report:
        """Look at notes and links: malformed frontmatter, bad properties, broken and ambiguous links, twins."""
        return checking.check(self._session)

    def fsck(self) -> Report:
        """Look at the vault's integrity: git objects, git's index, ids, unfinished writes, the derived index."""
        return checking.fsck(self._session)
