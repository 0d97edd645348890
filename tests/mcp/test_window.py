from __future__ import annotations

from datetime import UTC, datetime

from vault_mem.mcp.results import shape_recalled
from vault_mem.memory.answers import Recalled, TimeWindow

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def test_the_window_of_a_question_is_shown() -> None:
    answer = Recalled(revision="a" * 40, dirty=False, query="q", hits=(), total=0)
    assert "window" not in shape_recalled(answer)
    told = Recalled(
        revision="a" * 40,
        dirty=False,
        query="q",
        hits=(),
        total=0,
        window=TimeWindow(None, NOON, explicit=False, phrase="before v2", tag="v2"),
    )
    shown = {"end": "2026-11-18T12:00:00Z", "explicit": False, "phrase": "before v2", "tag": "v2"}
    assert shape_recalled(told)["window"] == shown
