"""Time in questions: from `last week`, `before v2` or `三天前` to a window that notes lie in or not."""

from __future__ import annotations

from vault_mem.recall.temporal.dates import day_of
from vault_mem.recall.temporal.finding import find_window
from vault_mem.recall.temporal.tags import may_name_tag
from vault_mem.recall.temporal.window import Times, Window, as_times, closeness, covered

__all__ = ["Times", "Window", "as_times", "closeness", "covered", "day_of", "find_window", "may_name_tag"]
