"""The verbs that look back."""

from __future__ import annotations

from vault_mem.memory import derivations, histories
from vault_mem.memory.answers import Derivation, History
from vault_mem.memory.open_vault import OpenVault


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
