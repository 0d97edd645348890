from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.recall.temporal.zones import asked, local_zone, written
from tests.timing import times_slower
from vault_mem.recall.temporal import find_window, may_name_tag

PIECES = [
    *("1 ", "before ", "since the ", "`", '"', "last ", "9", "a", "三", "2023年", "1-", "8 May ", "2023-05-08 "),
    *("between v1 and ", "the ", "in the end of the ", "from 1 to ", "月", "week before ", "May and ", "v1.2", "Q3 "),
    *("5月から", "of the year ", "x" * 100 + " ", "(" * 9 + "\n", "last\u3000week ", "½²", "١٢ ", "\ud800"),
]


def test_days_are_local_ones() -> None:
    late = datetime(2026, 11, 18, 23, tzinfo=UTC)
    with local_zone("Asia/Tokyo"):
        assert written(asked("what did we do yesterday", now=late)) == "2026-11-17T15:00:00..2026-11-18T15:00:00"
        assert written(asked("what did we do on 8 May 2023")) == "2023-05-07T15:00:00..2023-05-08T15:00:00"
    with local_zone("America/Los_Angeles"):
        assert written(asked("what did we do yesterday", now=late)) == "2026-11-17T08:00:00..2026-11-18T08:00:00"


@pytest.mark.parametrize(
    ("now", "window", "hours"),
    [
        (datetime(2026, 3, 9, 12, tzinfo=UTC), "2026-03-08T05:00:00..2026-03-09T04:00:00", 23),
        (datetime(2026, 11, 2, 12, tzinfo=UTC), "2026-11-01T04:00:00..2026-11-02T05:00:00", 25),
    ],
)
def test_a_day_on_which_the_clock_changes(now: datetime, window: str, hours: int) -> None:
    with local_zone("America/New_York"):
        found = asked("what did we do yesterday", now=now)
        assert written(found) == window
        assert found is not None
        assert found.start is not None
        assert found.end is not None
        assert found.end - found.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "question", "window"),
    [
        ("2026-01-01", "last month", "2025-12-01..2026-01-01"),
        ("2026-01-01", "yesterday", "2025-12-31..2026-01-01"),
        ("2026-01-01", "last week", "2025-12-22..2025-12-29"),
        ("2026-01-01", "last quarter", "2025-10-01..2026-01-01"),
        ("2024-03-01", "yesterday", "2024-02-29..2024-03-01"),
        ("2024-03-31", "a month ago", "2024-02-01..2024-03-16"),
        ("2024-02-29", "March last year", "2023-03-01..2023-04-01"),
        ("2024-02-29", "in the last 2 quarters", "2023-08-29..2024-03-01"),
        ("2026-11-01", "1 month ago", "2026-09-16..2026-11-01"),
        ("2026-11-16", "last Monday", "2026-11-09..2026-11-10"),
        ("2026-11-15", "last week", "2026-11-02..2026-11-09"),
        ("2026-11-15", "since Sunday", "2026-11-08.."),
    ],
)
def test_ends_of_months_and_years(day: str, question: str, window: str) -> None:
    now = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    assert written(asked(question, now=now)) == window


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_present_that_no_note_is_of(year: int) -> None:
    now = datetime(year, 1, 1, tzinfo=UTC)
    assert written(asked("last week or before v2", now=now)) == "..2026-06-01T09:00:01"


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_questions_take_no_longer(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    now = datetime(2026, 11, 18, tzinfo=UTC)
    tags = {f"v{number}.{part}": now for number in range(30) for part in range(30)}
    assert min(times_slower(_read, text) for _ in range(3)) < 60
    find_window(text, now=now, tags=tags)


def _read(text: str) -> None:
    for _ in range(5):
        may_name_tag(text)
        find_window(text, now=datetime(2026, 11, 18, tzinfo=UTC), tags={})
