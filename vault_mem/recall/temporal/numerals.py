"""Small numbers as they stand before a unit of time: `3`, `three`, `三`, `十二`, `세`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_WORDS: Mapping[str, int] = MappingProxyType(
    {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
    | {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "半": 1, "兩": 2, "两": 2}
    | {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
    | {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9, "십": 10}
)
_HAN = "〇一二三四五六七八九"

ENGLISH = r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
HAN = r"(?:\d{1,4}|[一二三四五六七八九十两兩]{1,3})"
KOREAN = r"(?:\d{1,4}|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|[일이삼사오육칠팔구십])"


def number(text: str) -> int:
    """Return the number that a text matched by one of the patterns above names; Han numerals up to 99.

    Raises:
        ValueError: if it names none (`二二`).
    """
    if text.isdecimal():
        return int(text)
    lowered = text.lower()
    if lowered in _WORDS:
        return _WORDS[lowered]
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or not (ten or ones):
        raise ValueError(text)
    return (_HAN.index(tens) if tens else 1) * 10 * bool(ten) + (_HAN.index(ones) if ones else 0)
