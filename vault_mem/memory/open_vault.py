"""What every part of `Memory` shares: an open vault that can be closed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from vault_mem.memory.session import Session


class OpenVault:
    """An open session; closed at the end of a `with` block."""

    def __init__(self, session: Session) -> None:
        """Wrap an open session; use `vault_mem.open_memory` instead."""
        self._session = session

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Release files, child processes and the index; a second call does nothing."""
        self._session.close()

    @property
    def root(self) -> Path:
        """The vault's folder."""
        return self._session.vault.root
