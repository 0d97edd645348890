"""`checkpoint`: names for states of the vault."""

from __future__ import annotations

from vault_mem.errors import RevisionNotFoundError
from vault_mem.memory.answers import Checkpoint, Checkpoints
from vault_mem.memory.session import Acting
from vault_mem.vault.acts import Act
from vault_mem.vault.checkpoints import OPERATION, Mark


def checkpoint(acting: Acting, name: str | None) -> Checkpoints:
    """Name the present commit, or list what has a name; see `Memory.checkpoint`."""
    session = acting.session
    moment = session.present()
    if name is not None:
        if moment.commit is None:
            raise RevisionNotFoundError("HEAD", "the vault has no commits yet")
        act = Act(OPERATION, (), acting.reason, agent=acting.agent, session=acting.session_id, subject=name)
        session.vault.checkpoint(name, moment.commit, act, now=session.now())
    marks = (mark for mark in session.vault.checkpoints() if name in (None, mark.name))
    return Checkpoints(moment.commit, moment.differs, name is not None, tuple(_answered(mark) for mark in marks))


def _answered(mark: Mark) -> Checkpoint:
    return Checkpoint(mark.name, mark.commit, mark.time, mark.author, mark.agent, mark.session, mark.reason)
