from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.recall.temporal.zones import HAS_ZONES, local_zone
from vault_mem.cli import evidence
from vault_mem.memory.answers import TimeWindow


@pytest.fixture(autouse=True)
def in_tokyo() -> Iterator[None]:
    if not HAS_ZONES:
        pytest.skip("the zone of a process cannot be set on this system")
    with local_zone("Asia/Tokyo"):
        yield


def utc(day: int, hour: int = 15) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (TimeWindow(utc(8), utc(15), True, "last week"), "2026-11-09 to 2026-11-15 (last week)"),
        (TimeWindow(utc(16), utc(17), True, "yesterday"), "2026-11-17 (yesterday)"),
        (TimeWindow(utc(8), utc(18), False, "recently"), "2026-11-09 to 2026-11-18 (recently; preferred)"),
        (TimeWindow(utc(15), None, True, "since Monday"), "since 2026-11-16 (since Monday)"),
        (TimeWindow(None, utc(15), True, "before Monday"), "until 2026-11-15 (before Monday)"),
        (TimeWindow(None, utc(15, 3), True, "before v2", "v2"), "until 2026-11-15 12:00 (before v2)"),
    ],
)
def test_a_window_is_said_in_local_days(window: TimeWindow, text: str) -> None:
    assert evidence.window(window) == text
