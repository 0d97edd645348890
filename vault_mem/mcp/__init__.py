"""The MCP shell: tools over stdio that parse, call one verb of `Memory` and return its answer.

    server      build_server (takes a `Memory`) and serve (takes a vault)
    core admin  the toolsets, one file each; a docstring there is the prompt an agent reads
    parameters  types of arguments, bounded and described
    desk        from a tool to the service: opening, who writes, errors
    results     from an answer to what is sent: trimmed, bounded, as JSON and as text
    stdio       keeps stdout for the protocol

Importing this package imports nothing heavy; fastmcp reads its environment when it is imported (see `serve`).
"""

from __future__ import annotations
