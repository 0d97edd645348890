"""Tools that look further back than a note's own history; not shown unless asked for."""

from __future__ import annotations

from fastmcp.tools import ToolResult
from fastmcp.tools.function_tool import FunctionTool

from vault_mem.mcp import parameters as p
from vault_mem.mcp.definition import READS, define
from vault_mem.mcp.desk import Desk
from vault_mem.mcp.results import shape_derivation


def tools(desk: Desk) -> tuple[FunctionTool, ...]:
    """Return the tools of this set."""
    history = HistoryTools(desk)
    return (define(history.derivation, READS),)


class HistoryTools:
    """Each method is a tool."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk that the calls go through."""
        self._desk = desk

    def derivation(self, note: p.Note, *, at: p.At = None) -> ToolResult:
        """See what a note was made from and what it replaces, down to the sources, now or as it was.

        Coverage is the share of an origin's content words that its parent still carries. Next: read an origin before
        you rely on a summary with a low coverage.
        """
        return self._desk.ask(lambda memory: memory.derivation(note, at=at), shape_derivation)
