"""The verbs that look back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vault_mem.errors import InvalidQueryError
from vault_mem.memory import checkouts, checkpoints
from vault_mem.memory.acts import Changes, VaultLog
from vault_mem.memory.answers import (
    Bisected,
    Checkouts,
    Checkpoints,
    ClearedRecalls,
    Derivation,
    History,
    Replay,
    Timeline,
    Undone,
)
from vault_mem.memory.looking_back import bisecting, changing, derivations, histories, logs, timelines
from vault_mem.memory.open_vault import OpenVault
from vault_mem.memory.replaying import replaying
from vault_mem.memory.undo import reverting
from vault_mem.recall.query import Question
from vault_mem.recall.relevance import MIN_RELEVANCE


class Past(OpenVault):
    """What git knows about memory."""

    def history(
        self,
        note: str,
        *,
        view: str = "log",
        at: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
    ) -> History:
        """Look at a note's past.

        Args:
            note: which one; one that is gone is found by its id or path.
            view: log (versions, newest first), diff (between `since` and `until`, or the last change), blame (by
                line) or as-of (the note as it was `at`).
            at: for as-of and blame, the moment; for log, the revision to start from.
            since: for log, no older versions; for diff, the old side.
            until: for log, no newer versions; for diff, the new side.
            limit: versions at most, for log.

        Raises:
            NoteNotFoundError: also if the note was not known yet at that time.
            RevisionNotFoundError, AmbiguousNoteError, InvalidQueryError.
        """
        return histories.history(self._session, note, view=view, at=at, since=since, until=until, limit=limit)

    def log(
        self,
        *,
        authors: Sequence[str] = (),
        sessions: Sequence[str] = (),
        operations: Sequence[str] = (),
        types: Sequence[str] = (),
        path: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> VaultLog:
        """Look at the whole vault's log, newest first.

        Args:
            authors: any of these people or agents.
            sessions: any of these sessions, by their ids.
            operations: any of these verbs, such as `revise` or `merge`; `edit` for commits of other programs.
            types: acts on a note of any of these types.
            path: acts on a folder, a note, or a glob.
            since: acts that arrived at or after a time, or after a revision or the last act of a session.
            until: what the vault knew at a revision or time.
            limit: acts at most, 1..1,000.
            offset: acts to skip.

        Raises:
            InvalidQueryError: for a page out of bounds.
            RevisionNotFoundError: for a `since` or `until` that names nothing in the past of this branch.
        """
        return logs.log(
            self._session,
            authors=authors,
            sessions=sessions,
            operations=operations,
            types=types,
            path=path,
            since=since,
            until=until,
            limit=limit,
            offset=offset,
        )

    def changes(
        self, *, since: str | None = None, until: str | None = None, limit: int = 200, offset: int = 0
    ) -> Changes:
        """Say what changed in the vault: notes new, revised, superseded, archived, restored, moved and deleted.

        Args:
            since: a time, inclusive; or a revision or a session's id, for what came after it. None: from the beginning.
            until: a revision or time; None for the last commit. Uncommitted edits are not in it.
            limit: notes at most, 1..1,000.
            offset: notes to skip.

        Raises:
            InvalidQueryError: for a page out of bounds.
            RevisionNotFoundError: for a `since` or `until` that names nothing in the past of this branch.
        """
        return changing.changes(self._session, since=since, until=until, limit=limit, offset=offset)

    def derivation(self, note: str, *, at: str | None = None) -> Derivation:
        """Look at what a note was made from (`derived_from`) and what it replaces (`supersedes`), down to the sources.

        Each origin says how much of its content words the note above it still carries: of a summary, what it kept.

        Args:
            note: which one.
            at: known at; the present state, uncommitted edits included, if not given.

        Raises:
            NoteNotFoundError, AmbiguousNoteError, RevisionNotFoundError.
        """
        return derivations.derivation(self._session, note, at=at)

    def bisect(
        self,
        query: str,
        *,
        good: str,
        bad: str | None = None,
        expect: str | None = None,
        note: str | None = None,
        types: Sequence[str] = (),
        path: str | None = None,
        namespace: str | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Bisected:
        """Find the first act after which recall's top answer to a question changed.

        Asks recall at ceil(log2 n) + 2 revisions at most, for n acts along the branch's first parents. Where the answer
        changed more than once, it finds one of the changes. Works either way: what broke an answer, or what mended it.

        Args:
            query: the question.
            good: a revision or time at which the answer was right.
            bad: one at which it is not; the last commit if not given. Uncommitted edits are not looked at.
            expect: the answer is right if the note answered holds these words; else if it is the one at `good`.
            note: the answer is right if it is this note.
            types: only notes of these types.
            path: only a folder, a note, or a glob.
            namespace: only a project's notes; empty is the global one, None is all.
            progress: called with (stage, done, total).

        Raises:
            InvalidQueryError: without a question, or for an empty stretch.
            RevisionNotFoundError: if an end names nothing, or `good` is not on the line of first parents to `bad`.
            NoteNotFoundError, AmbiguousNoteError: if `note` names none at either end, or several.
        """
        now = self._session.now()
        question = Question.checked(query=query, types=types, path=path, namespace=namespace, limit=1, now=now)
        return bisecting.bisect(
            self._session,
            question,
            good=good,
            bad=bad,
            expected=bisecting.Expectation(expect, note),
            progress=progress,
        )

    def timeline(
        self,
        query: str = "",
        *,
        note: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
        types: Sequence[str] = (),
        path: str | None = None,
        namespace: str | None = None,
        min_relevance: float | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Timeline:
        """Tell how the answer to a question, or a note, changed over time, oldest first, with who and why.

        For a question, recall is asked along the branch's first parents: at each commit of a short stretch; in a longer
        one at 16 spread over it, then wherever a note changed or was merged that was an answer, or would be one of the
        best five at the end if it were not retired or forgotten; then between any two that answer differently, until
        the very act is found. What it can miss: an answer that came and went between two revisions asked, by a note
        that is none of these. It asks 150 times at most; where that does not do, `notice` says so, and up to when turns
        may be missing or late. Uncommitted edits are not looked at.

        Args:
            query: the question.
            note: the note, instead of a question; one that is gone is found by its id, path or file name.
            since: a time, inclusive; or a revision or a session's id, for what came after it. None: from the beginning.
            until: a revision or time; None for the last commit.
            limit: turns at most, the newest ones, 1..1,000.
            types: for a question, only notes of these types.
            path: for a question, only a folder, a note, or a glob.
            namespace: for a question, only a project's notes; empty is the global one, None is all.
            min_relevance: for a question, a first answer that is less sure than this all the while counts as none,
                0..1; None is the bound above which recall calls an answer relevant (0.13), 0 takes every answer.
            progress: called with (stage, done, total).

        Raises:
            InvalidQueryError: without a question or a note, with both, or for a bad argument.
            RevisionNotFoundError: for a `since` or `until` that names nothing in the past of this branch.
            NoteNotFoundError, AmbiguousNoteError.
        """
        if note is not None:
            if query.strip() or types or path is not None or namespace is not None or min_relevance is not None:
                raise InvalidQueryError("A note is not asked a question", "Leave the query and its filters out")
            return timelines.of_note(self._session, note, since=since, until=until, limit=limit)
        if not query.strip():
            raise InvalidQueryError("Neither a question nor a note", "Ask a question, or name a note")
        question = Question.checked(
            query=query,
            types=types,
            path=path,
            namespace=namespace,
            min_relevance=MIN_RELEVANCE if min_relevance is None else min_relevance,
            limit=1,
            now=self._session.now(),
        )
        return timelines.of_question(self._session, question, since=since, until=until, limit=limit, progress=progress)

    def checkpoint(
        self, name: str | None = None, *, reason: str = "", agent: str | None = None, session: str | None = None
    ) -> Checkpoints:
        """Name the present state of the vault, or list the names given so far.

        A checkpoint is an annotated tag, so its name works wherever `at` is taken. It names the last commit: `dirty`
        says whether there are edits that it leaves out.

        Args:
            name: letters, digits, `-`, `_`, `.` and `+`, at most 80; the checkpoints are listed if not given.
            reason: why, kept in the tag.
            agent: who names it; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            InvalidNoteError: for a name that cannot be one, means a commit or a time, or is taken.
            RevisionNotFoundError: if the vault has no commit yet.
            ReadOnlyVaultError, StorageError: if the vault cannot be written.
        """
        return checkpoints.checkpoint(self._session.acting(agent, session, reason), name)

    def checkout(self, folder: Path | str, *, at: str) -> Checkouts:
        """Put the vault as it was into a folder, to be opened in Obsidian or with vault-mem.

        The folder is a work tree of the same repository, on no branch: notes are recalled there as of that commit, and
        nothing is written. Its notes are marked read-only. Links, submodules and what git filters would make of files
        are left out. Checkouts whose folder is gone, with nothing lost in them, are forgotten first. No tool of the MCP
        server does this: agents are not to write folders anywhere on the disk.

        Args:
            folder: new or empty, outside the vault; folders above it are made.
            at: known at.

        Raises:
            CheckoutError: if the folder cannot be one, this clone lacks a part of the state, or the system cannot hold
                one of its names; nothing is left behind.
            RevisionNotFoundError, InvalidQueryError: for an `at` that names nothing.
            StorageError, VaultBusyError: if the disk refuses, or another process makes or removes checkouts.
        """
        return checkouts.checkout(self._session, folder, at)

    def checkouts(self) -> Checkouts:
        """List the checkouts of this vault, newest first; other work trees of its repository are none."""
        return checkouts.checkouts(self._session)

    def remove_checkout(self, folder: Path | str, *, force: bool = False) -> Checkouts:
        """Remove a checkout with its folder; only the record of it, where the folder is gone.

        Args:
            folder: where it is.
            force: even if a person changed or added files in it, or moved its HEAD.

        Raises:
            CheckoutError: if it is no checkout of this vault, is the open one, or, without `force`, something in it
                would be lost.
            StorageError, VaultBusyError: if the disk refuses, or another process makes or removes checkouts.
        """
        return checkouts.remove(self._session, folder, force=force)

    def prune_checkouts(self) -> Checkouts:
        """Remove every checkout in which nobody changed or added anything, and say which ones are kept.

        Raises:
            StorageError, VaultBusyError: if the disk refuses, or another process makes or removes checkouts.
        """
        return checkouts.prune(self._session)

    def revert(
        self,
        target: str,
        *,
        with_dependents: bool = False,
        yes: bool = False,
        reason: str = "",
        agent: str | None = None,
        session: str | None = None,
    ) -> Undone:
        """Take back one act, or everything that a session wrote, by a new commit; later changes stay.

        Notes the act created are deleted, those it deleted are restored, moved ones go back; of a note that has changed
        since, only what the act did is taken back: properties by key, text by line. Ids stay. Of a merge it is what the
        merge brought. It is refused where the same lines have changed since, and where other notes have come to build
        on the notes: by a typed relation, or by a link that would break.

        Args:
            target: a commit, or a session's id.
            with_dependents: do it all the same, and archive the notes that were derived from what is taken back.
            yes: write it; otherwise only what would be done is answered.
            reason: why, for the commit; the commits that are taken back, if not given.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            UndoRefusedError: with `yes`, if something is in the way; nothing is written.
            InvalidQueryError: for a time, which names no act.
            RevisionNotFoundError: if it names nothing in the past of this branch.
            VaultBusyError, DetachedHeadError, OperationInProgressError, StorageError: if the vault cannot be written.
        """
        acting = self._session.acting(agent, session, reason)
        return reverting.revert(acting, target, with_dependents=with_dependents, yes=yes)

    def rollback(
        self,
        name: str,
        *,
        yes: bool = False,
        reason: str = "",
        agent: str | None = None,
        session: str | None = None,
    ) -> Undone:
        """Return all notes to a state of the vault by a new commit; what came since stays in the history.

        Uncommitted edits of the notes that change are committed first. Files that are no notes stay as they are.

        Args:
            name: a checkpoint, or any revision or time.
            yes: write it; otherwise only what would be done is answered.
            reason: why, for the commit; the state's name, if not given.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            RevisionNotFoundError: if it names no state.
            UndoRefusedError: if a version of that state is not in this clone.
            VaultBusyError, DetachedHeadError, OperationInProgressError, StorageError: if the vault cannot be written.
        """
        return reverting.rollback(self._session.acting(agent, session, reason), name, yes=yes)

    def replay(self, session: str | None = None, *, limit: int | None = None, offset: int = 0) -> Replay:
        """Ask the recorded recalls of a session again, each at the revision it saw, and say what comes out otherwise.

        A question is asked as of its own time: what `yesterday` meant, and what had expired, is judged by that. Where
        the answer is another one, `causes` name what changed: the vault's commits, the index, the weights, a model.
        Nothing is recorded by it. `context` is not recorded and not replayed.

        Args:
            session: whose recalls; the sessions that have some are listed if not given.
            limit: recalls (or sessions) at most; None is all.
            offset: recalls (or sessions) to skip.

        Raises:
            InvalidQueryError: for a page out of bounds.
            StorageError: if the records are there and cannot be read.
        """
        return replaying.replay(self._session, session, limit=limit, offset=offset)

    def clear_recalls(self, session: str | None = None) -> ClearedRecalls:
        """Delete the recorded recalls of a session, or of all of them if none is given.

        Raises:
            StorageError: if they cannot be deleted.
        """
        return replaying.clear(self._session, session)
