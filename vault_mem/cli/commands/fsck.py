"""`vault-mem fsck`: the vault's integrity."""

from __future__ import annotations

from vault_mem.cli.findings import show_report
from vault_mem.cli.invocation import Call, opened, vault_command


@vault_command("fsck")
def command(call: Call) -> None:
    """Look at the vault's integrity: git objects, ids, unfinished writes, the index; exit code 1 for an error."""
    with opened(call) as memory:
        report = memory.fsck()
    show_report(call, report)
