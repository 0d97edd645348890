"""`revert`: take back one act, or all that a session wrote; `rollback`: return to a state. Each by a new commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vault_mem.errors import (
    InvalidQueryError,
    RevisionNotFoundError,
    UndoRefusedError,
    UnsafePathError,
    WriteConflictError,
)
from vault_mem.index.view import name_of
from vault_mem.memory.acts import Act
from vault_mem.memory.answers import Clash, Dependent, Undone, UndoneNote
from vault_mem.memory.editing import title_of, with_properties
from vault_mem.memory.links import DERIVED_FROM
from vault_mem.memory.looking_back.logs import act_of
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Acting, Session
from vault_mem.memory.undo.dependents import dependents, derived, is_in_the_way
from vault_mem.memory.undo.undoing import Undoing
from vault_mem.memory.writing import Draft, Plan, write
from vault_mem.notes.document import parse
from vault_mem.notes.model import CommitId, NotePath
from vault_mem.notes.record import CommitRecord
from vault_mem.notes.times import parse_typed

MAX_NAMED = 20
"""Commits that the message of a revert names."""


@dataclass(frozen=True, slots=True)
class _Composed:
    """What would be written against one moment, and what speaks against it."""

    moment: Moment
    drafts: tuple[Draft, ...]
    acts: tuple[CommitRecord, ...] = ()
    moved: Mapping[NotePath, NotePath] = field(default_factory=dict)
    dependents: tuple[Dependent, ...] = ()
    clashes: Mapping[NotePath, str] = field(default_factory=dict)


def revert(acting: Acting, target: str, *, with_dependents: bool, yes: bool) -> Undone:
    """Take an act or a session back; see `Memory.revert`."""
    session = acting.session
    acts = _acts(session, target)

    def compose(moment: Moment) -> _Composed:
        return _reverted(session, moment, acts, with_dependents=with_dependents)

    acting = replace(acting, reason=acting.reason or _reason(acts))
    return _undone(acting, "revert", compose, with_dependents=with_dependents, yes=yes)


def rollback(acting: Acting, target: str, *, yes: bool) -> Undone:
    """Return to a state; see `Memory.rollback`."""
    session = acting.session
    commit = session.vault.resolve(target, now=session.now())

    def compose(moment: Moment) -> _Composed:
        return _Composed(moment, _returning(session, moment, commit))

    acting = replace(acting, reason=acting.reason or f"Returns to {target.strip()}, commit {commit}.")
    return _undone(acting, "rollback", compose, with_dependents=False, yes=yes)


def _undone(
    acting: Acting, verb: str, compose: Callable[[Moment], _Composed], *, with_dependents: bool, yes: bool
) -> Undone:
    """Write what is composed against the present, or only say what it would be."""
    session = acting.session
    found: list[_Composed] = []

    def plan(moment: Moment) -> Plan:
        found[:] = [compose(moment)]
        _check(found[0], with_dependents=with_dependents)
        return Plan(verb, found[0].drafts)

    if not yes:
        composed = compose(session.present())
        return replace(_answer(session, composed, None), obstacle=_obstacle(composed, with_dependents=with_dependents))
    try:
        done = write(acting, plan)
    except (WriteConflictError, UnsafePathError) as error:
        place = error.message.partition("\n")[0]
        hint = "Commit, move or remove what is there, then repeat; nothing was written"
        raise UndoRefusedError("The work tree stands in the way", [place], hint) from error
    return _answer(session, found[0], done.commit, revision=done.revision)


# --- what is taken back ---


def _acts(session: Session, target: str) -> tuple[CommitRecord, ...]:
    """Return the acts that a commit or a session's id means, newest first.

    Raises:
        InvalidQueryError: for a time, which names no act, and for what is the name of a commit and of a session.
        RevisionNotFoundError: if it is neither, is not in the past of this branch, or is where a shallow clone begins.
    """
    head = session.committed().commit
    if head is None:
        raise RevisionNotFoundError(target, "the vault has no commits yet")
    log = session.index.commits
    order = log.order(head)
    own = _named(session, target, [each for each in log.written_by(sessions=[target.strip()]) if each in order])
    if own[0] not in order:
        raise RevisionNotFoundError(target, "it is not in the past of this branch")
    newest = sorted(own, key=order.ranks.__getitem__, reverse=True)
    if session.vault.boundary().intersection(newest):
        raise RevisionNotFoundError(target, "this clone's history is cut off there, so what it did is not known")
    return tuple(record for record in map(log.record, newest) if record is not None)


def _named(session: Session, target: str, written: list[CommitId]) -> list[CommitId]:
    """Return the commits that a target names: one, or those that a session of this name wrote.

    Anybody may call a session by the name of a branch or by a commit's digits, so only a whole commit id is sure.
    """
    is_time = parse_typed(target, now=session.now()) is not None
    if is_time and not written:
        raise InvalidQueryError(f"{target!r} is a time", "Name an act by its commit, or a session by its id")
    try:
        commit = None if is_time else session.vault.resolve(target, now=session.now())
    except RevisionNotFoundError:
        if not written:
            raise
        commit = None
    if commit is None or written == [commit]:
        return written
    if written and commit != target.strip():
        raise InvalidQueryError(f"{target!r} names a commit and a session", f"Give the commit as {commit}")
    return [commit]


def _reverted(session: Session, moment: Moment, acts: Sequence[CommitRecord], *, with_dependents: bool) -> _Composed:
    undoing = Undoing(session, moment)
    for record in acts:
        undoing.take_back(record)
    drafts = [_draft(undoing.moved, *change) for change in undoing.changed()]
    changed = {undoing.moved.get(draft.path, draft.path) for draft in drafts}
    renamed = {place for target, place in undoing.moved.items() if name_of(place) == name_of(target)}
    vanishing = {draft.path for draft in drafts if draft.content is None} - renamed
    parent = next(iter(acts[-1].parents), None)
    found = dependents(moment, session.at_commit(parent) if parent else None, changed, vanishing)
    if with_dependents:
        first = {one.path for one in found if one.relation == DERIVED_FROM}
        drafts += _archived(session, moment, sorted(first.union(derived(moment, first)) - changed))
    return _Composed(moment, tuple(drafts), tuple(acts), undoing.moved, found, undoing.clashes)


def _draft(moved: Mapping[NotePath, NotePath], path: NotePath, now: bytes | None, then: bytes | None) -> Draft:
    content = then if then is not None else now if now is not None else b""
    action = "moved" if path in moved else "deleted" if then is None else "restored" if now is None else "reverted"
    return Draft(path, then, action, title_of(content, name_of(path)), parse(content).metadata.id)


def _archived(session: Session, moment: Moment, paths: Sequence[NotePath]) -> list[Draft]:
    drafts = []
    for path in paths:
        note = moment.note(path)
        content = session.content(moment, note.blob)
        if note.metadata.status != "archived":
            content = with_properties(path, content, {"status": "archived"}, now=session.now())
            drafts.append(Draft(path, content, "archived", note.title, note.metadata.id))
    return drafts


def _returning(session: Session, moment: Moment, commit: CommitId) -> tuple[Draft, ...]:
    """Return the drafts that make the notes what they were at a commit; other files stay as they are.

    Notes that only an uncommitted edit has returned there already are among them, so that it becomes a commit.
    """
    then = session.vault.tree(commit)
    now = {note.path: note.blob for note in moment.view.notes}
    changed = {path: blob for path, blob in then.items() if now.get(path) != blob or path in moment.dirty}
    contents = dict(session.vault.read_blobs(changed.values()))
    missing = [path for path, blob in changed.items() if blob not in contents]
    if missing:
        raise UndoRefusedError("Versions that are not here", missing, "Fetch the rest of this clone with git first")
    drafts = [
        _draft({}, path, session.content(moment, now[path]) if path in now else None, contents[blob])
        for path, blob in changed.items()
    ]
    drafts += [_draft({}, path, session.content(moment, now[path]), None) for path in now if path not in then]
    drafts += [_draft({}, path, None, None) for path in moment.gone if path not in then]
    return tuple(sorted(drafts, key=lambda draft: draft.path))


# --- what speaks against it ---


def _check(composed: _Composed, *, with_dependents: bool) -> None:
    """Refuse what would lose something.

    Raises:
        UndoRefusedError: if notes have changed since, or others build on them and were not to be taken along.
    """
    if composed.clashes:
        raise UndoRefusedError(
            "Changed since",
            list(composed.clashes),
            "Take the later acts back first, or revise these notes; a dry run names those acts",
        )
    in_the_way = [one for one in composed.dependents if is_in_the_way(one)]
    if in_the_way and not with_dependents:
        shown = dict.fromkeys(f"{one.path} ({one.relation} {one.on})" for one in in_the_way)
        raise UndoRefusedError(
            "Notes build on what would be taken back",
            list(shown),
            "Look at them first; with dependents (--with-dependents) those derived from it are archived, links stay",
        )


def _obstacle(composed: _Composed, *, with_dependents: bool) -> str | None:
    try:
        _check(composed, with_dependents=with_dependents)
    except UndoRefusedError as refusal:
        return str(refusal)
    return None


def _reason(acts: Sequence[CommitRecord]) -> str:
    """Return a reason as git's own revert gives it, so that other tools know what was reverted."""
    lines = [f"This reverts commit {record.id}. ({record.subject})" for record in acts[:MAX_NAMED]]
    return "\n".join([*lines, *([f"And {len(acts) - MAX_NAMED} more."] if len(acts) > MAX_NAMED else [])])


# --- answers ---


def _answer(
    session: Session, composed: _Composed, commit: CommitId | None, *, revision: CommitId | None = None
) -> Undone:
    moment = composed.moment
    return Undone(
        revision=revision or moment.commit,
        commit=commit,
        acts=tuple(_told(session, moment, record) for record in composed.acts),
        notes=tuple(
            UndoneNote(draft.path, draft.action, draft.title, composed.moved.get(draft.path))
            for draft in composed.drafts
            if draft.path not in composed.moved.values()
        ),
        dependents=composed.dependents,
        clashes=tuple(
            Clash(path, problem, _last_act(session, moment, path)) for path, problem in sorted(composed.clashes.items())
        ),
        is_dry=revision is None,
        dirty=moment.differs,
    )


def _last_act(session: Session, moment: Moment, path: NotePath) -> Act | None:
    position = moment.positions.get(path)
    origin = moment.origin(position) if position is not None else None
    record = session.index.commits.record(origin.id) if origin else None
    return _told(session, moment, record) if record else None


def _told(session: Session, moment: Moment, record: CommitRecord) -> Act:
    if moment.commit is None:
        raise RevisionNotFoundError("HEAD", "the vault has no commits yet")
    return act_of(record, session.index.commits.order(moment.commit))
