"""The `vault-mem` command: parse, call one verb of `Memory`, print.

Nothing heavy is imported until a command needs it; `output` is the only module that prints, `boundary` the only one
that turns errors into exit codes.
"""

from __future__ import annotations

from vault_mem.cli.boundary import main

__all__ = ["main"]
