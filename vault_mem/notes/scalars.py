"""Single frontmatter values: what a plain YAML scalar means, and how a value is written so that every reader agrees.

Readers disagree: YAML 1.1 takes `no` and `12:30` for other things than text, YAML 1.2 takes `1e3` and `0o17`. We read
only what is the same everywhere and loses nothing; the rest is text. We quote what any of them would read differently.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.model import Scalar
from vault_mem.notes.times import parse_stored

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.(?:0|[0-9]{0,30}[1-9])\Z")

_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<"])
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:0[xob][0-9a-f_]*|\.?[0-9][0-9_.,:]*(?:e[-+]?[0-9]*)?|\.(?:inf|nan))\Z", re.IGNORECASE
)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2})?\Z")
_DATE_LIKE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t]|\Z)")
_BREAKS_PLAIN = re.compile(r": |:\Z| #|[\t\n]")
_FLOW_INDICATORS = frozenset(",[]{}")
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("[\x85\u2028\u2029\ufeff]")


def resolve_plain(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar means.

    `true` and `false` are booleans; `12` and `0.5` numbers; `~`, `null` and nothing are None. A number is only what
    comes back as the same text, so `1.10`, `007`, `1e3`, `0x1F` and numbers of more than 15 digits are text, as are
    `yes`, `no`, `12:30` and dates.

    Source: the core schema of YAML 1.2.2, section 10.3, narrowed as said above.
    """
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] in "-0123456789":
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return float(text)
    return text


def write_scalar(value: Scalar, *, flow: bool = False, quote: str = "") -> str:
    """Return the value as one line of YAML that readers of YAML 1.1 and 1.2 take for the same value.

    Args:
        value: text, a number, a boolean or None.
        flow: whether it will stand in a `[flow, list]`.
        quote: `"` or `'` to keep a quoting style that is there; it holds for text only.

    Raises:
        InvalidNoteError: for control characters in text and for numbers that no reader keeps exactly.
    """
    if value is None:
        return "null" if flow else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _write_number(value)
    if _REFUSED.search(value):
        raise InvalidNoteError("A property holds control characters", "Remove them; a line break is \\n")
    if quote == "'" and not re.search("[\n\t]", value) and not _ESCAPED.search(value):
        return "'" + value.replace("'", "''") + "'"
    return value if not quote and _is_plain(value, flow=flow) else _double_quoted(value)


def _write_number(value: float) -> str:
    text = str(value) if isinstance(value, int) else _fixed(value)
    if resolve_plain(text) != value:
        raise InvalidNoteError(f"The number {value} cannot be stored exactly", "Give it as text")
    return text


def _fixed(value: float) -> str:
    """Return a float without an exponent."""
    text = format(Decimal(repr(value)), "f") if abs(value) < float("inf") else repr(value)
    return text if "." in text else f"{text}.0"


def _is_plain(text: str, *, flow: bool) -> bool:
    """Whether the text may stand unquoted: it starts like a word and nothing in it is syntax or another type."""
    if not text or not (text[0].isalnum() or text[0] in "_/($") or text[-1] in " \t":
        return False
    if _BREAKS_PLAIN.search(text) or _ESCAPED.search(text) or (flow and not _FLOW_INDICATORS.isdisjoint(text)):
        return False
    if text.lower() in _WORDS or _NUMBER_LIKE.match(text):
        return False
    return not _DATE_LIKE.match(text) or (_TIME.match(text) is not None and parse_stored(text) is not None)


def _double_quoted(text: str) -> str:
    """Return JSON's form, which is YAML's too, with the line breaks of YAML 1.1 escaped."""
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
