"""The little of Markdown that notes need: lines, code, headings. One pass over the lines, linear on any input."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from vault_mem.notes.model import Heading

_FENCE = re.compile(r"((?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*>)*)([ \t]*)(`{3,}|~{3,})(.*)")
_QUOTES = " \t>"
_TICKS = re.compile(r"`+")
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z)")
_ATX = re.compile(r"(#{1,6})(?:[ \t]+|\Z)")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+[ \t]*\Z")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]+\Z")
_LABELLED = re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]|!?\[([^\[\]]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"\*\*|__|~~|==|`|(?<!\w)[*_]|[*_](?!\w)")
_TAB = 4


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of a note's body.

    Attributes:
        lines: each line without its line break.
        first_line: the 1-based line of the whole file that `lines[0]` is.
        code: for each line 0, or the number of the fenced block it belongs to (fences included), from 1.
    """

    lines: Sequence[str]
    first_line: int
    code: Sequence[int]


def read_body(text: str, first_line: int = 1) -> Body:
    r"""Split text at `\n` and `\r\n` only, and find its fenced code."""
    lines = split_lines(text)
    return Body(lines, first_line, _code_blocks(lines) if "```" in text or "~~~" in text else [0] * len(lines))


def split_lines(text: str) -> list[str]:
    """Return the lines without their breaks; a break at the end of the text starts no line."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def indent_of(line: str) -> int:
    """Return the columns of white space a line starts with; a tab counts as four."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank) + (_TAB - 1) * blank.count("\t")


def bullet_end(line: str) -> int:
    """Return the offset of an item's text after its bullet or number, 0 if the line is no list item."""
    match = _BULLET.match(line)
    return match.end() if match else 0


def find_headings(body: Body) -> tuple[Heading, ...]:
    """Return the headings outside fenced code, in order: ATX ones, also under a bullet, and one-line Setext ones."""
    found = []
    for index, line in enumerate(body.lines):
        if not body.code[index]:
            level, text = _heading_at(body, index, line)
            if level:
                found.append(Heading(level, plain_text(text), body.first_line + index))
    return tuple(found)


def is_setext(body: Body, index: int) -> bool:
    """Whether the line is a heading by the `===` or `---` under it: a paragraph of exactly this line."""
    lines, code = body.lines, body.code
    if index + 1 >= len(lines) or code[index + 1] or not _UNDERLINE.match(lines[index + 1]):
        return False
    if index and not code[index - 1] and lines[index - 1].strip():
        return False
    line = lines[index]
    return bool(line.strip()) and indent_of(line) < _TAB and line.lstrip()[0] not in "#>|" and not bullet_end(line)


def atx_start(line: str, *, bullets: bool = True) -> int:
    """Return the offset of the `#` of an ATX heading plus one, 0 if the line is none."""
    if "#" not in line:
        return 0
    start = bullet_end(line) if bullets else 0
    if not start:
        start = len(line) - len(line.lstrip(" "))
        if start >= _TAB:
            return 0
    return start + 1 if _ATX.match(line, start) else 0


def plain_text(text: str) -> str:
    """Return a heading's words: links by their label, without emphasis and block id, blanks collapsed."""
    text = _BLOCK_ID.sub("", text)
    if "[" in text:
        text = _LABELLED.sub(lambda match: match[1] or match[2] or "", text)
    return " ".join(_EMPHASIS.sub("", text).split())


def blank_code(line: str) -> str:
    """Return the line with its code spans replaced by blanks, so that offsets stay.

    Source: CommonMark 0.31 section 6.1: a span ends at the next run of as many backticks; here within one line.
    """
    if "`" not in line:
        return line
    runs = [match.span() for match in _TICKS.finditer(line)]
    by_length: dict[int, deque[int]] = defaultdict(deque)
    for number, (start, end) in enumerate(runs):
        by_length[end - start].append(number)
    parts, at, number = [], 0, 0
    while number < len(runs):
        start, end = runs[number]
        same = by_length[end - start]
        while same and same[0] <= number:
            same.popleft()
        if same:
            stop = runs[same[0]][1]
            parts += [line[at:start], " " * (stop - start)]
            at, number = stop, same[0]
        number += 1
    return "".join([*parts, line[at:]])


def _heading_at(body: Body, index: int, line: str) -> tuple[int, str]:
    start = atx_start(line)
    if start:
        text = line[start - 1 :].lstrip("#")
        level = len(line) - (start - 1) - len(text)
        return level, _CLOSING_HASHES.sub("", text.rstrip()).strip()
    if line and is_setext(body, index):
        return (1 if body.lines[index + 1].lstrip()[0] == "=" else 2), line.strip()
    return 0, ""


def _code_blocks(lines: Sequence[str]) -> list[int]:
    """Number the fenced blocks; an unclosed one ends with the list item it stands in, else with the text.

    Source: CommonMark 0.31 section 4.5.
    """
    code, number, fence, limit = [0] * len(lines), 0, "", -1
    for index, line in enumerate(lines):
        if fence and line.strip() and indent_of(line) <= limit:
            fence = ""
        if fence:
            code[index] = number
            rest = line.strip(_QUOTES)
            if rest.startswith(fence) and not rest.strip(fence[0]):
                fence = ""
        elif "```" in line or "~~~" in line:
            match = _FENCE.match(line)
            if match and not (match[3][0] == "`" and "`" in match[4]):
                number += 1
                code[index], fence = number, match[3]
                limit = indent_of(line) if match[1].strip(_QUOTES) else -1
    return code
