"""The time a question speaks of, in one vault: read with its tags, and shown in the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from vault_mem.memory.answers import TimeWindow
from vault_mem.memory.session import Session
from vault_mem.recall.query import Question
from vault_mem.recall.temporal import Window, find_window, may_name_tag


def asked_window(session: Session, question: Question, *, now: datetime) -> Window | None:
    """Return the time that a question speaks of, None if it speaks of none or its time words are not to be read.

    Tags are looked up only where the question has a word that one may stand behind. Where the caller filters by time
    already, the window is not explicit.

    Args:
        session: the vault.
        question: what is asked.
        now: what `yesterday` counts from.
    """
    if not question.time_words or not question.text:
        return None
    tags = session.vault.tags() if may_name_tag(question.text) else {}
    window = find_window(question.text, now=now, tags=tags)
    filters = question.filters
    if window is None or (filters.since, filters.until, filters.valid_at) == (None, None, None):
        return window
    return replace(window, is_explicit=False)


def shown(window: Window | None, *, is_applied: bool) -> TimeWindow | None:
    """Return a window as the answer shows it.

    Args:
        window: the time that the question speaks of.
        is_applied: whether notes of another time were left out.
    """
    if window is None:
        return None
    return TimeWindow(window.start, window.end, is_applied, window.phrase, window.label)
