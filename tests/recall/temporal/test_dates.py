from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vault_mem.recall.temporal import day_of

DAY = timedelta(days=1)
EIGHTH = datetime(2023, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2023-05-08", ""),
        ("2023_05_08", "Journal"),
        ("2023-05-08-standup", "Stand-up"),
        ("standup 2023.05.08", ""),
        ("20230508", ""),
        ("202305081030", "A note of a moment"),
        ("20230508T103000", ""),
        ("8 May 2023", ""),
        ("session-1", "Session 1 — 8 May, 2023"),
        ("session-1", "1:56 pm on 8 May, 2023"),
        ("x", "Minutes of 2023-05-08"),
        ("x", "2023年5月8日の日記"),
        ("2023-13-45", "May 8th, 2023"),
        ("2023-05-08", "About 10 June 2024"),
    ],
)
def test_a_name_or_a_title_has_a_day(name: str, title: str) -> None:
    found = day_of(name, title)
    assert found is not None
    assert (found.start, found.end) == (EIGHTH, EIGHTH + DAY)


def test_a_name_may_be_a_month() -> None:
    found = day_of("2024-02", "Review")
    assert found is not None
    assert (found.start, found.end) == (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("api", "API"),
        ("api-2024", "Roadmap 2024"),
        ("x", "Plans for May 2023"),
        ("x", "11-15 August 2023"),
        ("1234567890123456", ""),
        ("0001-01-01", "1 January 1850"),
        ("x", "31 February 2023"),
        ("2023-13", ""),
        ("2023" * 100, "x" * 400 + " 8 May 2023"),
    ],
)
def test_others_have_none(name: str, title: str) -> None:
    assert day_of(name, title) is None
