"""Tools that look further back than a note's own history; not shown unless asked for."""

from __future__ import annotations

from fastmcp.tools import ToolResult
from fastmcp.tools.function_tool import FunctionTool

from vault_mem.mcp import parameters as p
from vault_mem.mcp.definition import ADDS, CHANGES, READS, define
from vault_mem.mcp.desk import Desk
from vault_mem.mcp.results import (
    shape_bisected,
    shape_changes,
    shape_checkpoints,
    shape_derivation,
    shape_log,
    shape_replay,
    shape_timeline,
    shape_undone,
)


def tools(desk: Desk) -> tuple[FunctionTool, ...]:
    """Return the tools of this set."""
    history = HistoryTools(desk)
    return (
        define(history.log, READS),
        define(history.changes, READS),
        define(history.derivation, READS),
        define(history.bisect, READS),
        define(history.replay, READS),
        define(history.timeline, READS),
        define(history.checkpoint, ADDS),
        define(history.revert, CHANGES),
        define(history.rollback, CHANGES),
    )


class HistoryTools:
    """Each method is a tool."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk that the calls go through."""
        self._desk = desk

    def log(
        self,
        *,
        authors: p.Authors = (),
        sessions: p.Sessions = (),
        operations: p.Operations = (),
        types: p.Types = (),
        path: p.PathFilter = None,
        since: p.Arrived = None,
        until: p.KnownAt = None,
        limit: p.ActLimit = p.LOG_LIMIT,
        offset: p.Offset = 0,
    ) -> ToolResult:
        """See what was done in the whole vault, newest first: who, in which session, which notes, and why.

        Returns acts, each a commit; pass one as 'at' to recall or read. For one note use history.
        """
        return self._desk.ask(
            lambda memory: memory.log(
                authors=authors,
                sessions=sessions,
                operations=operations,
                types=types,
                path=path,
                since=since,
                until=until,
                limit=limit,
                offset=offset,
            ),
            shape_log,
        )

    def changes(
        self,
        *,
        since: p.Arrived = None,
        until: p.KnownAt = None,
        limit: p.ActLimit = 100,
        offset: p.Offset = 0,
    ) -> ToolResult:
        """See what became of the notes since a date, a commit or the last act of a session: what changed meanwhile.

        Returns counts, and notes by kind: new, revised, superseded, archived, restored, moved, deleted. Next: read a
        path, or history with view=diff.
        """
        return self._desk.ask(
            lambda memory: memory.changes(since=since, until=until, limit=limit, offset=offset), shape_changes
        )

    def derivation(self, note: p.Note, *, at: p.At = None) -> ToolResult:
        """See what a note was made from and what it replaces, down to the sources, now or as it was.

        Coverage is the share of an origin's content words that its parent still carries. Next: read an origin before
        you rely on a summary with a low coverage.
        """
        return self._desk.ask(lambda memory: memory.derivation(note, at=at), shape_derivation)

    def bisect(
        self,
        query: p.Asked,
        *,
        good: p.Good,
        bad: p.Bad = None,
        expect: p.Expected = None,
        note: p.ExpectedNote = None,
        types: p.Types = (),
        path: p.PathFilter = None,
        namespace: p.Namespace = None,
    ) -> ToolResult:
        """Find the first act after which recall's top answer to a question changed: what broke a belief, who and why.

        Returns the act, the answers before and after it, and the difference it made. Right is the answer at good, or
        what expect or note say. Next: history of the note, or revise it.
        """
        return self._desk.ask(
            lambda memory: memory.bisect(
                query,
                good=good,
                bad=bad or None,
                expect=expect or None,
                note=note or None,
                types=types,
                path=path,
                namespace=namespace,
            ),
            shape_bisected,
        )

    def replay(
        self, session: p.ReplayedSession = None, *, limit: p.ActLimit = p.LOG_LIMIT, offset: p.Offset = 0
    ) -> ToolResult:
        """Ask the recalls of a session again, at the revision each one saw: did it get what we get today?

        Without 'session': the sessions that have recalls, the latest first. Returns each question with is_same, its
        hits before and, where they differ, now, and the causes: what changed since.
        """
        return self._desk.ask(lambda memory: memory.replay(session or None, limit=limit, offset=offset), shape_replay)

    def timeline(
        self,
        query: p.Told = "",
        *,
        note: p.ToldNote = None,
        since: p.Arrived = None,
        until: p.KnownAt = None,
        limit: p.TurnLimit = p.TURN_LIMIT,
        types: p.Types = (),
        path: p.PathFilter = None,
        namespace: p.Namespace = None,
    ) -> ToolResult:
        """See how the answer to a question, or a note, changed over time, oldest first: which act, who and why.

        Returns turns: an act and the answer (belief) from then on, none where nothing sure was known; for a note the
        difference. Next: read at an act's commit.
        """
        return self._desk.ask(
            lambda memory: memory.timeline(
                query or "",
                note=note or None,
                since=since,
                until=until,
                limit=limit,
                types=types,
                path=path or None,
                namespace=namespace,
            ),
            shape_timeline,
        )

    def checkpoint(self, name: p.CheckpointName = None, *, reason: p.Reason = None) -> ToolResult:
        """Name the present state of memory before a risky change, or list the names.

        Pass a name as 'at' to recall, read or derivation to see memory as it was then. A name is given once.
        """
        return self._desk.ask(
            lambda memory: memory.checkpoint(name or None, reason=reason or "", **self._desk.writer()),
            shape_checkpoints,
        )

    def revert(
        self,
        target: p.Target,
        *,
        with_dependents: p.WithDependents = False,
        yes: p.Yes = False,
        reason: p.Reason = None,
    ) -> ToolResult:
        """Take back one act, or all that a session wrote, by a new commit. Without yes, see what it would do.

        Returns the notes and what becomes of them, notes that build on them, and what clashes. Look at it first, then
        call again with yes=true and the commit that acts names: HEAD may be another one by then.
        """
        return self._desk.ask(
            lambda memory: memory.revert(
                target, with_dependents=with_dependents, yes=yes, reason=reason or "", **self._desk.writer()
            ),
            shape_undone,
        )

    def rollback(self, name: p.State, *, yes: p.Yes = False, reason: p.Reason = None) -> ToolResult:
        """Return all notes to a checkpoint or date by a new commit. Without yes, see what it would do.

        Everybody's later work is undone in the notes (not in the history): ask the user before yes=true.
        """
        return self._desk.ask(
            lambda memory: memory.rollback(name, yes=yes, reason=reason or "", **self._desk.writer()), shape_undone
        )
