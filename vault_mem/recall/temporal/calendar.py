"""Days, weeks, months and years in local time, as stretches of UTC; weeks start on Monday."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

FIRST_YEAR = 1970
LAST_YEAR = 2199
"""No note speaks of other years, and not every system can tell their local time."""

MAX_STEPS = 2_000

CLEAR_UNITS = frozenset({"day", "week", "month", "quarter"})
"""Units of which so many ago is a clear time; hours are rounded, and what happened years ago is told later."""

_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_HOURS = {"second": 1 / 3_600, "minute": 1 / 60, "hour": 1.0}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time with both ends, aware UTC, the end exclusive."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Now (aware UTC), the local day that it is in, and the first moment of the next one."""

    now: datetime
    today: date
    tomorrow: datetime

    @classmethod
    def at(cls, now: datetime) -> Clock:
        """Return the clock that shows an aware time."""
        today = now.astimezone().date()
        return cls(now.astimezone(UTC), today, midnight(today + timedelta(days=1)))


def midnight(day: date) -> datetime:
    """Return the first moment of a local day, in UTC.

    Raises:
        ValueError: if the year is none that notes speak of.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"year {day.year}")
    return datetime.combine(day, time()).astimezone(UTC)


def days(first: date, count: int = 1) -> Span:
    """Return so many local days from the first on."""
    return Span(midnight(first), midnight(first + timedelta(days=count)))


def week(day: date) -> Span:
    """Return the week that a day is in."""
    return days(day - timedelta(days=day.weekday()), 7)


def weekend(day: date) -> Span:
    """Return Saturday and Sunday of the week that a day is in."""
    return days(day - timedelta(days=day.weekday() - 5), 2)


def months(year: int, month: int, count: int = 1) -> Span:
    """Return so many months; `month` may lie outside 1..12 and then counts into other years."""
    return Span(midnight(first_of(year, month)), midnight(first_of(year, month + count)))


def first_of(year: int, month: int) -> date:
    """Return the first day of a month; `month` may lie outside 1..12 and then counts into other years."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def quarter(year: int, number: int) -> Span:
    """Return quarter 1..4 of a year; numbers outside count into other years."""
    return months(year, number * 3 - 2, 3)


def year(number: int) -> Span:
    """Return a year."""
    return months(number, 1, 12)


_UNITS: Mapping[str, Callable[[date, int], Span]] = {
    "day": lambda today, offset: days(today + timedelta(days=offset)),
    "week": lambda today, offset: week(today + timedelta(weeks=offset)),
    "weekend": lambda today, offset: weekend(today + timedelta(weeks=offset)),
    "month": lambda today, offset: months(today.year, today.month + offset),
    "quarter": lambda today, offset: quarter(today.year, (today.month + 2) // 3 + offset),
    "year": lambda today, offset: year(today.year + offset),
}


def unit(clock: Clock, name: str, offset: int) -> Span:
    """Return a calendar unit counted from the present one: ("week", -1) is last week.

    Args:
        clock: now.
        name: day, week, weekend, month, quarter or year.
        offset: how many units later; negative ones are past.

    Raises:
        ValueError, OverflowError: if no calendar has it.
    """
    return _UNITS[name](clock.today, offset)


def trailing(clock: Clock, name: str, count: int) -> Span:
    """Return the last so many units, today included; of days and longer ones, from a midnight on.

    Raises:
        ValueError, OverflowError: if no calendar has them.
    """
    if name in _HOURS:
        return Span(clock.now - timedelta(hours=_HOURS[name] * max(1, _within(count))), clock.tomorrow)
    return Span(midnight(stepped(clock.today, name, -count)), clock.tomorrow)


def ago(clock: Clock, name: str, count: int) -> Span:
    """Return what people mean by so many units ago.

    A day is that day. Of longer units it is the calendar unit, widened to one unit around the very day, because on the
    first of a month `a month ago` means either. Hours and less reach from twice as long ago to the end of today.

    Raises:
        ValueError, OverflowError: if no calendar has it.
    """
    if name in _HOURS:
        return Span(clock.now - timedelta(hours=2 * _HOURS[name] * max(1, _within(count))), clock.tomorrow)
    whole = unit(clock, name, -count)
    if name == "day" or count == 0:
        return whole
    half = timedelta(days=_DAYS[name] // 2)
    centre = stepped(clock.today, name, -count)
    last = max(whole.end, midnight(centre + half + timedelta(1)))
    return Span(min(whole.start, midnight(centre - half)), min(clock.tomorrow, last))


def between(clock: Clock, name: str, farthest: int, nearest: int) -> Span:
    """Return the days from so many units ago to fewer units ago, both included."""
    if name in _HOURS:
        return trailing(clock, name, farthest)
    start = midnight(stepped(clock.today, name, -farthest))
    return Span(start, midnight(stepped(clock.today, name, -nearest) + timedelta(1)))


def stepped(day: date, name: str, count: int) -> date:
    """Return the day so many units later; months keep the day of the month or take the last one there is."""
    count = _within(count)
    if name in {"day", "week"}:
        return day + timedelta(days=count * _DAYS[name])
    first = first_of(day.year, day.month + count * {"month": 1, "quarter": 3, "year": 12}[name])
    last = first_of(first.year, first.month + 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def weekday_before(today: date, number: int) -> date:
    """Return the last such weekday (Monday is 0) before a day."""
    return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)


def _within(count: int) -> int:
    if abs(count) > MAX_STEPS:
        raise ValueError(f"{count} steps")
    return count
