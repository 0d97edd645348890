r"""The few forms of YAML that most frontmatter is written in, read without the YAML parser and ten times as fast.

A block is read here if every line of it is one of these, and nothing else:

- `key: value`, `key:`, or `key: [value, value]`, from the line's first column;
- `- value` below a key without a value, all items with the same indent.

A key is made of ASCII words; a value is plain text on one line without anything that could be syntax, or in quotes
without escapes. There are no comments, blank lines, tabs or `\r`. Anything else, and anything that the YAML parser
would refuse, is left to it, so that there is one meaning and one message for it; a test compares both.

Source: YAML 1.2.2, sections 7.3 (flow scalars) and 8.2 (block collections).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vault_mem.notes.block import Entry, Item
from vault_mem.notes.model import Value
from vault_mem.notes.scalars import resolve_plain

_QUOTES = "'\""
_BREAKS = r"\n\r\t\x85\u2028\u2029\ufeff"
_START = rf"(?:[^ {_BREAKS}?:,\[\]{{}}\#&*!|>'\"%@`-]|-(?=[0-9A-Za-z]))"
_PLAIN = rf"{_START}(?:[^ :\#{_BREAKS}]|:(?![ {_BREAKS}])|(?<![ ])\#|[ ]+(?![ \#{_BREAKS}]))*+"
_QUOTED = rf"'[^'{_BREAKS}]*'|\"[^\"\\{_BREAKS}]*\""
_IN_FLOW = r"[A-Za-z0-9_](?:[A-Za-z0-9_/.+-]|[ ](?=[A-Za-z0-9_]))*+"
_FLOW_ITEM = re.compile(rf"{_IN_FLOW}|{_QUOTED}")
_FLOW = rf"\[(?:(?:{_IN_FLOW}|{_QUOTED})(?:,[ ]*(?:{_IN_FLOW}|{_QUOTED}))*+)?\]"
_KEY = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}(?:[ ][A-Za-z0-9_.-]{1,63}){0,3}"
_LINE = re.compile(
    rf"(?:(?P<key>{_KEY}):(?:[ ]+(?:(?P<value>{_PLAIN}|{_QUOTED})|(?P<flow>{_FLOW})))?"
    rf"|(?P<dash>[ ]*-)[ ]+(?P<item>{_PLAIN}|{_QUOTED}))\n"
)


def read_entries(block: str, *, most: int) -> tuple[Entry, ...] | None:
    """Return the keys of a block of frontmatter as the YAML parser would; None if it has to read the block.

    Args:
        block: the text between the fences; it ends with a line break, or is empty.
        most: keys that are accepted.
    """
    entries: dict[str, Entry] = {}
    at = 0
    while at < len(block):
        line = _LINE.match(block, at)
        key = line["key"] if line else None
        if line is None or key is None or key in entries or len(entries) == most:
            return None
        at = line.end()
        if line.lastgroup != "key":
            entries[key] = _with_value(key, line)
            continue
        lines = _lines_of_list(block, at)
        if lines is None:
            return None
        entries[key] = _with_list(key, line, lines)
        at = lines[-1].end() if lines else at
    return tuple(entries.values())


def _with_value(key: str, line: re.Match[str]) -> Entry:
    start, end = line.span(line.lastgroup or 0)
    place = (line.start("key"), line.end("key"), start, end)
    if line["flow"] is None:
        text = line.string[start:end]
        return Entry(key, _value(text), *place, text[0] if text[0] in _QUOTES else "plain")
    items = tuple(_item(found, 0) for found in _FLOW_ITEM.finditer(line.string, start + 1, end - 1))
    return Entry(key, [item.value for item in items], *place, "[", items)


def _with_list(key: str, line: re.Match[str], lines: Sequence[re.Match[str]]) -> Entry:
    """Return a key with the items below it, None as its value if there are none."""
    start, end = line.span("key")
    if not lines:
        return Entry(key, None, start, end, end + 1, end + 1, "plain")
    items = tuple(_item(found, "item") for found in lines)
    return Entry(key, [item.value for item in items], start, end, lines[0].end("dash") - 1, items[-1].end, "-", items)


def _lines_of_list(block: str, at: int) -> list[re.Match[str]] | None:
    """Return the lines of a list's items; None if their indents differ."""
    lines: list[re.Match[str]] = []
    while (line := _LINE.match(block, at)) and line["key"] is None:
        if lines and line["dash"] != lines[0]["dash"]:
            return None
        lines.append(line)
        at = line.end()
    return lines


def _item(found: re.Match[str], group: int | str) -> Item:
    return Item(_value(found[group]), *found.span(group))


def _value(text: str) -> Value:
    return text[1:-1] if text[0] in _QUOTES else resolve_plain(text)
