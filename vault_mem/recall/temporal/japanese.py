"""Time words of Japanese."""

from __future__ import annotations

from types import MappingProxyType

from vault_mem.recall.temporal.language import Language
from vault_mem.recall.temporal.names import HAN_NUMBER

_MONTHS = ("か月", "カ月", "ヶ月", "ヵ月", "ケ月", "箇月")

JAPANESE = Language(
    words=MappingProxyType(
        dict.fromkeys(["一昨日", "おととい"], ("day", -2))
        | dict.fromkeys(["昨日", "きのう", "昨夜", "昨晩", "ゆうべ"], ("day", -1))
        | dict.fromkeys(["今日", "きょう", "本日", "今朝", "今夜", "今晩"], ("day", 0))
        | dict.fromkeys(["明日", "あした"], ("day", 1))
        | dict.fromkeys(["先々週", "先先週"], ("week", -2))
        | {"先週": ("week", -1), "今週": ("week", 0), "来週": ("week", 1), "先週末": ("weekend", -1)}
        | {"先々月": ("month", -2), "先月": ("month", -1), "今月": ("month", 0), "来月": ("month", 1)}
        | dict.fromkeys(["一昨年", "おととし"], ("year", -2))
        | {"昨年": ("year", -1), "去年": ("year", -1), "今年": ("year", 0), "来年": ("year", 1)}
        | {"前四半期": ("quarter", -1), "今四半期": ("quarter", 0)}
    ),
    vague=MappingProxyType(
        dict.fromkeys(["最近", "近頃", "この頃", "このごろ"], ("day", 30, 0))
        | dict.fromkeys(["この前", "この間", "このあいだ", "先日"], ("day", 21, 1))
        | {"数日前": ("day", 10, 2), "数週間前": ("week", 9, 1), "数年前": ("year", 9, 1)}
        | {"数" + unit + "前": ("month", 9, 1) for unit in _MONTHS}
        | dict.fromkeys(["少し前", "ちょっと前"], ("day", 30, 0))
        | dict.fromkeys(["しばらく前", "だいぶ前"], ("month", 12, 0))
    ),
    numeral=HAN_NUMBER,
    units=MappingProxyType(
        {"日": "day", "週": "week", "週間": "week", "年": "year", "時間": "hour", "分": "minute", "四半期": "quarter"}
        | {unit + length: "month" for unit in _MONTHS for length in ("", "間")}
        | {"日間": "day", "年間": "year"}
    ),
    ago=r"前(?![後半線端])",
    trailing=r"(?:過去|直近|ここ|最近)の?",
    weeks=MappingProxyType(
        {week + no: offset for week, offset in (("先々週", -2), ("先週", -1), ("今週", 0)) for no in ("の", "")}
    ),
    weekday=r"(?P<day>[月火水木金土日])曜",
    years=MappingProxyType({"一昨年": -2, "昨年": -1, "去年": -1, "今年": 0}),
    past=r"[しっんいえけめれべてせ]た(?![いらり])|記録|メモ",
)
