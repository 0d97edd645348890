"""Names of months and weekdays, in the languages in which dates are written out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Full names only, save English: `ago` and `set` are months in Spanish and Portuguese.
_NAMES = (
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
    {name: number for names in _NAMES for number, name in enumerate(names.split(), start=1)} | {"sept": 9}
)
ENGLISH_MONTHS: Mapping[str, int] = MappingProxyType(
    {name: number for names in _NAMES[:2] for number, name in enumerate(names.split(), start=1)} | {"sept": 9}
)
WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for names in (
            "monday tuesday wednesday thursday friday saturday sunday",
            "mon tue wed thu fri sat sun",
            "一 二 三 四 五 六 日",
            "月 火 水 木 金 土 日",
            "월 화 수 목 금 토 일",
        )
        for number, name in enumerate(names.split())
    }
    | {"天": 6, "tues": 1, "weds": 2, "thur": 3, "thurs": 3}
)


def month_number(word: str) -> int:
    """Return 1..12.

    Raises:
        ValueError: if the word is no month.
    """
    number = MONTHS.get(word.lower())
    if number is None:
        raise ValueError(word)
    return number
