"""What happens around every request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastmcp.exceptions import ValidationError as ArgumentError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import Tool, ToolResult
from mcp_types import CallToolRequestParams, ListToolsRequest
from pydantic import ValidationError

from vault_mem.mcp.desk import refusal
from vault_mem.mcp.opening import Opening

DELAY = 0.05
"""Seconds between the request for the list of tools and the opening, in which the list is sent."""


class Arguments(Middleware):
    """Drops arguments that are null, and says what is wrong with others without repeating them."""

    async def on_call_tool(
        self, context: MiddlewareContext[CallToolRequestParams], call_next: CallNext[CallToolRequestParams, ToolResult]
    ) -> ToolResult:
        """Pass the call on.

        Raises:
            ToolError: `invalid-argument: …` if the arguments do not fit the schema.
        """
        given = {name: value for name, value in (context.message.arguments or {}).items() if value is not None}
        message = context.message.model_copy(update={"arguments": given})
        try:
            return await call_next(context.copy(message=message))
        except ArgumentError as exc:
            if isinstance(exc.__cause__, ValidationError):
                raise refusal(exc.__cause__) from exc
            raise


class OpenAfterListing(Middleware):
    """Begins to open the vault once a client has asked for the list of tools: imports would hold up the answer."""

    def __init__(self, opening: Opening) -> None:
        """Take the opening to start."""
        self._opening = opening

    async def on_list_tools(
        self,
        context: MiddlewareContext[ListToolsRequest],
        call_next: CallNext[ListToolsRequest, Sequence[Tool]],
    ) -> Sequence[Tool]:
        """Pass the request on and start the opening soon after."""
        tools = await call_next(context)
        asyncio.get_running_loop().call_later(DELAY, self._opening.start)
        return tools
