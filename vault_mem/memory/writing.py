"""One act of memory: compose against the present, adopt hand edits of the same notes, commit, look again."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from vault_mem.errors import IndexReplacedError, InvalidNoteError, VaultBusyError, WriteConflictError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Written
from vault_mem.memory.editing import retired, with_new_id
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Acting, Session
from vault_mem.notes import patch
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.acts import Act, Change, Receipt
from vault_mem.vault.objects import blob_id
from vault_mem.vault.transaction import Transaction

MAX_TRIES = 5
_VERSION = re.compile(r"[0-9a-f]{7,40}\Z")


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as it shall be.

    Attributes:
        content: the whole file, None for a note that is to be deleted.
        action: as in `Written.action`; `unchanged` writes nothing.
        title: for the answer.
        id: the note's ULID, None if it has none.
        answered: whether the caller asked for this note (False for one that is retired on the way).
    """

    path: NotePath
    content: bytes | None
    action: str
    title: str
    id: str | None = None
    similar: tuple[NotePath, ...] = ()
    warnings: tuple[str, ...] = ()
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What one act would write, composed against one moment."""

    verb: str
    drafts: tuple[Draft, ...]

    @property
    def changes(self) -> tuple[Draft, ...]:
        """The drafts that differ from what is there."""
        return tuple(draft for draft in self.drafts if draft.action != "unchanged")


@dataclass(frozen=True, slots=True)
class Done:
    """What was committed (`commit` is None if nothing had to change) and the revision that holds now."""

    plan: Plan
    commit: CommitId | None
    revision: CommitId | None

    def answers(self) -> tuple[Written, ...]:
        """Return the answers for the notes the caller asked for, in order."""
        return tuple(self._answer(draft) for draft in self.plan.drafts if draft.answered)

    def _answer(self, draft: Draft) -> Written:
        return Written(
            id=draft.id,
            path=draft.path,
            title=draft.title,
            version="" if draft.content is None else blob_id(draft.content),
            action=draft.action,
            similar=draft.similar,
            warnings=draft.warnings,
            commit=self.commit,
            revision=self.revision,
        )


def write(acting: Acting, compose: Callable[[Moment], Plan]) -> Done:
    """Carry out one act as one commit, durable when this returns.

    `compose` runs under the writers' lock, against the present; it runs again if hand edits of the same notes had to be
    adopted first, so what it composes always builds on what was committed.

    Raises:
        VaultBusyError: if another writer holds the vault, or a person keeps editing the same note.
        WriteConflictError, StorageError, DetachedHeadError, OperationInProgressError, ReadOnlyVaultError: see `Vault`.
    """
    with acting.session.vault.writing() as transaction:
        plan, moment = _settle(acting.session, transaction, compose)
        receipt = _commit(acting, transaction, plan) if plan.changes else None
    if receipt is None:
        return Done(plan, None, moment.commit)
    acting.session.look_ahead()
    return Done(plan, receipt.commit, receipt.commit)


def _settle(session: Session, transaction: Transaction, compose: Callable[[Moment], Plan]) -> tuple[Plan, Moment]:
    """Compose until no note that would be written holds uncommitted text."""
    for _ in range(MAX_TRIES):
        moment = session.present()
        try:
            plan = compose(moment)
        except IndexReplacedError:
            continue
        edited = {draft.path for draft in plan.changes if draft.path in moment.dirty | moment.gone}
        if not edited:
            return plan, moment
        edited |= _left_behind(session, moment, edited)
        ids = [moment.note(path).metadata.id for path in edited if path in moment.positions]
        transaction.adopt(sorted(edited), note_ids=tuple(identity for identity in ids if identity))
    raise VaultBusyError("The note keeps changing on disk", "Try again when nobody is editing it")


def _subject(plan: Plan) -> str | None:
    """Return the path that the commit's subject names where the caller asked for one note, whatever else changed."""
    answered = [draft.path for draft in plan.changes if draft.answered]
    return answered[0] if len(answered) == 1 else None


def _left_behind(session: Session, moment: Moment, edited: Collection[NotePath]) -> set[NotePath]:
    """Return the old paths of notes that a person moved: gone from the work tree, with the id of an edited one."""
    if moment.commit is None or not moment.gone:
        return set()
    ids = {moment.note(path).metadata.id for path in edited if path in moment.positions} - {None}
    committed = session.vault.tree(moment.commit)
    return {path for path in moment.gone if parse(session.version_bytes(committed[path])).metadata.id in ids}


def _commit(acting: Acting, transaction: Transaction, plan: Plan) -> Receipt:
    return transaction.commit(
        Act(
            verb=plan.verb,
            changes=tuple(Change(draft.path, draft.content) for draft in plan.changes),
            reason=acting.reason,
            subject=_subject(plan),
            note_ids=tuple(draft.id for draft in plan.changes if draft.id),
            agent=acting.agent,
            session=acting.session_id,
        )
    )


def retirement(acting: Acting, moment: Moment, old: IndexedNote, *, valid_to: datetime | None = None) -> Draft | None:
    """Return the draft of a note that another one supersedes, None if it is retired already.

    Args:
        acting: who acts.
        moment: where the note is.
        old: the note to retire.
        valid_to: when its successor begins to hold, if that is known.
    """
    if old.metadata.status == "superseded":
        return None
    session = acting.session
    content, identity = identified(session, moment, old, session.content(moment, old.blob))
    content = retired(old, content, valid_to=valid_to)
    return Draft(old.path, content, "superseded", old.title, identity, answered=False)


def identified(session: Session, moment: Moment, note: IndexedNote, content: bytes) -> tuple[bytes, str]:
    """Return a note's bytes with an id of its own, and the id.

    A note without one gets it now; so does a copy, whose id belongs to the path that had it first.
    """
    if note.metadata.id and moment.owner(note.metadata.id) == note.path:
        return content, note.metadata.id
    return with_new_id(note.path, content, now=session.now())


def check_version(session: Session, moment: Moment, note: IndexedNote, version: str | None) -> None:
    """Refuse a write that was made against another version than the present one.

    Args:
        session: where versions are read.
        moment: the present.
        note: the note as it is.
        version: a blob id, or its first 7 or more digits; None or empty text for a writer that saw none.

    Raises:
        InvalidNoteError: if it is no version.
        WriteConflictError: with the difference from the version the writer saw, where git still has it.
    """
    if not version:
        return
    if not _VERSION.match(version):
        raise InvalidNoteError("version is not 7 to 40 hex digits", "Give the version that read or recall answered")
    if note.blob.startswith(version):
        return
    present = session.content(moment, note.blob).decode(errors="replace")
    blob = _version(session, moment, note, version)
    seen = session.version_bytes(blob).decode(errors="replace") if blob else ""
    diff = patch.unified(seen, present, before="version you saw", after="version now") if seen else ""
    raise WriteConflictError(note.path, expected=version, actual=note.blob, diff=diff)


def _version(session: Session, moment: Moment, note: IndexedNote, version: str) -> BlobId | None:
    """Return the version of the note that begins with these digits, None if no commit has one."""
    versions = session.log(note.path, moment.commit) if moment.commit else ()
    return next((known.blob for known in versions if known.blob and known.blob.startswith(version)), None)


def unchanged(note: IndexedNote, content: bytes) -> Draft:
    """Return the draft of a note that already says what was asked for."""
    return Draft(note.path, content, "unchanged", note.title, note.metadata.id)
