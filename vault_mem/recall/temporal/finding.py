"""From a question to the window it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from vault_mem.recall.temporal import english
from vault_mem.recall.temporal.bounds import Bound, bounds
from vault_mem.recall.temporal.calendar import Clock
from vault_mem.recall.temporal.chinese import CHINESE
from vault_mem.recall.temporal.dates import find_dates
from vault_mem.recall.temporal.expressions import Expression, leftmost_longest
from vault_mem.recall.temporal.japanese import JAPANESE
from vault_mem.recall.temporal.korean import KOREAN
from vault_mem.recall.temporal.language import find_in
from vault_mem.recall.temporal.patterns import Pattern
from vault_mem.recall.temporal.tags import tag_bounds
from vault_mem.recall.temporal.window import Window

SCANNED = 2_000
"""Characters of a question that are looked at."""

LONG = 400
"""A longer question is pasted text, whose times are not what it asks for: none of them is explicit."""

_MAX_PHRASE = 80
_LEAST_MARGIN = timedelta(days=1)
_MOST_MARGIN = timedelta(days=31)
_HINT = Pattern(
    r"\d|day|week|month|year|quarter|tomorrow|tonight|hour|minute|ago\b|back\b|recent|lately|just now|last night"
    r"|this (?:morning|after|even)|spring|summer|autumn|fall\b|winter"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:[a-z]{0,6})\b",
    re.IGNORECASE,
)
_HAN = Pattern(r"[\u3041-\u30ff\u4e00-\u9fff]")
_KANA = Pattern(r"[\u3041-\u30ff]")
_HANGUL = Pattern(r"[\uac00-\ud7a3]")
_WIDE = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | dict.fromkeys([0x3000, 0xA0, 0x0A, 0x0D, 0x09], 0x20)
_QUOTED = Pattern(r"`[^`]{1,120}`|\"[^\"]{1,120}\"|“[^”]{1,120}”|「[^」]{1,120}」|『[^』]{1,120}』|《[^》]{1,120}》")
_ASKS_LENGTH = Pattern(r"\bhow (?:long|many (?:day|week|month|year)s)\b", re.IGNORECASE)


def find_window(text: str, *, now: datetime, tags: Mapping[str, datetime]) -> Window | None:
    """Return the time that a question speaks of, None if it speaks of none.

    Days, weeks (from Monday on), months and years are local ones. Seasons are those of the north.

    Args:
        text: the question, of any length; its first 2,000 characters are looked at.
        now: the present, aware.
        tags: the vault's tags and the times of the commits they name, aware; `may_name_tag` says if any are needed.
    """
    seen = text[:SCANNED].translate(_WIDE)
    found = _outside(tag_bounds(seen, tags, now)) if tags else []
    plain = _without_quotes(seen)
    if _HINT.search(plain) or not plain.isascii():
        found = _outside([*found, *_spoken(plain, now)])
    window = _window(text, found)
    if window is not None and (len(text) > LONG or _ASKS_LENGTH.search(seen)):
        return replace(window, is_explicit=False)
    return window


def _spoken(text: str, now: datetime) -> list[Bound]:
    """Return what the words of the calendar say; nothing where the present is in no year that notes speak of."""
    try:
        clock = Clock.at(now)
    except (ValueError, OverflowError):
        return []
    return bounds(text, leftmost_longest(chain.from_iterable(_finders(text, clock))))


def _finders(text: str, clock: Clock) -> Iterator[Iterable[Expression]]:
    yield find_dates(text, clock)
    yield english.find_words(text, clock)
    if _HAN.search(text):
        yield find_in(JAPANESE, text, clock)
        if not _KANA.search(text):
            yield find_in(CHINESE, text, clock)
    if _HANGUL.search(text):
        yield find_in(KOREAN, text, clock)


def _without_quotes(text: str) -> str:
    """Blank what is quoted: a title or a piece of code; not what makes up most of the question."""
    return _QUOTED.sub(lambda match: " " * len(match[0]) if len(match[0]) * 2 < len(text) else match[0], text)


def _outside(found: Iterable[Bound]) -> list[Bound]:
    """Return bounds in the order of the text, of overlapping ones an explicit one, else the longer."""
    kept: list[Bound] = []
    for bound in sorted(found, key=lambda item: (not item.is_explicit, item.first - item.last, item.first)):
        if all(bound.last <= other.first or other.last <= bound.first for other in kept):
            kept.append(bound)
    return sorted(kept, key=lambda item: item.first)


def _window(text: str, found: Sequence[Bound]) -> Window | None:
    """Join what is explicit, dates before time words; without any, take what is vague and stands first."""
    explicit = [bound for bound in found if bound.is_explicit]
    absolute = [bound for bound in explicit if bound.is_absolute]
    chosen = absolute or explicit or list(found[:1])
    if not chosen:
        return None
    start, end = _joined(chosen)
    if start is not None and end is not None and start >= end:
        chosen = [next((bound for bound in chosen if bound.is_closed), chosen[0])]
        start, end = chosen[0].start, chosen[0].end
    labels = [bound.label for bound in chosen if bound.label]
    label = ", ".join(labels) or None
    return Window(start, end, bool(explicit), _phrase(text, chosen), label, _margin(chosen, start, end))


def _margin(chosen: Sequence[Bound], start: datetime | None, end: datetime | None) -> timedelta:
    """Return the length of what is given by dates, a day at least and a month at most; nothing for other windows.

    What happened on 3 May is told on 4 May. `python -m tests.benchmarks.locomo --ablation` prints what windows are
    worth (`time words`).
    """
    is_dated = all(bound.is_absolute and bound.label is None for bound in chosen)
    if start is None or end is None or not is_dated:
        return timedelta()
    return min(max(end - start, _LEAST_MARGIN), _MOST_MARGIN)


def _joined(chosen: Sequence[Bound]) -> tuple[datetime | None, datetime | None]:
    """Unite what has two ends; cut it, or all of time, where something has one end."""
    closed = [bound for bound in chosen if bound.is_closed]
    starts = [bound.start for bound in chosen if bound.start and not bound.is_closed]
    ends = [bound.end for bound in chosen if bound.end and not bound.is_closed]
    starts += [min(bound.start for bound in closed if bound.start)] if closed else []
    ends += [max(bound.end for bound in closed if bound.end)] if closed else []
    return max(starts, default=None), min(ends, default=None)


def _phrase(text: str, chosen: Sequence[Bound]) -> str:
    whole = text[chosen[0].first : chosen[-1].last]
    if len(whole) <= _MAX_PHRASE:
        return whole
    return " … ".join(text[bound.first : bound.last] for bound in chosen)[:_MAX_PHRASE]
