"""A frontmatter block as it was read: the values, and where in the text each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault_mem.notes.model import Lines, Problem, Value


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its value, and the character offsets of its text in the block."""

    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One top-level key and its value; offsets count characters of the block, ends are exclusive.

    Attributes:
        key: the key as text, whatever YAML takes it for.
        value: the value.
        key_start: where the key's text starts.
        key_end: where the key's text ends; the colon follows.
        start: where the value's text starts; a value that is not there stands right after the colon.
        end: where the value's text ends; at the start of a line if whole lines belong to it.
        style: `plain`, `'`, `"`, `|` or `>` for a scalar, `[` or `-` for a list, `{` or `:` for a mapping.
        items: the items of a list.
    """

    key: str
    value: Value
    key_start: int
    key_end: int
    start: int
    end: int
    style: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Frontmatter:
    r"""What stands before the body.

    Attributes:
        properties: the values by key, in file order; empty if there is no block or it is malformed.
        body_start: byte offset of the body, after the closing fence's line break (or the BOM, if there is no block).
        body_line: the 1-based line on which the body starts.
        problem: why the block cannot be used; the whole file is then the body.
        eol: the line break of the opening fence, else of the file's first line: `\n` or `\r\n`.
        has_bom: whether the file starts with a UTF-8 byte order mark.
        has_block: whether there is a block that could be read.
        block: the text between the fences, line breaks as they are.
        block_start: byte offset of that text.
        entries: the keys with their places, in file order.
        is_block_style: False for a block that is one `{flow: mapping}`, or whose keys do not each start a line.
    """

    properties: Mapping[str, Value] = field(default_factory=dict)
    body_start: int = 0
    body_line: int = 1
    problem: Problem | None = None
    eol: str = "\n"
    has_bom: bool = False
    has_block: bool = False
    block: str = ""
    block_start: int = 0
    entries: tuple[Entry, ...] = ()
    is_block_style: bool = True

    @property
    def lines(self) -> dict[str, Lines]:
        """The lines of each key with its value, in the whole file."""
        return {entry.key: self._span(entry.key_start, line_end(self.block, entry.end)) for entry in self.entries}

    @property
    def item_lines(self) -> dict[str, tuple[int, ...]]:
        """The line on which each item of a list starts, by key; one line for a scalar."""
        return {
            entry.key: tuple(self._line(item.start) for item in entry.items) or (self._line(entry.key_start),)
            for entry in self.entries
        }

    def _line(self, offset: int) -> int:
        return self.block.count("\n", 0, offset) + 2

    def _span(self, start: int, end: int) -> Lines:
        first = self._line(start)
        return Lines(first, first + max(self.block.count("\n", start, end) - 1, 0))


def line_start(text: str, offset: int) -> int:
    """Return the offset at which the line holding the offset starts."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return the offset after the line break of the line holding the offset; an offset at a line's start is itself."""
    if offset and text[offset - 1] == "\n":
        return offset
    found = text.find("\n", offset)
    return found + 1 if found >= 0 else len(text)
