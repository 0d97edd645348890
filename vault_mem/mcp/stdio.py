"""Keeps stdout for the protocol: whatever else writes there goes to stderr."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import Self

STDOUT, STDERR = 1, 2


class Wire:
    """Holds stdout back from everyone until the transport takes it, and again after it is done.

    The transport of the MCP SDK diverts the descriptor itself while it runs (`mcp.server.stdio`); this covers the
    imports before and the interpreter's last flush after. The kept descriptor is not inherited by child processes.
    """

    def __enter__(self) -> Self:
        """Point stdout at stderr."""
        self._kept: int | None = None
        with suppress(OSError):
            kept = os.dup(STDOUT)
            os.dup2(STDERR, STDOUT)
            self._kept = kept
        return self

    def hand_over(self) -> None:
        """Point stdout at the client again, for the transport to claim."""
        sys.stdout.flush()
        if self._kept is not None:
            os.dup2(self._kept, STDOUT)
            os.close(self._kept)
            self._kept = None

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        """Point stdout at stderr: what is still in its buffer must not follow the last message."""
        with suppress(OSError):
            os.dup2(STDERR, STDOUT)
