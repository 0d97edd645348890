"""What the verbs take, once checked: values with defaults and bounds in one place, so that every shell has the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from vault_mem.errors import InvalidNoteError
from vault_mem.recall.limits import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUERY_CHARACTERS, MODES

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_BATCH",
    "MAX_DEPTH",
    "MAX_LIMIT",
    "MAX_NOTE_BYTES",
    "MAX_QUERY_CHARACTERS",
    "MODES",
    "VIEWS",
    "NewNote",
]

MAX_NOTE_BYTES = 1_048_576
MAX_BATCH = 100_000
MAX_DEPTH = 5

_SHAPES: Mapping[str, tuple[type, ...]] = {
    "title": (str,),
    "namespace": (str,),
    "tags": (str, list, tuple),
    "links": (Mapping,),
}
_HINTS = {"tags": "Give a list of texts", "links": 'Give {"relation": ["note", …]}'}
VIEWS = ("log", "diff", "blame", "as-of")


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to remember; the fields are the parameters of `Memory.remember`.

    Attributes:
        text: Markdown; its first heading is the title unless `title` is given.
        type: one of `vault_mem.notes.schema.TYPES`.
        category, key: with `namespace`, the identity of a fact that will be updated again.
        importance, confidence: 0..1.
        valid_from, expires: a date or time; without a zone it is local.
        links: `{relation: [note, …]}`; `supersedes` retires the notes it names in the same commit.
        source: a URL, a file, a session.
    """

    text: str
    title: str | None = None
    type: str | None = None
    category: str | None = None
    key: str | None = None
    namespace: str | None = None
    tags: Sequence[str] = ()
    importance: float | None = None
    confidence: float | None = None
    valid_from: str | None = None
    expires: str | None = None
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source: str | None = None

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> NewNote:  # Any: parsed here, at the edge
        """Make a note of a mapping such as a JSON object.

        Raises:
            InvalidNoteError: for an unknown field or one without text.
        """
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InvalidNoteError(f"Unknown field {unknown[0]!r}", f"Fields are: {', '.join(sorted(known))}")
        if not isinstance(values.get("text"), str):
            raise InvalidNoteError("A note needs text", "Give text as a string")
        for name, kind in _SHAPES.items():
            if values.get(name) is not None and not isinstance(values[name], kind):
                raise InvalidNoteError(f"{name} cannot be {values[name]!r:.60}", _HINTS.get(name, "Give text"))
        return cls(**{key: value for key, value in values.items() if value is not None})
