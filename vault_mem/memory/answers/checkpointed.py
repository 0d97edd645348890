"""What `checkpoint` answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A named state of the vault: an annotated tag; `time` is when it was named, `commit` the state."""

    name: str
    commit: str
    time: datetime
    author: str
    agent: str | None
    session: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoint just made, or all of them.

    Attributes:
        made: whether one was made; it is then the only one told.
        dirty: whether there are edits that are in no commit, and so in no checkpoint.
        checkpoints: newest first.
    """

    revision: str | None
    dirty: bool
    made: bool
    checkpoints: tuple[Checkpoint, ...]
