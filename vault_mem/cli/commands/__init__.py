"""One module per command, each with a `command`; `vault_mem.cli.application` lists them."""

from __future__ import annotations
