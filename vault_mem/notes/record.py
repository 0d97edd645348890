"""What a commit says about notes, as plain values: the vault reads them from git, the index keeps them for look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vault_mem.notes.model import BlobId, CommitId, NotePath


@dataclass(frozen=True, slots=True)
class FileChange:
    """One note in one commit, against its first parent; `old` is None for a new note, `new` for a deleted one."""

    path: NotePath
    old: BlobId | None
    new: BlobId | None


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """A commit, with the trailers that vault-mem gives its own.

    Attributes:
        id: the commit.
        parents: its parents, first parent first; empty for a root (and at the boundary of a shallow clone).
        time: committer time, aware UTC; clocks can be wrong, order is by parents.
        author: author's name, as the commit has it.
        subject: first line of the message.
        reason: the body without trailers, empty if there is none.
        trailers: `Memory-Op`, `Memory-Agent`, `Memory-Session`, `Memory-Code` and others; the first value of each key.
        note_ids: every `Memory-Id`.
        changes: notes changed against the first parent, by path; other files are left out.
    """

    id: CommitId
    parents: tuple[CommitId, ...]
    time: datetime
    author: str
    subject: str
    reason: str = ""
    trailers: Mapping[str, str] = field(default_factory=dict)
    note_ids: tuple[str, ...] = ()
    changes: tuple[FileChange, ...] = ()

    @property
    def operation(self) -> str | None:
        """The act's verb (`remember`, `revise`, …); None for a commit made by another program."""
        return self.trailers.get("Memory-Op")

    @property
    def agent(self) -> str | None:
        """Which agent acted, None for a person."""
        return self.trailers.get("Memory-Agent")

    @property
    def session(self) -> str | None:
        """The agent's session, None for a person."""
        return self.trailers.get("Memory-Session")
