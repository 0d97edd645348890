"""The kind of answer a question asks for, where its first words say so, and whether a passage has such a thing."""

from __future__ import annotations

import re

TIME = "time"
NUMBER = "number"

_TIME_QUESTION = re.compile(
    r"\s*(?:(?:and|so|but|since|until|by|from)\s+)?(?:when\b|how long ago\b|"
    r"(?:(?:in|on|at|since|until|by|from)\s+)?(?:what|which)\s+(?:date|day|month|year|time|week|season|quarter)\b)"
    r"|.{0,40}(?:什么时候|何时|几号|哪天|哪年|哪个月|いつ|何日|何月|何年|언제)",
    re.IGNORECASE,
)
_NUMBER_QUESTION = re.compile(
    r"\s*(?:how\s+(?:many|much|often|long|old|far|big|large|tall|high|fast)\b|"
    r"what\s+(?:number|amount|price|size|age|percentage|version|port)\b)|.{0,40}(?:多少|几个|几次|いくつ|いくら|何回|몇|얼마)",
    re.IGNORECASE,
)
_TIME_WORD = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last|ago|weeks?|months?|years?|days?|weekend|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|"
    r"november|december|next|since|recently|soon|morning|evening|night|just|(?:19|20)\d\d|\d+(?:st|nd|rd|th))\b"
    r"|[昨今明]天|上周|上个?月|去年|今年|昨日|今日|先週|先月|昨年|\d[年月日]|어제|오늘|지난",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|couple|few|several|dozen|many)\b|\d|[一二三四五六七八九十两]",
    re.IGNORECASE,
)
_SPOKEN = 2_000


def asked_kind(question: str) -> str | None:
    """Return `time` for a question such as `When …?`, `number` for `How many …?`, else None."""
    if _TIME_QUESTION.match(question[:_SPOKEN]):
        return TIME
    return NUMBER if _NUMBER_QUESTION.match(question[:_SPOKEN]) else None


def has_kind(text: str, kind: str | None) -> float:
    """Return how plainly a passage has what is asked for, 0..1: one time word is half an answer, a number a whole."""
    if kind == TIME:
        found = _TIME_WORD.finditer(text[:_SPOKEN])
        return sum(1 for _, _ in zip(range(2), found, strict=False)) / 2
    return float(kind == NUMBER and _NUMBER_WORD.search(text[:_SPOKEN]) is not None)
