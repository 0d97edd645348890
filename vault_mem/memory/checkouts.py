"""`checkout`: the vault as it was, as a folder."""

from __future__ import annotations

from pathlib import Path

from vault_mem.config import expanded
from vault_mem.errors import InvalidQueryError
from vault_mem.memory.answers import Checkout, Checkouts
from vault_mem.memory.session import Session
from vault_mem.vault.checkouts.conditions import Condition
from vault_mem.vault.checkouts.making import Found
from vault_mem.vault.checkouts.registrations import Registration
from vault_mem.vault.manifest import MANIFEST


def checkout(session: Session, folder: Path | str, at: str) -> Checkouts:
    """Make one; see `Memory.checkout`."""
    if not at.strip():
        raise InvalidQueryError("There is no moment to check out", "Give a commit, branch, tag, date, time or words")
    now = session.now()
    commit = session.vault.resolve(at, now=now)
    made = session.vault.checkouts.make(expanded(folder), commit, at=at, now=now)
    return _told(session, "made", [(made, Condition(is_there=True))])


def checkouts(session: Session) -> Checkouts:
    """List them; see `Memory.checkouts`."""
    return _told(session, "listed", session.vault.checkouts.read())


def remove(session: Session, folder: Path | str, *, force: bool) -> Checkouts:
    """Remove one; see `Memory.remove_checkout`."""
    return _told(session, "removed", [session.vault.checkouts.remove(expanded(folder), force=force)])


def prune(session: Session) -> Checkouts:
    """Remove those that nobody changed; see `Memory.prune_checkouts`."""
    removed, kept = session.vault.checkouts.prune()
    return _told(session, "removed", removed, kept)


def _told(session: Session, done: str, found: list[Found], kept: list[Found] | None = None) -> Checkouts:
    told = (tuple(_answered(*entry) for entry in entries) for entries in (found, kept or []))
    return Checkouts(session.vault.head(), done, *told)


def _answered(registration: Registration, condition: Condition) -> Checkout:
    return Checkout(
        folder=str(registration.folder),
        commit=registration.commit,
        at=registration.at,
        time=registration.time,
        is_there=condition.is_there,
        is_vault=(registration.folder / MANIFEST).is_file(),
        changed=condition.changed,
        head=condition.head,
    )
