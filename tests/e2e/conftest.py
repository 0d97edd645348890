"""The command line of `tests/cli`, for tests that go through service and shell alike."""

from __future__ import annotations

from tests.cli.conftest import shell

__all__ = ["shell"]
