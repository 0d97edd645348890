"""How the catalog keeps what was read from a blob: small JSON texts, decoded when somebody asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from vault_mem.notes.model import BlobId, Document, Link, Metadata, Problem

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StoredNote:
    """What a blob's bytes say, as the catalog has it.

    Attributes:
        blob: the note's version.
        title: as in `Document.title`, None where the file name must serve.
        documents: its chunks' document ids, in reading order; at least one.
    """

    blob: BlobId
    title: str | None
    documents: range
    _metadata: str = field(repr=False)
    _outline: str = field(repr=False)
    _decoded: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # Any: one dict for several types

    @property
    def metadata(self) -> Metadata:
        """The note's typed keys."""
        if "metadata" not in self._decoded:
            self._decoded["metadata"] = decode_metadata(self._metadata)
        found: Metadata = self._decoded["metadata"]
        return found

    @property
    def links(self) -> tuple[Link, ...]:
        """The note's links, frontmatter first."""
        return self._part("links", Link)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know about the note's text."""
        return self._part("problems", Problem)

    def may_state(self, key: str) -> bool:
        """Whether the metadata may have a key or relation that is not at its default; False is certain, True is not."""
        return f'"{key}":' in self._metadata

    def stated(self, key: str) -> Any:  # Any: the type of the metadata's key
        """Return a key of the metadata, without decoding it where the text states no such key."""
        return getattr(self.metadata if self.may_state(key) else _DEFAULT_METADATA, key)

    def _part(self, key: str, kind: type[_T]) -> tuple[_T, ...]:
        if key not in self._decoded:
            outline = json.loads(self._outline) if self._outline else {}
            self._decoded[key] = tuple(kind(*values) for values in outline.get(key, ()))
        found: tuple[_T, ...] = self._decoded[key]
        return found


def encode_outline(document: Document) -> str:
    """Return links and problems as JSON, positional; empty if there are none."""
    outline = {
        "links": [_trimmed(link) for link in document.links],
        "problems": [[p.code, p.message, p.line, p.column] for p in document.problems],
    }
    kept = {key: values for key, values in outline.items() if values}
    return json.dumps(kept, separators=(",", ":")) if kept else ""


def _trimmed(link: Link) -> list[str | int | bool | None]:
    """Return the link's values up to the last that is not the default."""
    values = [getattr(link, name) for name in _LINK_NAMES]
    while values and values[-1] == _LINK_DEFAULTS[len(values) - 1]:
        values.pop()
    return values


def encode_metadata(metadata: Metadata) -> str:
    """Return the keys that are not at their default as JSON; empty if all are."""
    kept = {}
    for name, default in _METADATA_DEFAULTS.items():
        value = getattr(metadata, name)
        if value == default:
            continue
        kept[name] = value.isoformat() if isinstance(value, datetime) else value
    if "relations" in kept:
        kept["relations"] = {key: list(targets) for key, targets in metadata.relations.items()}
    return json.dumps(kept, separators=(",", ":")) if kept else ""


def decode_metadata(text: str) -> Metadata:
    """Return the metadata that `encode_metadata` wrote."""
    if not text:
        return _DEFAULT_METADATA
    kept = json.loads(text)
    for name, value in kept.items():
        if name in _TIMES:
            kept[name] = datetime.fromisoformat(value)
        elif isinstance(value, list):
            kept[name] = tuple(value)
    if "relations" in kept:
        kept["relations"] = MappingProxyType({key: tuple(targets) for key, targets in kept["relations"].items()})
    return Metadata(**kept)


_DEFAULT_METADATA = Metadata(relations=MappingProxyType({}))
_METADATA_DEFAULTS: Mapping[str, object] = {f.name: getattr(_DEFAULT_METADATA, f.name) for f in fields(Metadata)}
_TIMES = frozenset({"created", "valid_from", "valid_to", "expires"})
_LINK_NAMES = tuple(f.name for f in fields(Link))
_LINK_DEFAULTS = tuple(f.default if f.default is not MISSING else ... for f in fields(Link))
