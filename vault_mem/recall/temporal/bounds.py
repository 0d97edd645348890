"""From an expression and the words around it to a bound: `since Monday`, `before May 2023`, `5月8日以前`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from vault_mem.recall.temporal.calendar import Span, midnight
from vault_mem.recall.temporal.expressions import Expression
from vault_mem.recall.temporal.patterns import Pattern

_NEAR = 60
_PARTS = (
    r"(?:early|mid|late|beginning|start|end|middle|(?:first|second|other)[ ]half|week|month|year|quarter)(?:[ ]of)?"
)
_CUE = Pattern(
    r"(?<![\w-])(?P<cue>in|on|during|throughout|within|around|at|of|for|from|since|before|prior to|after|following"
    rf"|until|till|by|up to|through|as of|between|early|mid|late)[ ](?:the[ ])?(?:{_PARTS}[ ](?:the[ ])?){{0,2}}$",
    re.IGNORECASE,
)
_STEP = Pattern(
    r"(?<!\w)(?P<unit>day|week|weekend|month|year|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?[ ]"
    r"(?P<side>before|after|prior to)[ ]$",
    re.IGNORECASE,
)
_STEPS: Mapping[str, int] = MappingProxyType({"day": 3, "night": 3, "month": 62, "year": 400})
_TO = Pattern(
    r"[ ]?(?:to|until|till|through|-|–|—|~)[ ]?(?:the[ ])?\Z|[ ]?(?:から|到|至|~|〜|～|부터)[ ]?\Z", re.IGNORECASE
)
_AND = Pattern(r"[ ]and[ ](?:the[ ])?\Z|[ ]?(?:和|与|與|と|과|와)[ ]?\Z", re.IGNORECASE)
_BETWEEN_BEHIND = Pattern(r"[ ]?(?:之间|之間|の間|间|間|사이)")
_TO_BEHIND = Pattern(r"[ ]?(?:まで|까지|为止|為止)")
_SIDES_BEHIND: Mapping[str, Pattern] = MappingProxyType(
    {
        "before": Pattern(r"[ ]?(?:之前|以前|より前|の前(?!日)|前(?![端台面後后半天年日])|이전|전(?=[에까의 ?]|\Z))"),
        "after": Pattern(
            r"[ ]?(?:之后|之後|以后|以後|の後|より後|后(?![端台面])|後(?![端台面半])|이후|후(?=[에의 ?]|\Z))"
        ),
        "since": Pattern(r"[ ]?(?:以来|以來|以降|から|起|开始|開始|至今|부터|이래)"),
        "until": Pattern(r"[ ]?(?:为止|為止|まで|까지)"),
    }
)
_SIDES_AHEAD: Mapping[str, Pattern] = MappingProxyType(
    {"since": Pattern(r"(?:自从|自從|自|从|從)\Z"), "until": Pattern(r"(?:截至|直到|截止到)\Z")}
)
_SIDES: Mapping[str, str] = MappingProxyType(
    {"since": "since", "before": "before", "prior to": "before", "after": "after", "following": "after"}
    | dict.fromkeys(["until", "till", "by", "up to", "through", "as of"], "until")
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What one part of a question says about time.

    Attributes:
        first, last: the words it was read from, as offsets.
        start, end: as in `Window`.
        is_explicit, is_absolute: as in `Expression`.
        label: the tag's name, None for words of the calendar.
    """

    first: int
    last: int
    start: datetime | None
    end: datetime | None
    is_explicit: bool
    is_absolute: bool = False
    label: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it has both ends."""
        return self.start is not None and self.end is not None


def bounds(text: str, expressions: Sequence[Expression]) -> list[Bound]:
    """Return what expressions, in order and apart from each other, say together with the words around them."""
    found: list[Bound] = []
    at = 0
    while at < len(expressions):
        pair = _range(text, expressions[at], expressions[at + 1]) if at + 1 < len(expressions) else None
        bound = pair or _single(text, expressions[at])
        found += [bound] if bound else []
        at += 2 if pair else 1
    return found


# --- one expression ---


def _single(text: str, expression: Expression) -> Bound | None:
    span, first, last = expression.span, expression.first, expression.last
    ahead = text[max(0, first - _NEAR) : first]
    step = _STEP.search(ahead)
    if step:
        return _stepped(expression, step, first - len(step[0]))
    cue = _CUE.search(ahead)
    word = cue["cue"].lower() if cue else ""
    if expression.needs_cue and word in {"", "at", "of", "for"}:
        return _faint(expression) if word in {"of", "for"} else None
    side, first, last = _side(text, expression, word, first - len(cue[0]) if cue else first)
    is_explicit = expression.is_explicit or (side == "since" and (expression.needs_cue or expression.month is not None))
    start = {"before": None, "until": None, "after": span.end}.get(side, span.start)
    end = {"since": None, "after": None, "before": span.start}.get(side, span.end)
    return Bound(first, last, start, end, is_explicit, expression.is_absolute)


def _side(text: str, expression: Expression, word: str, cued: int) -> tuple[str, int, int]:
    """Return before, after, since, until or nothing, and the words that the expression then reaches over."""
    if word in _SIDES:
        return _SIDES[word], cued, expression.last
    for side, pattern in _SIDES_BEHIND.items():
        behind = pattern.match(text, expression.last)
        if behind:
            return side, expression.first, behind.end()
    for side, pattern in _SIDES_AHEAD.items():
        ahead = pattern.search(text[max(0, expression.first - 4) : expression.first])
        if ahead:
            return side, expression.first - len(ahead[0]), expression.last
    return "", expression.first, expression.last


def _faint(expression: Expression) -> Bound:
    span = expression.span
    return Bound(expression.first, expression.last, span.start, span.end, is_explicit=False)


def _stepped(expression: Expression, step: re.Match[str], first: int) -> Bound:
    """Read `the week before 3 August 2023`: vague, and the day itself counts, on which it was told as likely as not."""
    span, reach = expression.span, timedelta(days=_STEPS.get(step["unit"].lower(), 21))
    if step["side"].lower() == "after":
        return Bound(first, expression.last, span.start, span.end + reach, is_explicit=False)
    return Bound(first, expression.last, span.start - reach, span.end, is_explicit=False)


# --- two expressions ---


def _range(text: str, left: Expression, right: Expression) -> Bound | None:
    """Return what `from A to B` or `between A and B` says, None if the words between them are others."""
    between = text[left.last : right.first]
    if len(between) > 20:
        return None
    cue = _CUE.search(text[max(0, left.first - _NEAR) : left.first])
    word = cue["cue"].lower() if cue else ""
    behind = _BETWEEN_BEHIND.match(text, right.last)
    if not (_TO.match(between) or (_AND.match(between) and (word == "between" or behind))):
        return None
    placed = _placed(left, right)
    if placed is None or placed[0].start >= placed[1].end:
        return None
    is_explicit = (left.is_explicit or right.is_explicit) and all(
        end.is_explicit or end.month is not None for end in (left, right)
    )
    behind = behind or _TO_BEHIND.match(text, right.last)
    first = left.first - len(cue[0]) if cue and word in {"between", "from"} else left.first
    last = behind.end() if behind else right.last
    absolute = left.is_absolute or right.is_absolute
    return Bound(first, last, placed[0].start, placed[1].end, is_explicit, absolute)


def _placed(left: Expression, right: Expression) -> tuple[Span, Span] | None:
    """Give an end without a year the year of the other one, so that they are in order."""
    try:
        if left.month is not None:
            years = _year(right.span) - _year(left.span)
            return _moved(left.span, years if left.month <= _month(right.span) else years - 1), right.span
        if right.month is not None:
            years = _year(left.span) - _year(right.span)
            return left.span, _moved(right.span, years if right.month >= _month(left.span) else years + 1)
    except (ValueError, OverflowError):
        return None
    return left.span, right.span


def _year(span: Span) -> int:
    return span.start.astimezone().year


def _month(span: Span) -> int:
    return span.start.astimezone().month


def _moved(span: Span, years: int) -> Span:
    first, last = span.start.astimezone().date(), span.end.astimezone().date()
    return Span(midnight(first.replace(year=first.year + years)), midnight(last.replace(year=last.year + years)))
