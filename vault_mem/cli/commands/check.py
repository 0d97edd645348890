"""`vault-mem check`: broken frontmatter, properties and links."""

from __future__ import annotations

from vault_mem.cli.findings import show_report
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress


@vault_command("check")
def command(call: Call) -> None:
    """Look for broken frontmatter, properties and links; exit code 1 if there is an error."""
    progress = Progress(patience=0)
    with opened(call, progress) as memory:
        progress("checking", 0, 0)
        report = memory.check()
    show_report(call, report)
