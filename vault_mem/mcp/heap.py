"""Keeps a server's memory small, and the looks at it short."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # Source: <malloc.h> of glibc, mallopt(3).


def use_one_heap() -> None:
    """Let all threads share one heap of the C library, before any is started; nothing where that cannot be chosen.

    Each thread that answers would get a heap of its own, which keeps what one large question needed: 60 MB of 700 at
    100,000 notes. Python's threads take turns anyway.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than glibc
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def set_aside() -> None:
    """Spare what is loaded by now the collector's looks: it stays anyway, and each look would take 0.3 s."""
    gc.collect()
    gc.freeze()


def take_back() -> None:
    """Let the collector look at everything again, as where the vault is closed and the process goes on."""
    gc.unfreeze()
