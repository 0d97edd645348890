"""Logseq's page properties: the `key:: value` lines of a page's first block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vault_mem.notes.markdown import Body
from vault_mem.notes.model import Value

_PROPERTY = re.compile(r"[ \t]*(?:-[ \t]+)?([^\s:,;\"'#()\[\]{}`|]{1,64})::(?:[ \t]+(.*))?\Z")
_VALUES = re.compile(r"(?:\[\[[^\[\]]*\]\]|[^,\[]|\[)+")
_LISTS = frozenset({"alias", "aliases", "tags"})
_MAX_PROPERTIES = 200


@dataclass(frozen=True, slots=True)
class PageProperties:
    """What a page says about itself: values by key, and the key of each 1-based line of the file."""

    values: Mapping[str, Value] = field(default_factory=dict)
    keys_by_line: Mapping[int, str] = field(default_factory=dict)


def page_properties(body: Body) -> PageProperties:
    """Return the page properties of a body; nothing if its first block does not start with one.

    Keys are lower case with `_` for `-`, and `alias` is called `aliases`, as in frontmatter. `alias` and `tags` are
    lists; so is any value with a link in it. A `title` is the page's name to Logseq, so it is an alias as well.

    Source: docs.logseq.com "Properties": names are case-insensitive, `_` and `-` are the same.
    """
    values: dict[str, Value] = {}
    lines: dict[int, str] = {}
    for index, line in enumerate(body.lines):
        if not line.strip() and not lines:
            continue
        match = _PROPERTY.match(line) if "::" in line and len(lines) < _MAX_PROPERTIES else None
        if not match or body.code[index]:
            break
        key = match[1].lower().replace("-", "_")
        key = "aliases" if key == "alias" else key
        values.setdefault(key, _value(key, (match[2] or "").strip()))
        lines[body.first_line + index] = key
    if isinstance(title := values.get("title"), str) and title:
        aliases = values.get("aliases")
        values["aliases"] = [*(aliases if isinstance(aliases, list) else []), title]
    return PageProperties(values, lines)


def _value(key: str, text: str) -> Value:
    if key not in _LISTS and "[[" not in text:
        return text
    return [part.strip().strip('"') for part in _VALUES.findall(text) if part.strip()]
