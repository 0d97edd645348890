"""`vault-mem fsck`: the vault's integrity."""

from __future__ import annotations

from vault_mem.cli.findings import show_report
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress


@vault_command("fsck")
def command(call: Call) -> None:
    """Look at the vault's integrity: git objects, ids, unfinished writes, the index; exit code 1 for an error."""
    progress = Progress(patience=0)
    with opened(call, progress) as memory:
        progress("checking", 0, 0)
        report = memory.fsck()
    show_report(call, report)
