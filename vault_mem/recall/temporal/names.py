"""Numbers, months and weekdays by their names, in the languages in which dates are written out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Full names only, save English: `ago` and `set` are months in Spanish and Portuguese.
_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner februar maerz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
MONTHS: Mapping[str, int] = MappingProxyType(
    {name: number for names in _MONTHS for number, name in enumerate(names.split(), start=1)} | {"sept": 9}
)
ENGLISH_MONTHS: Mapping[str, int] = MappingProxyType(
    {name: number for names in _MONTHS[:2] for number, name in enumerate(names.split(), start=1)} | {"sept": 9}
)
WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for names in (
            "monday tuesday wednesday thursday friday saturday sunday",
            "一 二 三 四 五 六 日",
            "月 火 水 木 金 土 日",
            "월 화 수 목 금 토 일",
        )
        for number, name in enumerate(names.split())
    }
    | {"天": 6}
)

_NUMBERS: Mapping[str, int] = MappingProxyType(
    {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
    | {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "兩": 2, "两": 2}
    | {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
    | {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9, "십": 10}
)
_HAN = "〇一二三四五六七八九"

ENGLISH_NUMBER = r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
HAN_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十两兩]{1,3})"
KOREAN_NUMBER = r"(?:\d{1,4}|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|[일이삼사오육칠팔구십])"


def month_number(word: str) -> int:
    """Return 1..12.

    Raises:
        ValueError: if the word is no month.
    """
    month = MONTHS.get(word.lower())
    if month is None:
        raise ValueError(word)
    return month


def number(text: str) -> int:
    """Return the number that a text matched by one of the patterns above names; Han numerals up to 99.

    Raises:
        ValueError: if it names none (`二二`).
    """
    if text.isdecimal():
        return int(text)
    lowered = text.lower()
    if lowered in _NUMBERS:
        return _NUMBERS[lowered]
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or not (ten or ones):
        raise ValueError(text)
    return (_HAN.index(tens) if tens else 1) * 10 * bool(ten) + (_HAN.index(ones) if ones else 0)
