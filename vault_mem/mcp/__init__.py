"""The MCP shell: tools over stdio that parse, call one verb of `Memory` and return its answer.

    server      build_server (takes a `Memory`) and serve (takes a vault)
    opening     opens the vault beside the server
    core admin  the toolsets, one file each; a docstring there is the prompt an agent reads
    definition  from a function to a tool: description, schema, annotations
    parameters  types of arguments, bounded and described
    middleware  around every request: arguments that are null or wrong, when the vault is opened
    desk        from a tool to the service: who writes, errors
    results     from an answer to what is sent: trimmed and bounded
    text        the same as text
    stdio       keeps stdout for the protocol
    heap        keeps memory small

Importing this package imports nothing heavy; fastmcp reads its environment when it is imported (see `serve`).
"""

from __future__ import annotations
