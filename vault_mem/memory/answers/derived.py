"""What `derivation` answers."""

from __future__ import annotations

from dataclasses import dataclass

from vault_mem.notes.model import NotePath


@dataclass(frozen=True, slots=True)
class Origin:
    """One note, or one broken link, that another note was made from or replaces.

    Attributes:
        relation: derived_from or supersedes.
        path: None if the link is broken or ambiguous.
        title: the note's; the link's text where there is none.
        depth: links from the note asked for, 1 for its own.
        parent: the note that names it.
        status: effective, None for a broken link.
        version: blob id, None for a broken link.
        source: where the note says that it comes from.
        coverage: share (0..1) of its distinct content words that its parent still carries, None if it has none.
        is_repeated: whether it stands further up in the list already, where its own origins are.
    """

    relation: str
    path: NotePath | None
    title: str
    depth: int
    parent: NotePath
    status: str | None = None
    version: str | None = None
    source: str | None = None
    coverage: float | None = None
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a note was made from and what it replaces, down to the sources.

    Attributes:
        coverage: share (0..1) of the distinct content words of all its sources, the ends of its `derived_from` links,
            that the note carries; None if it has none.
        origins: the tree, each note before its own origins.
        notice: what was left out.
    """

    revision: str | None
    dirty: bool
    path: NotePath
    title: str
    source: str | None
    coverage: float | None
    origins: tuple[Origin, ...]
    notice: tuple[str, ...] = ()
