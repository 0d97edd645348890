"""`vault-mem check`: broken frontmatter, properties and links."""

from __future__ import annotations

from vault_mem.cli.findings import show_report
from vault_mem.cli.invocation import Call, opened, vault_command


@vault_command("check")
def command(call: Call) -> None:
    """Look for broken frontmatter, properties and links; exit code 1 if there is an error."""
    with opened(call) as memory:
        report = memory.check()
    show_report(call, report)
