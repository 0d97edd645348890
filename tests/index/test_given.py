from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.index.samples import blob_of, commit, commit_id
from vault_mem.index.catalog import Catalog
from vault_mem.index.commits import CommitLog

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CommitLog]:
    """A line of two commits, and a third that its head does not reach."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    found = CommitLog(catalog)
    found.add(
        [
            replace(commit("a", changes=[("n.md", None, "1"), ("b\udcff.md", None, "2")]), time=NOON),
            replace(commit("b", "a", changes=[("n.md", "1", "3"), ("b\udcff.md", "2", None)]), time=NOON + HOUR),
            replace(commit("c", "a", changes=[("c.md", None, "4")]), time=NOON + HOUR),
        ]
    )
    yield found
    catalog.close()


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        (None, None, "123"),
        (NOON, NOON + HOUR, "12"),
        (NOON + timedelta(microseconds=1), None, "3"),
        (NOON + HOUR, NOON + 2 * HOUR, "3"),
        (None, NOON, ""),
        (NOON.astimezone(timezone(9 * HOUR)), (NOON + HOUR).astimezone(timezone(-9 * HOUR)), "12"),
    ],
)
def test_what_commits_of_a_time_gave(log: CommitLog, start: datetime | None, end: datetime | None, texts: str) -> None:
    given = log.given(commit_id("b"), start=start, end=end)
    assert {blob for _, blob in given} == {blob_of(text) for text in texts}
    assert {path for path, blob in given if blob == blob_of("2")} <= {"b\udcff.md"}
