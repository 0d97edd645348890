"""The eight tools of memory; each docstring is the prompt an agent reads."""

from __future__ import annotations

from fastmcp.tools import ToolResult
from fastmcp.tools.function_tool import FunctionTool

from vault_mem.mcp import parameters as p
from vault_mem.mcp.definition import ADDS, CHANGES, READS, define
from vault_mem.mcp.desk import Desk, wrong_argument
from vault_mem.mcp.results import shape_context, shape_history, shape_note, shape_recalled, shape_related
from vault_mem.memory.requests import DEFAULT_LIMIT


def tools(desk: Desk) -> tuple[FunctionTool, ...]:
    """Return the tools every server has."""
    core = CoreTools(desk)
    return (
        define(core.recall, READS),
        define(core.remember, ADDS),
        define(core.revise, CHANGES),
        define(core.forget, CHANGES),
        define(core.read, READS),
        define(core.related, CHANGES),
        define(core.history, READS),
        define(core.context, READS),
    )


class CoreTools:
    """Each method is a tool: the parameters of the verb it is named after, and one call of it."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk that the calls go through."""
        self._desk = desk

    def recall(
        self,
        query: p.Query = "",
        *,
        limit: p.Limit = DEFAULT_LIMIT,
        offset: p.Offset = 0,
        at: p.At = None,
        valid_at: p.ValidAt = None,
        mode: p.Mode = "hybrid",
        types: p.Types = (),
        categories: p.Categories = (),
        tiers: p.Tiers = (),
        tags: p.Tags = (),
        statuses: p.Statuses = (),
        authors: p.Authors = (),
        path: p.PathFilter = None,
        namespace: p.Namespace = None,
        since: p.Since = None,
        until: p.Until = None,
        max_tokens: p.RecallTokens = p.RECALL_TOKENS,
        explain: p.Explain = False,
    ) -> ToolResult:
        """Search memory before you answer, decide or ask.

        Returns hits, best first: path, lines, excerpt, score, status, version, who and how old; as of any past moment
        with 'at'. Next: read a hit's path for the whole note; other words if nothing fits.
        """
        return self._desk.ask(
            lambda memory: memory.recall(
                query or "",
                limit=limit,
                offset=offset,
                at=at,
                valid_at=valid_at,
                mode=mode,
                types=types,
                categories=categories,
                tiers=tiers,
                tags=tags,
                statuses=statuses,
                authors=authors,
                path=path,
                namespace=namespace,
                since=since,
                until=until,
                max_tokens=max_tokens,
                explain=explain,
                **self._desk.writer(),
            ),
            shape_recalled,
        )

    def remember(
        self,
        text: p.Text = None,
        *,
        title: p.Title = None,
        type: p.Type = None,
        category: p.Category = None,
        key: p.Key = None,
        namespace: p.Project = None,
        tags: p.NewTags = (),
        importance: p.Importance = None,
        confidence: p.Confidence = None,
        valid_from: p.ValidFrom = None,
        expires: p.Expires = None,
        links: p.Links = None,
        source: p.Source = None,
        notes: p.Notes = None,
        reason: p.Reason = None,
    ) -> ToolResult:
        """Keep what a later session needs: decisions and why, preferences, gotchas, procedures, facts.

        One memory, or many with 'notes'; one commit. Returns path, version, action, and similar notes: if one says the
        same, revise it instead. Recall first; no secrets.
        """
        return self._desk.ask(
            lambda memory: memory.remember(
                text,
                title=title,
                type=type,
                category=category,
                key=key,
                namespace=namespace,
                tags=tags,
                importance=importance,
                confidence=confidence,
                valid_from=valid_from,
                expires=expires,
                links=links,
                source=source,
                notes=notes,
                reason=reason or "",
                **self._desk.writer(),
            )
        )

    def revise(
        self,
        note: p.Note,
        text: p.NewText = None,
        *,
        set: p.Changes = None,
        reason: p.Reason = None,
        supersedes: p.Supersedes = (),
        version: p.Version = None,
    ) -> ToolResult:
        """Correct or update a note that recall found, rather than writing a second one.

        Read it first and pass its version. The old text stays in history. With 'supersedes' the named notes are retired
        in the same commit. Returns path and new version; on write-conflict read again and repeat.
        """
        return self._desk.ask(
            lambda memory: memory.revise(
                note,
                text,
                set=set,
                reason=reason or "",
                supersedes=supersedes,
                version=version,
                **self._desk.writer(),
            )
        )

    def forget(
        self, note: p.Note, *, reason: p.Reason = None, version: p.Version = None, undo: p.Undo = False
    ) -> ToolResult:
        """Archive a note that is wrong or no longer wanted: recall leaves it out, links and history stay.

        undo=true brings it back. If a newer fact replaces it, use revise with 'supersedes' instead. Returns path, new
        version and action: archived, restored or unchanged.
        """
        if undo and version is not None:
            raise wrong_argument("version: undo=true takes none", "Leave version out to bring the note back")
        if undo:
            return self._desk.ask(lambda memory: memory.restore(note, reason=reason or "", **self._desk.writer()))
        return self._desk.ask(
            lambda memory: memory.forget(note, reason=reason or "", version=version, **self._desk.writer())
        )

    def read(self, note: p.Note, *, at: p.At = None, section: p.Section = None) -> ToolResult:
        """Read one note, or a section of it, now or as it was.

        Returns text with its lines, properties, headings and version (for revise and forget). Long notes are cut: read
        on by section. Next: related for its links, history for its past.
        """
        return self._desk.ask(lambda memory: memory.read(note, at=at, section=section), shape_note)

    def related(
        self,
        note: p.Note,
        *,
        depth: p.Depth = 1,
        add: p.AddLinks = None,
        remove: p.RemoveLinks = None,
        reason: p.Reason = None,
    ) -> ToolResult:
        """See what a note links to and what links to it, by relation, nearest first; or link notes.

        Without 'add' and 'remove' it only reads. Returns relations with direction, path and title. Next: read a path.
        """
        return self._desk.ask(
            lambda memory: memory.related(
                note, depth=depth, add=add, remove=remove, reason=reason or "", **self._desk.writer()
            ),
            shape_related,
        )

    def history(
        self,
        note: p.Note,
        *,
        view: p.View = "log",
        at: p.HistoryAt = None,
        since: p.HistorySince = None,
        until: p.HistoryUntil = None,
        limit: p.LogLimit = p.LOG_LIMIT,
    ) -> ToolResult:
        """See how a note came to say what it says: versions, differences, who wrote which line and why.

        Each version names its commit; pass it as 'at' to read or recall to see memory as it was then.
        """
        return self._desk.ask(
            lambda memory: memory.history(note, view=view, at=at, since=since, until=until, limit=limit),
            shape_history,
        )

    def context(
        self,
        task: p.Task = None,
        *,
        files: p.Files = (),
        max_tokens: p.ContextTokens = p.CONTEXT_TOKENS,
        namespace: p.ContextNamespace = None,
    ) -> ToolResult:
        """Call once at the start of a task: returns in one block what to know before you begin.

        Pinned notes, the last hand-off, open questions, and what fits the task and files. Next: recall for anything
        more specific.
        """
        return self._desk.ask(
            lambda memory: memory.context(task or "", files=files, max_tokens=max_tokens, namespace=namespace),
            shape_context,
        )
