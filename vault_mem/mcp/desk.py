"""Between a tool and the service: says who calls, asks one verb, turns a refusal into what a client shows."""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, TypeVar

from fastmcp.exceptions import ToolError
from fastmcp.server.dependencies import get_context
from fastmcp.tools import ToolResult
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vault_mem.errors import VaultMemError
from vault_mem.mcp.results import Shaped, shape
from vault_mem.mcp.text import render

if TYPE_CHECKING:
    from vault_mem.memory.service import Memory

MAX_ERROR_CHARACTERS = 6_000
MAX_ARGUMENT_ERRORS = 5
MAX_AGENT_CHARACTERS = 64
_NOT_IN_A_NAME = re.compile(r"[^\w.@+-]+")

A = TypeVar("A")


class Writer(TypedDict):
    """Who writes or asks, as the trailers of a commit and the record of a recall name them."""

    agent: str | None
    session: str


class Desk:
    """Where every tool takes its call."""

    def __init__(self, memory: Callable[[], Memory]) -> None:
        """Take a function that returns the open vault; it is called in worker threads, once a call."""
        self._memory = memory
        self._session = secrets.token_hex(8)

    def ask(self, verb: Callable[[Memory], A], shaped: Callable[[A], Shaped] = shape) -> ToolResult:
        """Return the answer of one verb as it is sent: JSON for programs, the same as text for models.

        Raises:
            ToolError: for everything the service refuses.
        """
        try:
            answer = shaped(verb(self._memory()))
        except VaultMemError as exc:
            raise refusal(exc) from exc
        return ToolResult(content=render(answer), structured_content=answer)

    def writer(self) -> Writer:
        """Return the client's own name, None if it gives none, and the session.

        The name comes with `initialize`, or since protocol 2026-07-28 with each request; the SDK shows both in one
        place. That protocol has no sessions, so a session is this desk's lifetime: over stdio, a client's connection.
        """
        client = get_context().session.client_params
        return Writer(agent=_agent(client.client_info.name) if client else None, session=self._session)


def refusal(error: VaultMemError | ValidationError) -> ToolError:
    """Return the error a client sees, `code: message. hint`; the one place where errors become MCP's."""
    if isinstance(error, VaultMemError):
        return _error(f"{error.code}: {error}")
    named = list(dict.fromkeys(_problem(each) for each in error.errors(include_input=False) if not _is_null(each)))
    return wrong_argument("; ".join(named[:MAX_ARGUMENT_ERRORS]))


def wrong_argument(problem: str, hint: str = "Mend the arguments and call again") -> ToolError:
    """Return the error for arguments that the tool does not take."""
    return _error(f"invalid-argument: {problem}. {hint}")


def _error(message: str) -> ToolError:
    return ToolError(message[:MAX_ERROR_CHARACTERS], log_level=logging.DEBUG)


def _problem(error: ErrorDetails) -> str:
    """Return the argument, with an index or a key where one is meant, and what is wrong with it."""
    place = ".".join(str(part) for part in error["loc"] if isinstance(part, int) or part == error["loc"][0])
    return f"{place}: {error['msg']}"


def _is_null(error: ErrorDetails) -> bool:
    """Whether the error only says that the value is not null, which stands for an argument left out."""
    return error["type"] == "none_required"


def _agent(name: str) -> str | None:
    """Return a client's name as one short word that is safe in a trailer."""
    word = _NOT_IN_A_NAME.sub("-", unicodedata.normalize("NFKC", name[: 4 * MAX_AGENT_CHARACTERS]))
    return word.strip("-")[:MAX_AGENT_CHARACTERS] or None
