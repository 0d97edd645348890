"""How long hostile text takes, as a multiple of what plain text of the same size takes on the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

_PLAIN = "# A heading\n\nA paragraph of plain words about [[one thing]] and another.\n\n- an item of a list\n"


def times_slower(action: Callable[[str], object], text: str) -> float:
    """Return the ratio of the processor times that a function of a text takes; other processes do not count."""
    return _seconds(action, text) / _plain_seconds(action, len(text))


@lru_cache
def _plain_seconds(action: Callable[[str], object], size: int) -> float:
    text = (_PLAIN * (size // len(_PLAIN) + 1))[:size]
    return min(_seconds(action, text) for _ in range(3))


def _seconds(action: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    action(text)
    return time.process_time() - start
