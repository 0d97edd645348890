"""Edits of a note that is there: properties, text, retirement. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from vault_mem.errors import InvalidNoteError
from vault_mem.index.view import IndexedNote
from vault_mem.notes.document import parse, replace_body, title_in
from vault_mem.notes.frontmatter import REMOVED, Removed, edit
from vault_mem.notes.identifiers import new_id
from vault_mem.notes.model import Value
from vault_mem.notes.schema import validate
from vault_mem.notes.times import format_time
from vault_mem.notes.wikilinks import whole_link

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
    if not all(isinstance(key, str) for key in changes):
        raise InvalidNoteError("A property's name is not text", 'Give {"name": value}')
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


def with_new_id(path: str, content: bytes, *, now: datetime) -> tuple[bytes, str]:
    """Give a note a new id; return its bytes and the id.

    Raises:
        InvalidNoteError: if the note is no UTF-8 text.
        MalformedFrontmatterError: if the frontmatter cannot be edited safely.
    """
    _check_editable(path, content)
    identity = new_id(now)
    return edit(content, {"id": identity}, path=path), identity


def with_links(
    path: str, content: bytes, relation: str, *, add: Sequence[str] = (), drop: Collection[str] = ()
) -> bytes:
    """Add links to a relation and drop items from it; every other item stays exactly as it is written.

    Args:
        path: the note, for errors.
        content: the whole file.
        relation: the frontmatter key.
        add: links as written, `[[name]]`.
        drop: items of the list to leave out, as they are written.

    Raises:
        InvalidNoteError: if the key holds something that is no list of links.
        MalformedFrontmatterError: if the frontmatter cannot be edited safely.
    """
    _check_editable(path, content)
    value = parse(content).properties.get(relation)
    items = value if isinstance(value, list) else [] if value is None else [value]
    if isinstance(value, dict) or (items and not any(isinstance(item, str) and whole_link(item) for item in items)):
        raise InvalidNoteError(f"{relation} of {path} holds no links", "Change it with set, or choose another relation")
    kept = [item for item in items if item not in drop]
    new = [*kept, *(link for link in dict.fromkeys(add) if link not in kept)]
    return edit(content, {relation: new or REMOVED}, path=path) if new != items else content


def retired(note: IndexedNote, content: bytes, *, valid_to: datetime | None) -> bytes:
    """Mark a note as superseded, and its validity as ended where the successor's beginning is known."""
    _check_editable(note.path, content)
    changes: dict[str, Value] = {"status": "superseded"}
    if valid_to is not None and note.metadata.valid_to is None:
        changes["valid_to"] = format_time(valid_to)
    return edit(content, changes, path=note.path)


def title_of(content: bytes, default: str) -> str:
    """Return the title that a note's bytes have, or the default."""
    return title_in(content) or default


def _check_editable(path: str, content: bytes) -> None:
    """Refuse to put text into a file of another kind: what is unreadable in it would not survive."""
    try:
        content.decode()
    except UnicodeDecodeError as exc:
        raise InvalidNoteError(f"{path} is not UTF-8 text (byte {exc.start})", _CONVERT) from exc
    if b"\0" in content:
        raise InvalidNoteError(f"{path} is binary", _CONVERT)
