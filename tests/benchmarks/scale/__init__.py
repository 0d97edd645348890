"""Whether vault-mem stays fast as a vault grows: every limit, measured beside its floor in the same run."""

from __future__ import annotations

from vault_mem.config import prepare_environment

prepare_environment()  # as `vault-mem` does, before numpy is imported
