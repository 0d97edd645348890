"""`vault-mem doctor`: this installation, and what is wrong with it."""

from __future__ import annotations

from vault_mem.cli.findings import show_report
from vault_mem.cli.installation import examine
from vault_mem.cli.invocation import Call, vault_command


@vault_command("doctor")
def command(call: Call) -> None:
    """Look at this installation and say what is wrong; exit code 1 if there is an error.

    Looks at Python, git, the packages, the bundled model, the folders, the vault and its index, and the PATH.
    """
    show_report(call, examine(call), info="ok")
