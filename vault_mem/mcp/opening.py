"""Opens the vault beside the server, so that nothing heavy delays the handshake."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from vault_mem.errors import VaultMemError
from vault_mem.mcp.heap import set_aside, take_back

if TYPE_CHECKING:
    from vault_mem.memory.service import Memory


class Opening:
    """A vault that is opened at most once, in a thread of its own.

    Whoever needs it waits for it; after an opening that failed, the next who asks tries again. In the same thread it is
    then warmed up, which nobody waits for.
    """

    def __init__(self, open_vault: Callable[[], Memory]) -> None:
        """Keep the function that opens the vault; nothing is opened yet."""
        self._open_vault = open_vault
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vault-mem-open")
        self._lock = Lock()
        self._opened: Future[Memory] | None = None
        self._is_closing = False

    def start(self) -> Future[Memory]:
        """Begin to open the vault unless it is open or being opened; return what will hold it."""
        with self._lock:
            if self._opened is None or (self._opened.done() and self._opened.exception() is not None):
                self._opened = self._thread.submit(self._open_vault)
                self._thread.submit(self._warm, self._opened)
            return self._opened

    def memory(self) -> Memory:
        """Return the open vault, waiting for it if need be.

        Raises:
            VaultMemError: if it cannot be opened.
        """
        return self.start().result()

    def _warm(self, opened: Future[Memory]) -> None:
        """Load what the first recall needs; what goes wrong is said to the first who asks."""
        if opened.exception() is None and not self._is_closing:
            with suppress(VaultMemError):
                opened.result().warm(lambda: not self._is_closing)
                set_aside()

    def close(self) -> None:
        """Close the vault if it was opened; it cannot be opened again."""
        self._is_closing = True
        self._thread.shutdown(wait=True)
        if self._opened is not None and self._opened.exception() is None:
            self._opened.result().close()
            take_back()
