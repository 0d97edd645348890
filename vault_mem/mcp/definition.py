"""From a function to a tool: its docstring is the description, its schema as small as it can be said."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Any

from fastmcp.tools import ToolResult
from fastmcp.tools.function_tool import FunctionTool
from mcp_types import Tool as MCPTool
from mcp_types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
"""Changes nothing."""

ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
"""Writes; what is there stays or gets a newer version beside the old one; the same call again changes nothing."""

CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
"""Takes something out of sight (history keeps it); the same call again changes nothing."""

_ANY_OBJECT = {"type": "object"}


class LeanTool(FunctionTool):
    """A tool that is listed without the framework's own metadata (its tags; there are none)."""

    def to_mcp_tool(self, **overrides: Any) -> MCPTool:  # Any: as the framework declares it
        """Return the tool as it is listed."""
        listed = super().to_mcp_tool(**overrides)
        return MCPTool.model_validate(listed.model_dump(by_alias=True, exclude_none=True, exclude={"meta"}))


def define(function: Callable[..., ToolResult], annotations: ToolAnnotations) -> FunctionTool:
    """Return a tool named like the function.

    The output schema is a plain object: the schemas of the answers would take more than the tools themselves.
    """
    tool = LeanTool.from_function(
        function,
        description=" ".join(cleandoc(function.__doc__ or "").split()),
        annotations=annotations,
        output_schema=_ANY_OBJECT,
    )
    tool.parameters = _compact(tool.parameters)
    return tool


def _compact(schema: Any) -> Any:  # Any: JSON schema
    """Drop what only repeats: that an argument may be left out, that an object may hold anything, bounds on items."""
    if not isinstance(schema, dict):
        return schema
    return {
        key: {"type": value["type"]} if key == "items" and "maxLength" in value else _compact(value)
        for key, value in schema.items()
        if not (key == "default" and value in (None, [], "")) and not (key == "additionalProperties" and value is True)
    }
