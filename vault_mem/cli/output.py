"""The only module that prints: data on stdout, messages on stderr.

Note text is hostile: whatever is printed has its control characters escaped here, so that no note can move the cursor,
set the terminal's title or reorder what is shown, and no text is read as markup.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import click

from vault_mem.config import process_environment

if TYPE_CHECKING:
    from rich.console import Console

# C0 without tab and newline, DEL, C1, bidirectional overrides and isolates (Unicode TR 36), lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STYLES: dict[str, dict[str, Any]] = {  # Any: click.style's keywords
    "bold": {"bold": True},
    "dim": {"dim": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "warn": {"fg": "yellow"},
    "place": {"fg": "cyan"},
}


@dataclass(frozen=True, slots=True)
class Styled:
    """Text and how a terminal shows it: bold, dim, good, bad, warn or place."""

    text: str
    style: str


Part = str | Styled


def line(*parts: Part) -> None:
    """Print one line of data to stdout, escaped, line breaks too: no title or path can look like the next hit."""
    _write(sys.stdout, "".join(_shown(part) for part in parts).replace("\n", "\\n") + "\n")


def block(text: str) -> None:
    """Print text as it is (but escaped) to stdout, with one newline at its end."""
    _write(sys.stdout, _clean(text.removesuffix("\n").removesuffix("\r")) + "\n")


def data(value: object) -> None:
    """Print an answer, or plain JSON values, as JSON to stdout: indented on a terminal, else on one line."""
    from vault_mem.memory.answers import to_json

    indent = 2 if sys.stdout.isatty() else None
    text = json.dumps(to_json(value), ensure_ascii=False, indent=indent, allow_nan=False)
    _write(sys.stdout, _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows to stdout: a table on a terminal (without a head if all headers are empty); elsewhere plain columns.

    Plain columns are divided by two spaces and never cut.
    """
    cells = [[_clean(cell) for cell in row] for row in rows]
    if cells and _is_terminal(sys.stdout):
        _rich_table(headers, cells)
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        _write(sys.stdout, padded.rstrip() + "\n")


def message(*parts: Part) -> None:
    """Print one message to stderr, escaped."""
    _write(sys.stderr, "".join(_shown(part) for part in parts) + "\n")


def refusal(code: str, text: str, hint: str, *, as_json: bool) -> None:
    """Say on stderr why nothing was done; with `as_json` also as `{"error": {code, message, hint}}` on stdout."""
    message(Styled("error: ", "bad"), text)
    if hint:
        message(Styled("hint: ", "warn"), hint)
    if as_json:
        data({"error": {"code": code, "message": text, "hint": hint}})


def usage(error: click.ClickException) -> None:
    """Say on stderr how the command is used."""
    error.show()


def progress_console() -> Console | None:
    """Return where progress bars go: stderr, or None where that is no terminal."""
    if not _is_terminal(sys.stderr):
        return None
    from rich.console import Console

    return Console(file=sys.stderr, markup=False, highlight=False, emoji=False, no_color=not _has_colour(sys.stderr))


def prepare_streams() -> None:
    """Let both streams take any text: UTF-8 in pipes and files; a terminal keeps its encoding and shows `?` instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _rich_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(headers))
    for header in headers:
        grid.add_column(header, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False, no_color=not _has_colour(sys.stdout))
    console.print(grid)


def _shown(part: Part) -> str:
    if isinstance(part, str):
        return _clean(part)
    return click.style(_clean(part.text), **_STYLES[part.style])


def _clean(text: str) -> str:
    return _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text.replace("\r\n", "\n"))


def _write(stream: IO[str], text: str) -> None:
    try:
        click.echo(text, file=stream, nl=False, color=_has_colour(stream))
    except BrokenPipeError:
        _discard(stream)


def _discard(stream: IO[str]) -> None:
    """Let the rest of the output go nowhere: the reader has what it wanted, and what was asked for is done.

    Source: Python library reference, note on SIGPIPE: nothing may be flushed to the closed pipe at exit.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _is_terminal(stream: IO[str]) -> bool:
    return stream.isatty() and process_environment().get("TERM") != "dumb"


def _has_colour(stream: IO[str]) -> bool:
    """Whether colour is wanted there. Source: no-color.org."""
    return _is_terminal(stream) and not process_environment().get("NO_COLOR")
