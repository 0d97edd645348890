"""`timeline`: how a note, or the first answer to a question, changed over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vault_mem.errors import InvalidQueryError
from vault_mem.index.ancestry import Ancestry
from vault_mem.index.lineage import Lineage, Version
from vault_mem.memory.acts import Act
from vault_mem.memory.answers import Timeline, Turn
from vault_mem.memory.looking_back.beliefs import Beliefs, unseen
from vault_mem.memory.looking_back.differing import difference, edits
from vault_mem.memory.looking_back.histories import last_path, side_of, versions_within
from vault_mem.memory.looking_back.logs import act_of
from vault_mem.memory.looking_back.soundings import Change, Effort, Soundings
from vault_mem.memory.looking_back.stretches import check_page, stretch
from vault_mem.memory.session import Progress, Session
from vault_mem.notes.model import CommitId
from vault_mem.recall.query import Question

EFFORT = Effort()

# --- of a note ---


def of_note(session: Session, reference: str, *, since: str | None, until: str | None, limit: int) -> Timeline:
    """Return how a note changed; see `Memory.timeline`."""
    check_page(limit, 0)
    moment = session.committed()
    path = last_path(session, moment, reference)
    if moment.commit is None:
        return Timeline(None, None, None, path)
    within = stretch(session, since=since, until=until, head=moment.commit)
    order, lineage = session.index.commits.order(moment.commit), session.lineage(moment.commit)
    versions = lineage.trace(path)
    found = versions_within(versions, order, within)
    turns = (_turn_of(session, order, lineage, versions, version) for version in reversed(found[:limit]))
    notice = (*_left_out(len(found), limit), *unseen(session, until))
    return Timeline(within.head, within.base, None, path, tuple(turns), notice=notice)


def _turn_of(
    session: Session, order: Ancestry, lineage: Lineage, versions: Sequence[Version], version: Version
) -> Turn:
    before = _before(lineage, versions, version)
    old, new = side_of(session, before), side_of(session, version)
    return Turn(
        act=_act(session, order, version.record.id),
        path=version.path,
        old_path=before.path if before and before.path != version.path else None,
        difference=difference(version.path, old, new),
        edits=edits(old, new),
    )


def _before(lineage: Lineage, versions: Sequence[Version], version: Version) -> Version | None:
    """Return what a version was made from, by the first parent that has the note; for a deletion, the one before it."""
    made_from = lineage.made_from(version, tuple(dict.fromkeys(each.path for each in versions)))
    if made_from or version.blob is not None:
        return made_from[0] if made_from else None
    older = versions[versions.index(version) + 1 :]
    return next((each for each in older if each.path == version.path), None)


# --- of a question ---


def of_question(
    session: Session,
    question: Question,
    *,
    since: str | None,
    until: str | None,
    limit: int,
    progress: Progress | None = None,
    effort: Effort = EFFORT,
) -> Timeline:
    """Return how the first answer to a question changed; see `Memory.timeline`.

    The question's `min_relevance` judges the first answer; it leaves out none, for what replaces another note may
    answer less surely than that one would.

    Raises:
        InvalidQueryError: without a question.
    """
    check_page(limit, 0)
    if not question.text:
        raise InvalidQueryError("Neither a question nor a note", "Ask a question, or name a note")
    within = stretch(session, since=since, until=until)
    if within.head is None:
        return Timeline(None, None, question.text, None)
    beliefs = Beliefs(session, replace(question, min_relevance=0.0), within.head)
    places = _places(beliefs.order, within.base)
    soundings = Soundings(
        beliefs,
        session.lineage(within.head),
        places,
        effort=effort,
        min_relevance=question.min_relevance,
        progress=progress,
    )
    missed = soundings.search()
    turns = _turns(session, soundings, beliefs.order, places[0], has_base=within.base is not None)
    notice = (*_unfinished(soundings, beliefs, missed), *_left_out(len(turns), limit), *unseen(session, until))
    return Timeline(within.head, within.base, question.text, None, turns[-limit:], beliefs.recalls, notice)


def _places(order: Ancestry, base: CommitId | None) -> range:
    """Return the places on the line from the base, or from the last commit that did not have it, to the head."""
    first = 0 if base is None else order.place(base)
    if base is not None and order.line[first] != base:
        first = max(0, first - 1)
    return range(first, len(order.line))


def _turns(session: Session, soundings: Soundings, order: Ancestry, first: int, *, has_base: bool) -> tuple[Turn, ...]:
    """Return what was answered at the first place, and every change after it."""
    beginning = soundings.answer(first)
    is_new = beginning is not None and not has_base
    act = _act(session, order, order.line[first]) if is_new else None
    later = [_turn(session, soundings, order, change) for change in soundings.changes()]
    return (Turn(act, beginning, beginning.path if beginning else None), *later)


def _turn(session: Session, soundings: Soundings, order: Ancestry, change: Change) -> Turn:
    belief = soundings.answer(change.place)
    return Turn(
        act=_act(session, order, order.line[change.place]),
        belief=belief,
        path=belief.path if belief else None,
        among=change.among if change.among > 1 else None,
    )


def _unfinished(soundings: Soundings, beliefs: Beliefs, missed: int | None) -> tuple[str, ...]:
    if missed is None:
        return ()
    commit = soundings.line[missed]
    known = f"{beliefs.order.arrived(commit):%Y-%m-%d} ({commit[:9]})"
    asked = f"Asked at {beliefs.recalls} revisions, the most for one timeline"
    return (f"{asked}: up to {known} turns may be missing or late; give since and until for a shorter stretch",)


# --- of both ---


def _act(session: Session, order: Ancestry, commit: CommitId) -> Act | None:
    record = session.index.commits.record(commit)
    return act_of(record, order) if record else None


def _left_out(count: int, limit: int) -> tuple[str, ...]:
    if count <= limit:
        return ()
    return (f"{count - limit} earlier turns are left out; give a higher limit, or until",)
