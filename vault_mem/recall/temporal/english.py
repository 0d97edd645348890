"""Time words of English: `yesterday`, `in the last 3 days`, `two weeks ago`, `last Friday`, `recently`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from vault_mem.recall.temporal import calendar
from vault_mem.recall.temporal.calendar import Clock, Span
from vault_mem.recall.temporal.expressions import Expression
from vault_mem.recall.temporal.names import ENGLISH_MONTHS, ENGLISH_NUMBER, WEEKDAYS, number
from vault_mem.recall.temporal.patterns import Pattern

Meaning = tuple[Span, bool]
"""A time, and whether it is named clearly."""

_WORDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "the day before yesterday": ("day", -2),
        "day before yesterday": ("day", -2),
        "yesterday": ("day", -1),
        "earlier today": ("day", 0),
        "today": ("day", 0),
        "tonight": ("day", 0),
        "this morning": ("day", 0),
        "this afternoon": ("day", 0),
        "this evening": ("day", 0),
        "tomorrow": ("day", 1),
        "the week before last": ("week", -2),
        "the month before last": ("month", -2),
        "the year before last": ("year", -2),
    }
)
_VAGUE: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "recently": ("day", 30, 0),
        "recent": ("day", 30, 0),
        "lately": ("day", 30, 0),
        "just now": ("day", 1, 0),
        "last night": ("day", 1, 0),
        "last hour": ("hour", 1, 0),
        "past hour": ("hour", 1, 0),
        "a moment ago": ("day", 1, 0),
        "the other day": ("day", 10, 1),
        "the other week": ("week", 5, 1),
        "not long ago": ("day", 60, 1),
        "a while ago": ("month", 12, 0),
        "a while back": ("month", 12, 0),
        "some time ago": ("month", 12, 0),
        "a long time ago": ("year", 10, 1),
    }
)
_SOME: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"a few": (6, 2), "few": (6, 2), "a couple of": (3, 1), "a couple": (3, 1), "couple of": (3, 1)}
    | {"several": (9, 2), "some": (9, 1), "": (9, 1)}
)
_SEASONS: Mapping[str, int] = MappingProxyType({"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12})
"""First months in the north; the seasons are never explicit."""

_UNIT = r"(?P<unit>second|minute|hour|day|week|month|quarter|year)"
_FEW = r"a[ ]few|few|a[ ]couple(?:[ ]of)?|couple[ ]of|several"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {
        "word": Pattern(rf"(?<![\w-])(?:{'|'.join(_WORDS)})(?![\w-])", re.IGNORECASE),
        "vague": Pattern(rf"(?<![\w-])(?<!most )(?<!how )(?:{'|'.join(_VAGUE)})(?![\w-])", re.IGNORECASE),
        "unit": Pattern(
            r"(?<![\w-])(?P<lead>(?:(?:in|over|during|within|for|throughout)[ ])?the[ ])?"
            r"(?P<which>last|past|this|current|previous|next|earlier[ ]this)[ ]"
            r"(?P<unit>day|week|weekend|month|quarter|year)(?![\w-]|[ ](?:of|before|after)\b)",
            re.IGNORECASE,
        ),
        "count": Pattern(
            rf"(?<![\w-])(?P<which>last|past|previous)[ ](?P<number>{ENGLISH_NUMBER}|{_FEW})[ ]"
            rf"{_UNIT}s?(?![\w-]|[ ]of\b)",
            re.IGNORECASE,
        ),
        "ago": Pattern(
            rf"(?<![\w.-])(?<!how )(?P<about>(?:about|around|over|almost|nearly|more[ ]than|less[ ]than)[ ])?"
            rf"(?:(?P<number>{ENGLISH_NUMBER}|{_FEW}|some)[ ])?{_UNIT}(?P<many>s?)[ ](?P<way>ago|back)(?![\w-])",
            re.IGNORECASE,
        ),
        "weekday": Pattern(
            r"(?<![\w-])(?:(?P<which>last|this|past|this[ ]past|next)[ ])?"
            rf"(?P<weekday>{_WEEKDAY})(?![\w-]|\.\w)",
            re.IGNORECASE,
        ),
        "month_of": Pattern(
            r"(?<![\w-])(?P<month>[a-z]{3,9})[ ](?:of[ ])?(?P<which>last|this)[ ]year(?![\w-])", re.IGNORECASE
        ),
        "last_month": Pattern(r"(?<![\w-])(?P<which>last|this|past)[ ](?P<month>[a-z]{3,9})(?![\w-])", re.IGNORECASE),
        "season": Pattern(
            r"(?<![\w-])(?:(?P<which>last|this|past)[ ])?(?P<season>spring|summer|autumn|fall|winter)"
            r"(?:[ ](?:of[ ])?(?P<year>(?:19|20)\d\d))?(?![\w-])",
            re.IGNORECASE,
        ),
    }
)
_PAST = Pattern(
    r"(?<!\w)(?:did|was|were|had|been|(?:have|has)[ ](?:i|we|you|they|he|she|it)"
    r"|(?:i|we|you|they)(?:'ve|’ve|[ ]have(?![ ]to))|wrote|written|said|made|chose|told|went|met|saw|found|learnt"
    r"|learned|decided|changed|happened|discussed|agreed|fixed|added|removed|merged|noted|worked|notes?|journal|log)(?!\w)",
    re.IGNORECASE,
)


def find_words(text: str, clock: Clock) -> Iterator[Expression]:
    """Yield English time words, in no order.

    Explicit is what reaches back and is named clearly. The present (`today`, `this week`) is explicit only where the
    question speaks of the past: `how does it work today` does not ask for today's notes. The future never is, nor are
    whole years: what happened `last year` or `4 years ago` is mostly told later.
    """
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            try:
                meaning = _READERS[kind](match, clock)
            except (ValueError, OverflowError):
                continue
            if meaning is not None:
                bare = kind == "weekday" and not match["which"]
                yield Expression(
                    match.start(),
                    match.end(),
                    meaning[0],
                    meaning[1] and not _is_name(match),
                    needs_cue=bare,
                )


def _is_name(match: re.Match[str]) -> bool:
    """Whether the words look like a title's: in capitals, and not at the beginning of a sentence."""
    before = match.string[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".?!:;"


def _calendar_unit(text: str, clock: Clock, name: str, offset: int) -> Meaning:
    span = calendar.unit(clock, name, offset)
    return span, name != "year" and (offset < 0 or (offset == 0 and _PAST.search(text) is not None))


def _word(match: re.Match[str], clock: Clock) -> Meaning | None:
    return _calendar_unit(match.string, clock, *_WORDS[match[0].lower()])


def _vague(match: re.Match[str], clock: Clock) -> Meaning | None:
    return calendar.between(clock, *_VAGUE[match[0].lower()]), False


def _unit(match: re.Match[str], clock: Clock) -> Meaning | None:
    lead, which, name = (match["lead"] or "").lower(), match["which"].lower(), match["unit"].lower()
    if which in {"last", "past"} and (lead or which == "past") and name != "weekend":
        return calendar.trailing(clock, name, 1), which == "past" or len(lead) > 4
    if which == "previous" or name == "day":
        return calendar.unit(clock, name, -1 if which != "this" else 0), False
    if which.startswith("earlier"):
        return calendar.unit(clock, name, 0), name != "year"
    return _calendar_unit(match.string, clock, name, {"last": -1, "past": -1, "next": 1}.get(which, 0))


def _count(match: re.Match[str], clock: Clock) -> Meaning | None:
    count, name = match["number"].lower(), match["unit"].lower()
    is_few = count in _SOME
    steps = _SOME[count][0] if is_few else number(count)
    return calendar.trailing(clock, name, steps), not is_few and match["which"].lower() != "previous"


def _ago(match: re.Match[str], clock: Clock) -> Meaning | None:
    count, name = (match["number"] or "").lower(), match["unit"].lower()
    is_day_or_more = name not in {"second", "minute", "hour"}
    if match["way"].lower() == "back" and not (count and is_day_or_more):
        return None
    if not count and (not match["many"] or re.search(r"how many $", match.string[: match.start()], re.IGNORECASE)):
        return None
    if count in _SOME:
        return calendar.between(clock, name, *_SOME[count]), False
    return calendar.ago(clock, name, number(count)), name in calendar.CLEAR_UNITS and not match["about"]


def _weekday(match: re.Match[str], clock: Clock) -> Meaning | None:
    if re.match(r" (?:Night|Morning)", match.string[match.end() :]) or match["weekday"].isupper():
        return None
    which, day = (match["which"] or "").lower(), WEEKDAYS[match["weekday"].lower()]
    found = calendar.weekday_before(clock.today, day)
    if which == "next":
        return calendar.days(found.fromordinal(found.toordinal() + 7)), False
    is_of_an_earlier_week = calendar.midnight(found) < calendar.week(clock.today).start
    return calendar.days(found), which in {"last", "past", "this past"} and is_of_an_earlier_week


def _month_of(match: re.Match[str], clock: Clock) -> Meaning | None:
    month = ENGLISH_MONTHS.get(match["month"].lower())
    if month is None:
        return None
    span = calendar.months(clock.today.year - (match["which"].lower() == "last"), month)
    return span, span.start <= clock.now


def _last_month(match: re.Match[str], clock: Clock) -> Meaning | None:
    month = ENGLISH_MONTHS.get(match["month"].lower())
    if month is None:
        return None
    return _last_months(clock, match["which"].lower(), month, 1), False


def _season(match: re.Match[str], clock: Clock) -> Meaning | None:
    month, which = _SEASONS[match["season"].lower()], (match["which"] or "").lower()
    if match["year"]:
        return calendar.months(int(match["year"]), month, 3), False
    if not which:
        return None
    return _last_months(clock, which, month, 3), False


def _last_months(clock: Clock, which: str, month: int, count: int) -> Span:
    """Return so many months from one on, when they were there last; of `this` ones those that have begun."""
    span = calendar.months(clock.today.year, month, count)
    is_too_late = span.start > clock.now or (which != "this" and span.end > clock.now)
    return calendar.months(clock.today.year - 1, month, count) if is_too_late else span


_READERS: Mapping[str, Callable[[re.Match[str], Clock], Meaning | None]] = MappingProxyType(
    {
        "word": _word,
        "vague": _vague,
        "unit": _unit,
        "count": _count,
        "ago": _ago,
        "weekday": _weekday,
        "month_of": _month_of,
        "last_month": _last_month,
        "season": _season,
    }
)
