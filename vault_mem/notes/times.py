"""Times as the vault format writes them and as people type them.

Stored times are UTC, `YYYY-MM-DDTHH:MM:SS`, no zone, no fraction, or a date alone; typed ones without a zone are local.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

_STORED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?\Z")
_AGO = re.compile(r"(\d{1,6}|an?) (second|minute|hour|day|week|month|year)s? ago\Z")
_LAST = re.compile(r"last (day|week|month|year)\Z")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


def format_time(moment: datetime) -> str:
    """Return the stored form of an aware time: UTC, whole seconds, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def parse_stored(text: str) -> datetime | None:
    """Read a stored time; a date alone is 00:00 UTC of that day. None if it is no such time or no such day exists."""
    match = _STORED.match(text.strip())
    if not match:
        return None
    day, clock, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone or ''}")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_typed(text: str, *, now: datetime, end_of_day: bool = False) -> datetime | None:
    """Read a time a person typed: an ISO date or time, or words such as `yesterday` and `3 weeks ago`.

    Args:
        text: what was typed; without a zone it is local time.
        now: the current moment, aware.
        end_of_day: whether a date alone means the last moment of that local day instead of its first.

    Returns:
        An aware UTC time, or None if the text is not a time.
    """
    words = " ".join(text.strip().lower().split())
    match = _STORED.match(text.strip())
    try:
        if match:
            day, clock, zone = match.groups()
            if clock is None:
                return _bound(date.fromisoformat(day), end_of_day=end_of_day)
            return datetime.fromisoformat(f"{day}T{clock}{zone or ''}").astimezone(UTC)
        return _parse_words(words, now=now, end_of_day=end_of_day)
    except (ValueError, OverflowError):
        return None


def _parse_words(words: str, *, now: datetime, end_of_day: bool) -> datetime | None:
    if words == "now":
        return now.astimezone(UTC)
    if words in {"today", "yesterday"}:
        return _bound(now.astimezone().date() - timedelta(days=words == "yesterday"), end_of_day=end_of_day)
    match = _AGO.match(words)
    if match:
        count, unit = match.groups()
        return _ago(now, 1 if count.startswith("a") else int(count), unit)
    match = _LAST.match(words)
    return _ago(now, 1, match.group(1)) if match else None


def _ago(now: datetime, count: int, unit: str) -> datetime:
    """Step back; months and years keep the day of the month where it exists, else the last one before it."""
    if unit in _SECONDS:
        return (now - timedelta(seconds=count * _SECONDS[unit])).astimezone(UTC)
    local = now.astimezone()
    months = local.year * 12 + local.month - 1 - count * (12 if unit == "year" else 1)
    for day in range(local.day, local.day - 4, -1):
        try:
            return local.replace(year=months // 12, month=months % 12 + 1, day=day).astimezone(UTC)
        except ValueError:
            if months // 12 < 1:
                raise
    raise ValueError("no such day")


def _bound(day: date, *, end_of_day: bool) -> datetime:
    start = datetime.combine(day, time()).astimezone()
    end = datetime.combine(day + timedelta(days=1), time()).astimezone() - timedelta(microseconds=1)
    return (end if end_of_day else start).astimezone(UTC)
