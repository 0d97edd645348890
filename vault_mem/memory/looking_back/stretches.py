"""A stretch of the vault's past, from what a person typed as `since` and `until`."""

from __future__ import annotations

from dataclasses import dataclass

from vault_mem.errors import InvalidQueryError, RevisionNotFoundError
from vault_mem.memory.session import Session
from vault_mem.notes.model import CommitId
from vault_mem.notes.times import parse_typed

MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """The commits that `head` can reach and `base` cannot; both None in a vault without a commit."""

    head: CommitId | None
    base: CommitId | None


def stretch(session: Session, *, since: str | None, until: str | None, head: CommitId | None = None) -> Stretch:
    """Return the commits between two bounds, of those that a head can reach.

    Args:
        session: where to look.
        head: where to look back from; HEAD if not given.
        since: a time, inclusive, by the first-parent line as `at` reads it; or a revision or a session's id, which
            stand for what came after them.
        until: a revision or a time, as `at` reads them; None for the head.

    Raises:
        RevisionNotFoundError: if a bound names nothing that the head can reach.
    """
    head = head or session.committed().commit
    if head is None:
        return Stretch(None, None)
    end = head if until is None else _reached(session, session.vault.resolve(until, now=session.now()), head, until)
    return Stretch(end, None if since is None else _base(session, since, end))


def check_page(limit: int, offset: int) -> None:
    """Check the bounds of a page.

    Raises:
        InvalidQueryError: for a limit outside 1..1,000 or a negative offset.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidQueryError(f"limit is {limit}", f"Give 1 to {MAX_PAGE:,}")
    if offset < 0:
        raise InvalidQueryError(f"offset is {offset}", "Give 0 or more")


def _base(session: Session, since: str, head: CommitId) -> CommitId | None:
    moment = parse_typed(since, now=session.now())
    if moment is not None:
        return session.index.commits.order(head).before(moment)
    own = session.index.commits.last_of_session(since.strip(), head)
    if own is not None:
        return own
    return _reached(session, session.vault.resolve(since, now=session.now()), head, since)


def _reached(session: Session, commit: CommitId, head: CommitId, typed: str) -> CommitId:
    if commit not in session.index.commits.order(head):
        raise RevisionNotFoundError(typed, "it is not in the past of this branch")
    return commit
