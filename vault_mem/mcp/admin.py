"""Tools for whoever looks after the vault; not shown unless asked for."""

from __future__ import annotations

from fastmcp.tools import ToolResult
from fastmcp.tools.function_tool import FunctionTool

from vault_mem.mcp import parameters as p
from vault_mem.mcp.definition import ADDS, READS, define
from vault_mem.mcp.desk import Desk


def tools(desk: Desk) -> tuple[FunctionTool, ...]:
    """Return the tools of this set."""
    admin = AdminTools(desk)
    return (define(admin.status, READS), define(admin.reindex, ADDS))


class AdminTools:
    """Each method is a tool."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk that the calls go through."""
        self._desk = desk

    def status(self, *, timings: p.Timings = False) -> ToolResult:
        """Look at the vault and its index in figures: notes, commits, uncommitted edits, indexed passages, git state.

        Next: reindex if passages are missing from the index.
        """
        return self._desk.ask(lambda memory: memory.status(timings=timings))

    def reindex(self, *, history: p.OldVersions = False) -> ToolResult:
        """Throw the recall index away and build it again from the notes; they are not touched.

        Only if recall is wrong or an error says so: the index keeps itself fresh. Can take minutes in a large vault.
        """
        return self._desk.ask(lambda memory: memory.reindex(history=history))
