"""What of a note is searched: the text of each field, and the text that is embedded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vault_mem.index.lexical.base import FieldWeights
from vault_mem.notes.model import Document, Value
from vault_mem.notes.turns import said

MAX_EMBEDDED = 2_000
"""Characters of a chunk that are embedded; the model reads about 512 tokens."""

_MAX_PROPERTIES = 8_000
_MAX_DEPTH = 8
_NOT_TEXT = frozenset(
    {
        *("id", "type", "status", "tier", "created", "valid_from", "valid_to", "expires", "confidence", "importance"),
        *("pinned", "private", "title", "tags", "tag", "aliases", "alias", "cssclasses", "publish"),
        *("category", "triggers", "anchors", "agent"),
    }
)

PASSAGE_WEIGHTS = FieldWeights({"title": 2.0, "tags": 2.0, "headings": 1.0, "body": 1.0, "author": 1.0})
"""BM25F weights of a chunk's fields; k1 .9 and b .3 are the measured optimum (retrieval guide §3a)."""

NAME_WEIGHTS = FieldWeights({"name": 1.0})
"""File names are scored among file names."""

NAME_SHARE = 1.0
"""What a file name's score adds to its note's chunks; a note with a heading has its title counted already."""


def property_text(properties: Mapping[str, Value]) -> str:
    """Return what a person wrote into the frontmatter, links by their target, without the format's own plain keys."""
    parts: list[str] = []
    size = 0
    for key, value in properties.items():
        if key in _NOT_TEXT:
            continue
        for text in _strings(value, 0):
            parts.append(text.replace("[[", " ").replace("]]", " "))
            size += len(text)
            if size > _MAX_PROPERTIES:
                return "\n".join(parts)[:_MAX_PROPERTIES]
    return "\n".join(parts)


def _strings(value: Value, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth >= _MAX_DEPTH:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item, depth + 1)


def tag_text(document: Document) -> str:
    """Return tags and aliases, one a line."""
    return "\n".join((*document.metadata.tags, *document.metadata.aliases))


def embedded_text(*, title: str | None, headings: Sequence[str], author: str | None, text: str) -> str:
    """Return the text a chunk's vector stands for: its place and what is written; of a turn, who says what.

    What a transcript is called tells little of a turn: without it LoCoMo's turns gained half a point.
    """
    if author:
        return f"{author}: {said(text)}"[:MAX_EMBEDDED]
    place = " > ".join(part for part in (title, *headings) if part)
    return (f"{place}\n{text}" if place else text)[:MAX_EMBEDDED]
