"""Work that waits for the disk, many pieces at once: a journaling file system flushes for several threads in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_THREADS = 16
_FEW = 8


def in_parallel(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """Do the work on every item, and return the results in the order of the items.

    A few items are done one after the other. If the work fails on any, its first error is raised when all have ended.
    """
    if len(items) <= _FEW:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="vault-mem-disk") as pool:
        return list(pool.map(work, items))
