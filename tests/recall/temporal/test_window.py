from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vault_mem.recall.temporal import Window, as_times, closeness, covered

MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Window(MONDAY, MONDAY + 7 * DAY, True, "last week")
FIRST = datetime(1, 1, 1, tzinfo=UTC)


def covers(window: Window, start: datetime | None, end: datetime | None) -> bool:
    return bool(covered(window, as_times([(start, end)]))[0])


@pytest.mark.parametrize(
    ("start", "end", "near"),
    [
        (MONDAY, MONDAY, 1.0),
        (MONDAY + 3 * DAY, MONDAY + 4 * DAY, 1.0),
        (MONDAY - DAY, MONDAY + DAY, 1.0),
        (MONDAY - 90 * DAY, None, 1.0),
        (None, MONDAY + DAY, 1.0),
        (MONDAY + 14 * DAY, MONDAY + 15 * DAY, 0.5),
        (MONDAY - 8 * DAY, MONDAY - 7 * DAY, 0.5),
        (MONDAY + 21 * DAY, None, 0.25),
        (None, MONDAY - 7 * DAY, 0.5),
        (None, None, 0.0),
    ],
)
def test_closeness_halves_with_each_length_of_distance(
    start: datetime | None, end: datetime | None, near: float
) -> None:
    assert closeness(WEEK, start, end) == pytest.approx(near)
    assert covers(WEEK, start, end) == (near == 1.0)


def test_ends_are_exclusive() -> None:
    assert not covers(WEEK, MONDAY - DAY, MONDAY)
    assert not covers(WEEK, MONDAY + 7 * DAY, MONDAY + 8 * DAY)
    assert 0.99 < closeness(WEEK, MONDAY + 7 * DAY, MONDAY + 8 * DAY) < 1.0


def test_a_moment_is_sharp_to_a_day() -> None:
    hour = Window(MONDAY, MONDAY + timedelta(hours=1), True, "last hour")
    assert closeness(hour, MONDAY - DAY, MONDAY - DAY) == pytest.approx(0.5)


def test_half_open_windows() -> None:
    before, since = Window(None, MONDAY, True, "before"), Window(MONDAY, None, True, "since")
    assert covers(before, FIRST, FIRST)
    assert not covers(before, MONDAY, MONDAY)
    assert covers(since, MONDAY, MONDAY)
    assert not covers(since, FIRST, FIRST)
    assert closeness(since, MONDAY - 7 * DAY, MONDAY - 7 * DAY) == pytest.approx(0.5)
    assert closeness(since, FIRST, FIRST) == pytest.approx(0.0)
