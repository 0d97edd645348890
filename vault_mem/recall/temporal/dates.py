"""Dates as they are written out: `2023-05-08`, `8 May, 2023`, `mai 2023`, `2023年5月8日`, `Q3 2024`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from types import MappingProxyType

from vault_mem.recall.temporal import calendar
from vault_mem.recall.temporal.calendar import Clock, Span
from vault_mem.recall.temporal.expressions import Expression
from vault_mem.recall.temporal.names import ENGLISH_MONTHS, HAN_NUMBER, month_number, number
from vault_mem.recall.temporal.patterns import Pattern

_ALONE = r"(?<![\w./:#$€£-])"
_END = r"(?![\w/#-]|[.:,]\w)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|ª|\.)?"
_OF = r"(?:(?:of|de|di|del|van)[ ]|d['’])?"
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ORDINALS: Mapping[str, int] = MappingProxyType({"first": 1, "second": 2, "third": 3, "fourth": 4})

_WRITTEN: Mapping[str, Pattern] = MappingProxyType(
    {
        "iso": Pattern(
            rf"(?<![\w./:#-]){_YEAR}(?P<mark>[-/_])(?P<number>\d\d?)(?:(?P=mark)(?P<day>\d\d?))?"
            r"(?:[T ]\d\d:\d\d(?![\d:]))?(?![\w/#:-]|\.\w|[T ]\d\d:)"
        ),
        "numeric": Pattern(rf"{_ALONE}(?P<one>\d\d?)(?P<mark>[./])(?P<two>\d\d?)(?P=mark){_YEAR}{_END}"),
        "day_month": Pattern(
            rf"{_ALONE}{_DAY}(?:[ ]?(?:-|–|to|and|bis|à)[ ]?(?P<day_last>[0-3]?\d)(?:st|nd|rd|th|\.)?)?"
            rf"[ ]{{0,2}}{_OF}{_MONTH}(?:,?[ ]{{1,2}}{_OF}{_YEAR})?{_END}"
        ),
        "month_day": Pattern(
            rf"{_ALONE}(?P<month>[^\W\d_]{{3,10}})\.?[ ]{_DAY}"
            rf"(?:[ ]?(?:-|–|to)[ ]?(?P<day_last>[0-3]?\d)(?:st|nd|rd|th)?)?(?:,?[ ]{{0,2}}{_YEAR})?{_END}"
        ),
        "month_year": Pattern(rf"{_ALONE}{_MONTH},?[ ]{{1,2}}{_OF}{_YEAR}{_END}"),
        "quarter": Pattern(rf"{_ALONE}(?:Q|[Qq](?=[1-4][ ]))(?P<quarter>[1-4])(?:[ ]{_OF}{_YEAR})?{_END}"),
        "quarter_name": Pattern(rf"{_ALONE}(?P<ordinal>first|second|third|fourth)[ ]quarter(?:[ ]of)?[ ]{_YEAR}{_END}"),
        "quarter_last": Pattern(rf"{_ALONE}{_YEAR}[ -]?[Qq](?P<quarter>[1-4]){_END}"),
        "year": Pattern(rf"{_ALONE}{_YEAR}(?![\w/:%-]|[.,]\d|\.\w)"),
        "month": Pattern(r"(?<![\w./#'’-])(?P<month>[A-Za-z]{3,9})\b(?![./'’_-]?\w|\()"),
        "han": Pattern(
            rf"(?<!\d){_YEAR}(?:年|년)(?!度)[ ]?(?:第?(?P<quarter>[1-4一二三四])[ ]?(?:季度|四半期|분기)"
            rf"|(?P<number>{HAN_NUMBER})[ ]?(?:月份?|월)(?:[ ]?(?P<day>{HAN_NUMBER})(?:日|号|號|일))?)?"
        ),
        "han_month": Pattern(
            rf"(?<![\d一二三四五六七八九十年])(?P<number>{HAN_NUMBER})(?:月份?|월)"
            rf"(?:[ ]?(?P<day>{HAN_NUMBER})(?:日|号|號|일))?"
        ),
    }
)
_DATED = ("iso", "day_month", "month_day", "han")
_CLEAR_YEAR = 2005
"""From here on a year is not taken for a round number."""

# What follows a number of things, which is no year: `in 2000 ms`, `of 2024 tokens`.
_COUNTED = Pattern(
    r"[ ](?:ms|s|secs?|(?:second|minute|hour|day|byte|bit|row|token|item|file|line|user|test|note|character|char|word"
    r"|request|time|step|point|record|entrie|entry|dollar|euro|page|message|commit)s?|[kmg]i?b|px|people)\b",
    re.IGNORECASE,
)

_MAX_NAME = 300
_ANY_YEAR = Pattern(r"(?:19|20)\d\d")
# `2023-05-08`, `2023_05_08-standup`, `20230508`, and with the clock that some programs add: `202305081030`.
_DAY_IN_NAME = Pattern(r"(?<!\d)((?:19|20)\d\d)([-_. ]?)(\d\d)\2(\d\d)(?:[-_T ]?(?:\d{6}|\d{4}))?(?!\d)")
_MONTH_NAME = Pattern(r"((?:19|20)\d\d)[-_](\d\d)\Z")


@dataclass(frozen=True, slots=True)
class _Written:
    """The parts of a date as far as they are written."""

    year: int | None
    month: int | None = None
    day: int | None = None
    day_last: int | None = None
    quarter: int | None = None

    def span(self, year: int) -> Span:
        """Return the day, days, month, quarter or year.

        Raises:
            ValueError: if there is no such day, or it is outside the years that notes speak of.
        """
        if self.quarter:
            return calendar.quarter(year, self.quarter)
        if self.month is None:
            return calendar.year(year)
        first = date(year, self.month, self.day or 1)
        if self.day is None:
            return calendar.months(year, self.month)
        last = first.replace(day=self.day_last or self.day)
        return calendar.days(first, (last - first).days + 1)


def find_dates(text: str, clock: Clock) -> Iterator[Expression]:
    """Yield the dates in a text, in no order; what stands in a path, a version or a log line is none.

    A day or a month without a year is the latest one that has begun, and not explicit; nor is a date to come.
    """
    for kind, pattern in _WRITTEN.items():
        for match in pattern.finditer(text):
            expression = _expression(kind, match, clock)
            if expression is not None:
                yield expression


def day_of(name: str, title: str) -> Span | None:
    """Return the local day that a file name or else a title has in it; of a name that is a month, the month.

    Args:
        name: the file's name without its ending, as Logseq, Obsidian and people write it.
        title: the note's title.
    """
    if _ANY_YEAR.search(name):
        found = _day_in(name[:_MAX_NAME]) or _full_date(name[:_MAX_NAME])
        if found:
            return found
    return _full_date(title[:_MAX_NAME]) if _ANY_YEAR.search(title) else None


def _day_in(name: str) -> Span | None:
    for match in _DAY_IN_NAME.finditer(name):
        with suppress(ValueError, OverflowError):
            return calendar.days(date(int(match[1]), int(match[3]), int(match[4])))
    month = _MONTH_NAME.match(name)
    if month and 1 <= int(month[2]) <= 12:
        with suppress(ValueError, OverflowError):
            return calendar.months(int(month[1]), int(month[2]))
    return None


def _full_date(text: str) -> Span | None:
    """Return the first day that is written with its year, month and day in a text such as a title; None without one."""
    found = [
        (match.start(), written)
        for kind in _DATED
        for match in _WRITTEN[kind].finditer(text)
        if (written := _read(kind, match)) and written.year and written.day and not written.day_last
    ]
    for _, written in sorted(found, key=itemgetter(0)):
        with suppress(ValueError, OverflowError):
            return written.span(written.year or 0)
    return None


def _expression(kind: str, match: re.Match[str], clock: Clock) -> Expression | None:
    written = _read(kind, match)
    span = _placed(written, clock) if written else None
    if written is None or span is None:
        return None
    if kind == "year" and (span.start > clock.now or _COUNTED.match(match.string, match.end())):
        return None
    has_year = written.year is not None
    is_word = not has_year and (match.groupdict().get("month") or "A").islower()
    return Expression(
        match.start(),
        match.end(),
        span,
        is_explicit=has_year and span.start <= clock.now and (kind != "year" or (written.year or 0) >= _CLEAR_YEAR),
        is_absolute=has_year,
        needs_cue=kind in {"year", "month"} or is_word,
        month=None if has_year else written.month,
    )


def _read(kind: str, match: re.Match[str]) -> _Written | None:
    parts = {key: text for key, text in match.groupdict().items() if text}
    try:
        if kind == "numeric":
            return _numeric(int(parts["one"]), int(parts["two"]), int(parts["year"]), parts["mark"])
        if kind == "month" and parts["month"].lower() not in ENGLISH_MONTHS:
            return None
        numbers = {key: number(parts[key]) for key in ("year", "number", "day", "day_last", "quarter") if key in parts}
        return _Written(
            numbers.get("year"),
            month_number(parts["month"]) if "month" in parts else numbers.get("number"),
            numbers.get("day"),
            numbers.get("day_last"),
            _ORDINALS.get(parts.get("ordinal", "")) or numbers.get("quarter"),
        )
    except ValueError:
        return None


def _numeric(one: int, two: int, year: int, mark: str) -> _Written | None:
    """Read `13.5.2023` and `5/13/2023`; `5/8/2023` is May or August and therefore nothing."""
    if mark == "." or one > 12 or one == two:
        return _Written(year, two, one)
    return _Written(year, one, two) if two > 12 else None


def _placed(written: _Written, clock: Clock) -> Span | None:
    """Return the time of a date; one without a year is the latest that has begun, within a leap year's distance."""
    years = [written.year] if written.year else range(clock.today.year, clock.today.year - 9, -1)
    for year in years:
        with suppress(ValueError, OverflowError):
            span = written.span(year)
            if written.year or span.start <= clock.now:
                return span
    return None
