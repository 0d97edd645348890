"""vault-mem: long-term memory for coding agents, kept as Markdown notes in an ordinary git repository."""

from __future__ import annotations

__version__ = "0.1.0"
