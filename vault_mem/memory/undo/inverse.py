"""The inverse of a change, applied to a note that may have changed since: properties by key, text by line."""

from __future__ import annotations

from collections.abc import Mapping

from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError
from vault_mem.notes.editing import REMOVED, Change, is_same
from vault_mem.notes.frontmatter import edit, read
from vault_mem.notes.merging import merged
from vault_mem.notes.model import NotePath, Value

_ID = "id"


def taken_back(path: NotePath, *, old: bytes, new: bytes, now: bytes) -> bytes | None:
    """Return a note without what one change did to it; None where something else has changed the same since.

    A list loses what the change added and gets back what it took away. An id that the note has been given stays.

    Args:
        path: the note, for messages.
        old: its bytes before the change.
        new: its bytes after it.
        now: its bytes now.
    """
    before, after, present = (read(data) for data in (old, new, now))
    if any(front.problem for front in (before, after, present)):
        return merged(new, now, old)
    body = merged(new[after.body_start :], now[present.body_start :], old[before.body_start :])
    changes = _changes(before.properties, after.properties, present.properties)
    if body is None or changes is None:
        return None
    if now == new and (_ID in before.properties or _ID not in present.properties):
        return old
    try:
        return edit(now[: present.body_start] + body, changes, path=path)
    except (InvalidNoteError, MalformedFrontmatterError):
        return None  # written in a way that cannot be edited by lines


def _changes(old: Mapping[str, Value], new: Mapping[str, Value], now: Mapping[str, Value]) -> dict[str, Change] | None:
    """Return what to set and remove, None where a key has another value since."""
    found: dict[str, Change] = {}
    for key in dict.fromkeys((*old, *new)):
        before, after, present = old.get(key, REMOVED), new.get(key, REMOVED), now.get(key, REMOVED)
        if is_same(before, after) or is_same(before, present) or (key == _ID and before is REMOVED):
            continue
        if is_same(present, after):
            found[key] = before
        elif isinstance(after, list) and isinstance(present, list) and (before is REMOVED or isinstance(before, list)):
            found[key] = _items([] if before is REMOVED else before, after, present) or REMOVED
        else:
            return None
    return found


def _items(old: list[Value], new: list[Value], now: list[Value]) -> list[Value]:
    return [item for item in now if item in old or item not in new] + [
        item for item in old if item not in new and item not in now
    ]
