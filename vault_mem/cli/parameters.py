"""How the verbs' parameters are typed: lists, `key=value`, `relation=note`, text from stdin, notes from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from vault_mem.errors import InvalidNoteError
from vault_mem.memory.requests import MAX_BATCH, MAX_NOTE_BYTES

STDIN = "-"

F = TypeVar("F", bound=Callable[..., Any])  # Any: a command's own parameters


def words(name: str, help_text: str) -> Callable[[F], F]:
    """Declare an option for words divided by commas; given again, the lists are joined."""
    return click.option(name, multiple=True, metavar="A,B", callback=_split, help=help_text)


def relations(name: str, help_text: str) -> Callable[[F], F]:
    """Declare an option for `relation=note`, repeatable; the command gets `{relation: [note, …]}`."""
    return click.option(name, multiple=True, metavar="RELATION=NOTE", callback=_gather, help=help_text)


def properties(name: str, help_text: str) -> Callable[[F], F]:
    """Declare an option for `key=value`, repeatable; the command gets `{key: value}`.

    A value is JSON where it parses, else text; nothing after `=` is None.
    """
    return click.option(name, multiple=True, metavar="KEY=VALUE", callback=_assign, help=help_text)


def read_text(text: str | None) -> str | None:
    """Return the text given, or what stdin holds where it is `-`.

    Raises:
        InvalidNoteError: if stdin holds more than a note may, or is not UTF-8.
        click.UsageError: if there is no stdin.
    """
    if text != STDIN:
        return text
    content = _stdin().read(MAX_NOTE_BYTES + 1)
    if len(content) > MAX_NOTE_BYTES:
        raise InvalidNoteError(f"The text on stdin is over {MAX_NOTE_BYTES:,} bytes", "Split it into several notes")
    return _decoded(content, "stdin")


def has_piped_text() -> bool:
    """Whether stdin is something other than a terminal."""
    return sys.stdin is not None and not sys.stdin.isatty()


def read_notes(name: str, *, most: int | None = MAX_BATCH) -> Iterator[Mapping[str, Any]]:
    """Read notes, one JSON object a line, from a file or (`-`) stdin; empty lines are skipped.

    Raises:
        InvalidNoteError: names the line that is no JSON object, is too long, or is one too many.
        click.UsageError: if the file cannot be opened.
    """
    longest = 8 * MAX_NOTE_BYTES  # JSON may write one byte as six: \u00XX
    with _open(name) as lines:
        number = 0
        while content := lines.readline(longest + 1):
            number += 1
            where = f"{'stdin' if name == STDIN else name}:{number}"
            if len(content) > longest:
                raise InvalidNoteError(f"{where}: too long", f"A note has at most {MAX_NOTE_BYTES:,} bytes")
            if most is not None and number > most:
                raise InvalidNoteError(f"{where}: too many notes", f"At most {most:,}; 'import' takes any number")
            if content.strip():
                yield _note(_decoded(content, where), where)


def _split(_ctx: click.Context, _param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for text in value for word in map(str.strip, text.split(",")) if word)


def _gather(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for relation, note in (_pair(text, ctx, param) for text in value):
        if not note:
            raise click.BadParameter(f"{relation}= names no note", ctx, param)
        gathered.setdefault(relation, []).append(note)
    return gathered


def _assign(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> dict[str, Any]:
    return {key: _value(text) for key, text in (_pair(text, ctx, param) for text in value)}


def _pair(text: str, ctx: click.Context, param: click.Parameter) -> tuple[str, str]:
    name, divider, content = text.partition("=")
    if not divider or not name.strip():
        raise click.BadParameter(f"{text!r} is not of the form {param.metavar or 'NAME=VALUE'}", ctx, param)
    return name.strip(), content.strip()


def _open(name: str) -> AbstractContextManager[IO[bytes]]:
    if name == STDIN:
        return nullcontext(_stdin())
    try:
        return Path(name).open("rb")
    except OSError as exc:
        raise click.UsageError(f"Cannot read {name}: {exc.strerror}") from exc


def _stdin() -> IO[bytes]:
    if sys.stdin is None:  # closed by who started us
        raise click.UsageError("There is no stdin to read from")
    return sys.stdin.buffer


def _note(text: str, where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise InvalidNoteError(f"{where}: not JSON ({exc})", "Give one JSON object a line, with text") from exc
    if not isinstance(value, dict):
        raise InvalidNoteError(f"{where}: not a JSON object", "Give one JSON object a line, with text")
    return value


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidNoteError(f"{where}: not UTF-8 (byte {exc.start})", "Convert it to UTF-8 first") from exc


def _value(text: str) -> Any:  # Any: property values, validated by the schema
    if not text:
        return None
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
