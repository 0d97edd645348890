"""Time words of Chinese, in both kinds of characters."""

from __future__ import annotations

from types import MappingProxyType

from vault_mem.recall.temporal.language import Language
from vault_mem.recall.temporal.names import HAN_NUMBER

_WEEKS = ("周", "週", "星期", "礼拜", "禮拜", "个星期", "個星期", "个礼拜", "個禮拜")
_WHICH = MappingProxyType({"上上": -2, "上": -1, "本": 0, "这": 0, "這": 0, "下": 1})

CHINESE = Language(
    words=MappingProxyType(
        {"大前天": ("day", -3), "前天": ("day", -2), "昨天": ("day", -1), "昨日": ("day", -1), "昨晚": ("day", -1)}
        | {"今天": ("day", 0), "今日": ("day", 0), "今早": ("day", 0), "今晚": ("day", 0), "明天": ("day", 1)}
        | {"后天": ("day", 2), "後天": ("day", 2), "上周末": ("weekend", -1), "上週末": ("weekend", -1)}
        | {which + week: ("week", offset) for which, offset in _WHICH.items() for week in _WEEKS}
        | {"上上个月": ("month", -2), "上上個月": ("month", -2), "上个月": ("month", -1), "上個月": ("month", -1)}
        | {"上月": ("month", -1), "本月": ("month", 0), "这个月": ("month", 0), "這個月": ("month", 0)}
        | {"下个月": ("month", 1), "下個月": ("month", 1), "上季度": ("quarter", -1), "上个季度": ("quarter", -1)}
        | {"上個季度": ("quarter", -1), "本季度": ("quarter", 0), "这个季度": ("quarter", 0)}
        | {"前年": ("year", -2), "去年": ("year", -1), "今年": ("year", 0), "明年": ("year", 1)}
    ),
    vague=MappingProxyType(
        dict.fromkeys(["最近", "近来", "近來", "近期"], ("day", 30, 0))
        | dict.fromkeys(["前几天", "前幾天", "前些天", "前两天", "前兩天"], ("day", 9, 1))
        | dict.fromkeys(["这几天", "這幾天", "这两天", "這兩天"], ("day", 6, 0))
        | dict.fromkeys(["几天前", "幾天前"], ("day", 10, 2))
        | dict.fromkeys(["几周前", "幾週前", "几个星期前"], ("week", 9, 1))
        | dict.fromkeys(["几个月前", "幾個月前"], ("month", 9, 1))
        | dict.fromkeys(["几年前", "幾年前"], ("year", 9, 1))
        | dict.fromkeys(["不久前", "前阵子", "前陣子", "前一阵子", "前段时间", "前段時間"], ("day", 90, 1))
    ),
    numeral=HAN_NUMBER,
    units=MappingProxyType(
        {"天": "day", "日": "day", "年": "year", "个月": "month", "個月": "month", "个季度": "quarter"}
        | dict.fromkeys(_WEEKS, "week")
        | dict.fromkeys(["小时", "小時", "个小时", "個小時"], "hour")
        | dict.fromkeys(["分钟", "分鐘"], "minute")
    ),
    ago=r"(?:之前|以前|前(?!后|後|端|面))",
    trailing=r"(?:最近|过去|過去|近|这|這|前)的?",
    weeks=_WHICH,
    weekday=r"(?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<day>[二三四五六日天]|一(?![共直起些般下样樣切定次]))",
    years=MappingProxyType({"前年": -2, "去年": -1, "今年": 0}),
    past=r"(?<![为為除])了|(?<![通超])[过過](?![去程期])|曾|已经|已經|之前|什么时候|記錄|记录|笔记",
)
