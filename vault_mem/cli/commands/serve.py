"""`vault-mem serve`: the vault as an MCP server over stdio."""

from __future__ import annotations

import click

from vault_mem.cli import parameters
from vault_mem.cli.invocation import Call, vault_command


@vault_command("serve", with_json=False)
@parameters.words("--toolsets", "core (the default), history, admin, or all.")
def command(call: Call, toolsets: tuple[str, ...]) -> None:
    """Serve the vault to agents over MCP (stdio); stdout belongs to the protocol.

    Who writes is what the client says it is, so --agent and --session are not for this command.
    """
    if call.agent or call.session:
        raise click.UsageError("serve takes the agent and the session from the client")
    from vault_mem.mcp.server import serve

    serve(call.vault, toolsets or ("core",))
