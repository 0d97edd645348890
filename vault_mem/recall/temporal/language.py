"""What a language without spaces between its words says about time, and the one way such tables are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType

from vault_mem.recall.temporal import calendar
from vault_mem.recall.temporal.calendar import Clock, Span
from vault_mem.recall.temporal.expressions import Expression
from vault_mem.recall.temporal.names import WEEKDAYS, number


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """The time words of a language; patterns are regular expressions without groups of their own.

    Attributes:
        words: calendar units by their names: (unit, how many units later).
        vague: stretches of time by their names: (unit, from so many ago, to so many ago).
        numeral: pattern of a number before a unit.
        units: units by their names behind a number.
        ago: pattern behind number and unit.
        trailing: pattern before number and unit.
        weeks: how many weeks later, by the words before a weekday.
        weekday: pattern of a weekday with the group `day`.
        years: how many years later, by the words before the number of a month.
        past: pattern of what says that a question speaks of the past.
    """

    words: Mapping[str, tuple[str, int]]
    vague: Mapping[str, tuple[str, int, int]]
    numeral: str
    units: Mapping[str, str]
    ago: str
    trailing: str
    weeks: Mapping[str, int]
    weekday: str
    years: Mapping[str, int]
    past: str


def find_in(language: Language, text: str, clock: Clock) -> Iterator[Expression]:
    """Yield a language's time words, in no order; what is explicit is as in English, see `english.find_words`."""
    patterns = _patterns(language)
    is_past = patterns["past"].search(text) is not None
    for kind, read in _READERS.items():
        for match in patterns[kind].finditer(text):
            try:
                span, offset = read(language, match, clock)
            except (ValueError, OverflowError):
                continue
            is_explicit = offset is not None and (offset < 0 or (offset == 0 and is_past))
            yield Expression(match.start(), match.end(), span, is_explicit)


@lru_cache(maxsize=8)
def _patterns(language: Language) -> dict[str, re.Pattern[str]]:
    units = _any(language.units)
    amount = rf"(?P<number>{language.numeral})[ ]?(?P<unit>{units})"
    written = {
        "past": language.past,
        "word": _any(language.words),
        "vague": _any(language.vague),
        "ago": rf"(?<![\d.]){amount}[ ]?{language.ago}",
        "trailing": rf"{language.trailing}[ ]?{amount}",
        "weekday": rf"(?:(?P<week>{_any(language.weeks)}))?{language.weekday}",
        "month": rf"(?P<year>{_any(language.years)})[的の]?[ ]?(?P<number>{language.numeral})(?:月|월)"
        rf"(?:[ ]?(?P<day>{language.numeral})(?:日|号|號|일))?",
    }
    return {kind: re.compile(pattern) for kind, pattern in written.items()}


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


Read = tuple[Span, "int | None"]
"""A time, and how many units later it is; None where it is named vaguely."""


def _word(language: Language, match: re.Match[str], clock: Clock) -> Read:
    name, offset = language.words[match[0]]
    return calendar.unit(clock, name, offset), None if name == "year" else offset


def _vague(language: Language, match: re.Match[str], clock: Clock) -> Read:
    return calendar.between(clock, *language.vague[match[0]]), None


def _ago(language: Language, match: re.Match[str], clock: Clock) -> Read:
    name = language.units[match["unit"]]
    return calendar.ago(clock, name, number(match["number"])), -1 if name in calendar.CLEAR_UNITS else None


def _trailing(language: Language, match: re.Match[str], clock: Clock) -> Read:
    return calendar.trailing(clock, language.units[match["unit"]], number(match["number"])), -1


def _weekday(language: Language, match: re.Match[str], clock: Clock) -> Read:
    day = WEEKDAYS[match["day"]]
    if not match["week"]:
        return calendar.days(calendar.weekday_before(clock.today, day)), None
    offset = language.weeks[match["week"]]
    monday = clock.today - timedelta(days=clock.today.weekday() - 7 * offset)
    return calendar.days(monday + timedelta(days=day)), offset


def _month(language: Language, match: re.Match[str], clock: Clock) -> Read:
    offset, month = language.years[match["year"]], number(match["number"])
    if not 1 <= month <= 12:
        raise ValueError(match[0])
    year = clock.today.year + offset
    if not match["day"]:
        span = calendar.months(year, month)
    else:
        span = calendar.days(calendar.first_of(year, month).replace(day=number(match["day"])))
    return span, offset if span.start <= clock.now else None


_READERS: Mapping[str, Callable[[Language, re.Match[str], Clock], Read]] = MappingProxyType(
    {"word": _word, "vague": _vague, "ago": _ago, "trailing": _trailing, "weekday": _weekday, "month": _month}
)
