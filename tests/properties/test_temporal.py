"""Time in questions: whatever is asked, a window has its ends in order, and its phrase is in the question."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.recall.temporal import Window, as_times, closeness, covered, day_of, find_window

VOCABULARY = """
    last next this past week month year day days weeks 3 two few ago back since before after between and from to until
    in on the Monday Friday May March 8 31 2023 2024 2023-05-08 Q3 yesterday today recently summer v1 v2 tag of early
    昨天 上周 三 天前 2023年 5月 8日 之前 以来 到 から まで 先週 金曜日 지난주 3일 전 , . ? ` " 0 9999 99
"""
WORDS = st.sampled_from(VOCABULARY.split())
QUESTIONS = st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=8).map("".join) | st.text()
TIMES = st.datetimes(timezones=st.just(UTC))
RECENT = st.datetimes(datetime(1971, 1, 1), datetime(2198, 1, 1), timezones=st.just(UTC))
ENDS = st.none() | TIMES


@given(QUESTIONS, RECENT | TIMES, st.dictionaries(st.sampled_from(["v1", "v2", "x"]), TIMES))
def test_a_window_is_in_order(text: str, now: datetime, tags: dict[str, datetime]) -> None:
    window = find_window(text, now=now, tags=tags)
    if window is None:
        return
    assert window.start is not None or window.end is not None
    assert window.start is None or window.end is None or window.start < window.end
    assert all(part in text for part in window.phrase[:-1].split(" … "))
    assert window.phrase


@given(ENDS, ENDS, ENDS, ENDS)
def test_closeness_is_a_share_and_whole_where_times_overlap(
    first: datetime | None, last: datetime | None, start: datetime | None, end: datetime | None
) -> None:
    if first is not None and last is not None and first >= last:
        first, last = last, None
    window = Window(first, last, True, "x")
    near = closeness(window, start, end)
    assert 0.0 <= near <= 1.0
    if covered(window, as_times([(start, end)]))[0]:
        assert near == 1.0


@given(st.text(), st.text())
def test_names_never_raise(name: str, title: str) -> None:
    for found in (day_of(name, title), day_of(f"2023{name}", f"{title} 2023")):
        assert found is None or found.start < found.end
