"""The local zone of a test, and windows as text."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from vault_mem.recall.temporal import Window, find_window

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""

TAGS: Mapping[str, datetime] = {
    "alpha-checkpoint": datetime(2026, 1, 5, 9, tzinfo=UTC),
    "v1.2": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "release/v2": datetime(2026, 6, 1, 9, tzinfo=UTC),
    "launch": datetime(2026, 7, 1, 9, tzinfo=UTC),
}
HAS_ZONES = hasattr(time, "tzset")


@contextmanager
def local_zone(name: str) -> Iterator[None]:
    """Set the zone of the process for a while; only where `HAS_ZONES`."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()


def asked(text: str, *, now: datetime = NOW, tags: Mapping[str, datetime] = TAGS) -> Window | None:
    """Return what a question is understood to speak of."""
    return find_window(text, now=now, tags=tags)


def written(window: Window | None) -> str:
    """Return a window as `2026-11-09..2026-11-16`, bounds in UTC; `~` before it says that it is vague."""
    if window is None:
        return "none"
    mark = "" if window.is_explicit else "~"
    return f"{mark}{_day(window.start)}..{_day(window.end)}"


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    is_midnight = moment - moment.replace(hour=0, minute=0, second=0, microsecond=0) == timedelta()
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%dT%H:%M:%S}"
