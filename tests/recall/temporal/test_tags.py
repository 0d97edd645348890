from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.recall.temporal.zones import NOW, asked, written
from vault_mem.recall.temporal import find_window, may_name_tag

BEFORE_V2 = "..2026-06-01T09:00:01"


@pytest.mark.parametrize(
    ("question", "window"),
    [
        ("what did we know before the v2 checkpoint", BEFORE_V2),
        ("what did we know before release/v2?", BEFORE_V2),
        ("what did we know before the tag `v2`", BEFORE_V2),
        ("what did we know until V2.", BEFORE_V2),
        ("what did we decide after v1.2", "2026-03-01T09:00:01.."),
        ("what changed since version v1.2?", "2026-03-01T09:00:01.."),
        ("what changed since version 1.2", "2026-03-01T09:00:01.."),
        ("what changed between v1.2 and v2", "2026-03-01T09:00:01..2026-06-01T09:00:01"),
        ("what changed between v2 and the v1.2 tag", "2026-03-01T09:00:01..2026-06-01T09:00:01"),
        ("since the last tag, what changed", "2026-07-01T09:00:01.."),
        ("before the alpha checkpoint", "..2026-01-05T09:00:01"),
        ("before the launch tag what did we do", "..2026-07-01T09:00:01"),
        ("before v2 in May 2026", "2026-05-01..2026-06-01"),
        ("before launch what did we do", "~..2026-07-01T09:00:01"),
        ("TLS since 1.2", "~2026-03-01T09:00:01.."),
        ("after v9", "none"),
        ("what was decided about v1.2", "none"),
        ("between v1.2 and nothing we know", "none"),
        ("between v2 and v2", "none"),
    ],
)
def test_a_tag_is_a_bound(question: str, window: str) -> None:
    assert written(asked(question)) == window


def test_the_window_names_the_tag() -> None:
    window = asked("what did we know before the v2 checkpoint?")
    assert window is not None
    assert (window.label, window.phrase) == ("release/v2", "before the v2 checkpoint")


def test_a_number_is_a_tag_only_where_it_is_called_one() -> None:
    tags = {"5": datetime(2026, 1, 1, 9, tzinfo=UTC)}
    assert written(asked("after 5 retries", tags=tags)) == "~2026-01-01T09:00:01.."
    assert written(asked("after tag 5", tags=tags)) == "2026-01-01T09:00:01.."


def test_a_year_is_no_tag_even_if_one_is_named_so() -> None:
    tags = {"2024": datetime(2026, 1, 1, 9, tzinfo=UTC)}
    assert written(asked("before 2024", tags=tags)) == "..2024-01-01"


def test_a_tag_of_no_time_that_anyone_lives_in_is_left_out() -> None:
    tags = {"v1": datetime.max.replace(tzinfo=UTC), "v0": datetime.min.replace(tzinfo=UTC)}
    assert find_window("before v1 and after v0", now=NOW, tags=tags) is None
    assert find_window("since the last tag", now=NOW, tags=tags) is None


@pytest.mark.parametrize("question", ["which database?", "what did we decide last week", "上周"])
def test_most_questions_need_no_tags(question: str) -> None:
    assert not may_name_tag(question)


@pytest.mark.parametrize(
    "question", ["before v2", "what changed Since V2", "between a, b", "v2之前", "v2 이전", "v2より前"]
)
def test_a_tag_may_stand_behind_some_words(question: str) -> None:
    assert may_name_tag(question)
