"""vault-mem: long-term memory for coding agents, kept as Markdown notes in an ordinary git repository.

    with vault_mem.open_memory("~/memory") as memory:
        memory.remember("The public API is versioned by URL path.", type="decision", key="api-versioning")
        memory.recall("how do we version the API?").hits[0].excerpt

The layers, each importing only what stands below it:

    cli | mcp           thin shells: parse, call one verb, print
    memory              the service: verbs, and the one place that wires implementations
    recall              question -> terms -> candidates -> features -> ranking
    vault | index       the source of truth (git) | derived data (deletable)
    notes | endpoint    pure values and the text format | HTTP services that the user chose
    config, choices, errors
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault_mem.memory.opening import initialise, open_memory
    from vault_mem.memory.requests import NewNote
    from vault_mem.memory.service import Memory

__version__ = "0.1.0"
__all__ = ["Memory", "NewNote", "__version__", "initialise", "open_memory"]

_HOMES = {
    "Memory": "vault_mem.memory.service",
    "NewNote": "vault_mem.memory.requests",
    "initialise": "vault_mem.memory.opening",
    "open_memory": "vault_mem.memory.opening",
}


def __getattr__(name: str) -> object:
    """Import public names on first use, so that `import vault_mem` (and `--help`) stays fast. Source: PEP 562."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
