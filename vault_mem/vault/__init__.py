"""The source of truth: a git repository of notes. It knows nothing of the index."""

from __future__ import annotations

from vault_mem.vault.acts import Act, Change, Receipt
from vault_mem.vault.history import BlameLine
from vault_mem.vault.layout import Layout
from vault_mem.vault.transaction import Transaction
from vault_mem.vault.vault import Vault
from vault_mem.vault.worktree import Snapshot, WorkTree

__all__ = ["Act", "BlameLine", "Change", "Layout", "Receipt", "Snapshot", "Transaction", "Vault", "WorkTree"]
