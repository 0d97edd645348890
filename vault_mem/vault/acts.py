"""What a writer asks for and gets back: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault_mem.notes.model import BlobId, CommitId, NotePath

VERBS = frozenset(
    {
        "init",
        "remember",
        "revise",
        "supersede",
        "forget",
        "restore",
        "link",
        "journal",
        "state",
        "tend",
        "accept",
        "promote",
        "copy",
        "adopt",
        "import",
        "merge",
        "resolve",
        "revert",
        "rollback",
        "move",
        "erase",
        "repair",
        "migrate",
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One file of an act: its new bytes, or None to delete it; its mode in git, None to leave that as it is."""

    path: NotePath
    content: bytes | None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act of memory; it becomes one commit.

    Attributes:
        verb: one of `VERBS`; the subject's first word and the trailer `Memory-Op`.
        changes: the files, each path once.
        reason: why, in the writer's words; the commit's body.
        note_ids: ids of the notes written, one trailer each up to 100.
        agent: who acted, None for a person.
        session: the agent's session.
        code: commit of the code that the act is about.
        subject: path the subject names; by default the only path changed, else the number of notes.
        seen: work-tree versions that the new bytes already build on although no commit has them.
    """

    verb: str
    changes: tuple[Change, ...]
    reason: str = ""
    note_ids: tuple[str, ...] = ()
    agent: str | None = None
    session: str | None = None
    code: str | None = None
    subject: str | None = None
    seen: Mapping[NotePath, BlobId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """An act that is committed and durable.

    Attributes:
        commit: the act's commit; the same as `parent` if there was nothing to commit.
        parent: HEAD before it, None for a first commit.
        blobs: the new version of each file written; deleted ones are left out.
    """

    commit: CommitId
    parent: CommitId | None
    blobs: Mapping[NotePath, BlobId]


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` did, or would do.

    Attributes:
        remote: the remote and its branch, as `origin/main`.
        revision: HEAD now.
        adopted: notes with hand edits that were committed first.
        came: files that are another now, or came or went, because of the remote.
        went: commits of ours that the remote did not have.
        merged: the last merge commit, None where none was needed.
        disputed: notes that stand beside one of which both sides say something else.
        offline: why the remote could not be reached, None if it could.
        is_pushed: whether the remote has now what we have.
        is_dry: whether all this only would be done.
    """

    remote: str
    revision: CommitId | None
    adopted: tuple[NotePath, ...] = ()
    came: tuple[NotePath, ...] = ()
    went: int = 0
    merged: CommitId | None = None
    disputed: tuple[NotePath, ...] = ()
    offline: str | None = None
    is_pushed: bool = False
    is_dry: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch beside its remote's as it was last asked: commits that only we have, and that only it has."""

    remote: str
    ahead: int
    behind: int
