"""The day that a note is about by its name: a journal, the minutes of a meeting, a session."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from vault_mem.recall.temporal import calendar
from vault_mem.recall.temporal.calendar import Span
from vault_mem.recall.temporal.dates import full_date
from vault_mem.recall.temporal.patterns import Pattern

_MAX_NAME = 300
_YEAR = Pattern(r"(?:19|20)\d\d")
# `2023-05-08`, `2023_05_08-standup`, `20230508`, and with the clock that some programs add: `202305081030`.
_DAY = Pattern(r"(?<!\d)((?:19|20)\d\d)([-_. ]?)(\d\d)\2(\d\d)(?:[-_T ]?(?:\d{6}|\d{4}))?(?!\d)")
_MONTH = Pattern(r"((?:19|20)\d\d)[-_](\d\d)\Z")


def day_of(name: str, title: str) -> Span | None:
    """Return the local day that a file name or else a title has in it; of a name that is a month, the month.

    Args:
        name: the file's name without its ending, as Logseq, Obsidian and people write it.
        title: the note's title.
    """
    if _YEAR.compiled.search(name):
        found = _named(name[:_MAX_NAME]) or full_date(name[:_MAX_NAME])
        if found:
            return found
    return full_date(title[:_MAX_NAME]) if _YEAR.compiled.search(title) else None


def _named(name: str) -> Span | None:
    for match in _DAY.compiled.finditer(name):
        with suppress(ValueError, OverflowError):
            return calendar.days(date(int(match[1]), int(match[3]), int(match[4])))
    month = _MONTH.compiled.match(name)
    if month and 1 <= int(month[2]) <= 12:
        with suppress(ValueError, OverflowError):
            return calendar.months(int(month[1]), int(month[2]))
    return None
