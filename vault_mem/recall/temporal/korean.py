"""Time words of Korean."""

from __future__ import annotations

from types import MappingProxyType

from vault_mem.recall.temporal.language import Language
from vault_mem.recall.temporal.names import KOREAN_NUMBER

_WEEKS = MappingProxyType({"지지난": -2, "지난": -1, "저번": -1, "이번": 0, "다음": 1})

KOREAN = Language(
    words=MappingProxyType(
        {"그저께": ("day", -2), "어제": ("day", -1), "어젯밤": ("day", -1), "오늘": ("day", 0), "내일": ("day", 1)}
        | {
            which + space + word: (unit, offset)
            for which, offset in _WEEKS.items()
            for space in ("", " ")
            for word, unit in (("주", "week"), ("주말", "weekend"), ("달", "month"), ("분기", "quarter"))
        }
        | {
            "재작년": ("year", -2),
            "작년": ("year", -1),
            "지난해": ("year", -1),
            "올해": ("year", 0),
            "내년": ("year", 1),
        }
    ),
    vague=MappingProxyType(
        dict.fromkeys(["최근", "요즘", "근래"], ("day", 30, 0))
        | dict.fromkeys(["며칠 전", "몇일 전", "엊그제"], ("day", 10, 1))
        | {
            "몇 주 전": ("week", 9, 1),
            "몇 달 전": ("month", 9, 1),
            "몇 년 전": ("year", 9, 1),
            "얼마 전": ("day", 60, 1),
        }
    ),
    numeral=KOREAN_NUMBER,
    units=MappingProxyType(
        {"일": "day", "주": "week", "주일": "week", "주간": "week", "개월": "month", "달": "month", "년": "year"}
        | {"시간": "hour", "분": "minute", "분기": "quarter"}
    ),
    ago=r"전(?![체부문국])",
    trailing=r"(?:최근|지난)",
    weeks=MappingProxyType(
        {which + end: offset for which, offset in _WEEKS.items() for end in (" 주 ", "주 ", " ", "")}
    ),
    weekday=r"(?P<day>[월화수목금토일])요일",
    years=MappingProxyType({"재작년 ": -2, "작년 ": -1, "지난해 ": -1, "올해 ": 0}),
    past=r"[했었았였됐갔왔]|기록|메모",
)
