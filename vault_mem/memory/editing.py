"""Edits of a note that is there: properties, text, retirement. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vault_mem.errors import InvalidNoteError
from vault_mem.index.view import IndexedNote
from vault_mem.notes.document import parse, replace_body
from vault_mem.notes.frontmatter import REMOVED, Removed, edit
from vault_mem.notes.identifiers import new_id
from vault_mem.notes.model import Value
from vault_mem.notes.schema import validate
from vault_mem.notes.times import format_time

_CONVERT = "Convert the file to UTF-8 text, then try again; nothing was changed"
Changes = Mapping[str, "Value | Removed"]


def with_properties(path: str, content: bytes, changes: Mapping[str, object], *, now: datetime) -> bytes:
    """Change properties; None removes one. Only the lines of those properties change.

    Times without a zone are UTC, as notes store them.

    Raises:
        InvalidNoteError: for a value the format does not allow, or if the note is no UTF-8 text.
        MalformedFrontmatterError: if the frontmatter cannot be edited safely.
    """
    _check_editable(path, content)
    given = {key: value for key, value in changes.items() if value is not None}
    kept = validate(given, now=now, stored=True)
    removed: dict[str, Value | Removed] = {key: REMOVED for key, value in changes.items() if value is None}
    return edit(content, {**kept, **removed}, path=path)


def with_text(path: str, content: bytes, text: str) -> bytes:
    """Replace the text below the frontmatter; the title line stays if the new text brings none.

    Raises:
        InvalidNoteError: if the note is no UTF-8 text.
        MalformedFrontmatterError: if it cannot be told where the text begins.
    """
    _check_editable(path, content)
    edit(content, {}, path=path)
    return replace_body(content, text)


def with_id(note: IndexedNote, content: bytes, *, now: datetime) -> tuple[bytes, str]:
    """Give a note an id if it has none; return its bytes and its id."""
    if note.metadata.id:
        return content, note.metadata.id
    _check_editable(note.path, content)
    identity = new_id(now)
    return edit(content, {"id": identity}, path=note.path), identity


def retired(note: IndexedNote, content: bytes, *, valid_to: datetime | None, now: datetime) -> tuple[bytes, str]:
    """Mark a note as superseded, and its validity as ended where the successor's beginning is known."""
    _check_editable(note.path, content)
    changes: dict[str, Value] = {"status": "superseded"}
    if valid_to is not None and note.metadata.valid_to is None:
        changes["valid_to"] = format_time(valid_to)
    content, identity = with_id(note, content, now=now)
    return edit(content, changes, path=note.path), identity


def title_of(content: bytes, default: str) -> str:
    """Return the title that a note's bytes have, or the default."""
    return parse(content).title or default


def _check_editable(path: str, content: bytes) -> None:
    """Refuse to put text into a file of another kind: what is unreadable in it would not survive."""
    try:
        content.decode()
    except UnicodeDecodeError as exc:
        raise InvalidNoteError(f"{path} is not UTF-8 text (byte {exc.start})", _CONVERT) from exc
    if b"\0" in content:
        raise InvalidNoteError(f"{path} is binary", _CONVERT)
