"""What a note is once its bytes have been read: values without behaviour.

A `Document` depends on a blob's bytes alone, so everything derived from it can be keyed by the blob. What the path adds
(namespace, name) is in `vault_mem.vault.layout`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, TypeAlias

NotePath = NewType("NotePath", str)
"""Vault-relative POSIX path of a note, NFC or as the file system gave it: `decisions/api.md`."""

BlobId = NewType("BlobId", str)
"""40 hex digits: git's SHA-1 of a note's bytes. It is the note's `version`."""

CommitId = NewType("CommitId", str)
"""40 hex digits of a commit."""

NoteId = NewType("NoteId", str)
"""A ULID, 26 characters of Crockford's base 32, upper case."""

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
"""A frontmatter value as read; dates and times stay text. What we write are scalars and lists of scalars."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A range of lines in the whole file, 1-based, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        """Return `8` or `8-12`."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a note that a person should know, found while reading it.

    `code` is one of: malformed-frontmatter, bad-property, not-utf-8, binary, too-large, conflict-markers.
    """

    code: str
    message: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A link as written in a note.

    Attributes:
        target: the note it names, decoded, without heading, block or label; empty for a link within the same note.
        line: 1-based line in the whole file.
        relation: the frontmatter key it stands under (`supersedes`, or one of the user), None in the body.
        heading: the part after `#`, None without one; `H1#H2` is kept as written.
        block: the block id after `#^`, None without one.
        label: the text shown instead of the target, None without one.
        embed: whether the target is shown in place.
        style: `wiki` for `[[x]]`, `markdown` for `[t](x.md)`, `block` for Logseq's `((uuid))`.
    """

    target: str
    line: int
    relation: str | None = None
    heading: str | None = None
    block: str | None = None
    label: str | None = None
    embed: bool = False
    style: str = "wiki"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level 1..6, its text without markup, and its 1-based line in the whole file."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a note, small enough to rank and to show.

    Attributes:
        ordinal: position in the note, from 0, in reading order.
        text: the passage as written, without frontmatter.
        lines: where it stands in the whole file.
        headings: the headings it stands under, outermost first, the title left out.
        author: who speaks in it (`Name: text` in a transcript), None elsewhere.
    """

    ordinal: int
    text: str
    lines: Lines
    headings: tuple[str, ...] = ()
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The keys of the vault format, read leniently: a value of another shape is the user's own and the default holds.

    Times are aware UTC. `relations` holds every frontmatter list (or scalar) of quoted links, by key, as raw targets.
    `category` is None where the note does not name one; its default is the type.
    """

    id: NoteId | None = None
    type: str = "note"
    category: str | None = None
    key: str | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    tier: str | None = None
    created: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expires: datetime | None = None
    status: str = "active"
    confidence: float = 1.0
    importance: float = 0.5
    pinned: bool = False
    triggers: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    source: str | None = None
    agent: str | None = None
    private: bool = False
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A note's content, parsed.

    Attributes:
        text: the whole file as text (undecodable bytes replaced), line endings as they are.
        properties: the frontmatter as read, in file order; empty if there is none or it is malformed.
        metadata: the same, typed.
        title: `title` property, Logseq `title::`, else the first heading; None where the file name must serve.
        body_line: the 1-based line on which the body starts.
    """

    text: str
    properties: Mapping[str, Value]
    metadata: Metadata
    title: str | None
    body_line: int
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    chunks: tuple[Chunk, ...]
    problems: tuple[Problem, ...] = ()
