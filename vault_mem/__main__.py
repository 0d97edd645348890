"""`python -m vault_mem` is the `vault-mem` command."""

from __future__ import annotations

from vault_mem.cli import main

if __name__ == "__main__":
    main()
