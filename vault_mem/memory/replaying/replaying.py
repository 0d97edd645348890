"""`replay`: recorded recalls asked again, each at the revision it saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from vault_mem.errors import InvalidQueryError, RevisionNotFoundError
from vault_mem.index.analysis import analyze
from vault_mem.memory.answers import AnsweredNote, Cause, ClearedRecalls, RecordedSession, Replay, ReplayedRecall
from vault_mem.memory.moment import Moment
from vault_mem.memory.recalling import answered
from vault_mem.memory.replaying.asked import to_values
from vault_mem.memory.replaying.recall_log import session_name
from vault_mem.memory.replaying.recording import answered_notes, fingerprint
from vault_mem.memory.replaying.records import Fingerprint, RecallRecord, Window
from vault_mem.memory.session import Session
from vault_mem.notes.model import CommitId
from vault_mem.recall.terms import MAX_SURVEYED


def replay(session: Session, name: str | None, *, limit: int | None, offset: int) -> Replay:
    """Ask a session's recalls again, or list the sessions; see `Memory.replay`."""
    if (limit is not None and limit < 1) or offset < 0:
        raise InvalidQueryError(f"limit is {limit}, offset is {offset}", "Give 1 or more, and 0 or more")
    recorded = session.recalls.read(name)
    head = session.committed().commit
    sessions = _sessions(recorded.records) if name is None else ()
    found: Sequence[object] = sessions if name is None else recorded.records
    page = slice(offset, len(found) if limit is None else offset + limit)
    asked = [_replayed(session, record, head) for record in recorded.records[page]] if name is not None else []
    same = sum(recall.is_same for recall in asked)
    trouble = session.recalls.trouble if session.recalls.is_on else "recall_log is off"
    return Replay(
        revision=head,
        session=None if name is None else session_name(name),
        recalls=tuple(asked),
        sessions=tuple(sessions[page]),
        total=len(found),
        same=same,
        differing=len(asked) - same,
        skipped=recorded.skipped,
        next_offset=page.stop if page.stop < len(found) else None,
        notice=(f"Recalls are not recorded: {trouble}",) if trouble else (),
    )


def clear(session: Session, name: str | None) -> ClearedRecalls:
    """Delete recorded recalls; see `Memory.clear_recalls`."""
    count = session.recalls.clear(name)
    return ClearedRecalls(session.vault.head(), None if name is None else session_name(name), count)


def _sessions(records: Iterable[RecallRecord]) -> Sequence[RecordedSession]:
    """Return the sessions of recalls that come oldest first, that which asked last first."""
    found: dict[str, RecordedSession] = {}
    for record in records:
        known, time = found.pop(record.session, None), record.question.now
        found[record.session] = RecordedSession(
            session=record.session,
            agent=record.agent,
            recalls=known.recalls + 1 if known else 1,
            first=known.first if known else time,
            last=time,
        )
    return tuple(reversed(found.values()))


def _replayed(session: Session, record: RecallRecord, head: CommitId | None) -> ReplayedRecall:
    """Ask one question again; `head` is what the branch is at now."""
    notes, causes = session.asking(lambda: _asked_again(session, record, head))
    is_same = notes is not None and _keys(notes) == _keys(record.notes)
    if not is_same and not causes:
        causes = [_last_cause(record)]
    return ReplayedRecall(
        time=record.question.now,
        agent=record.agent,
        question=to_values(record.question),
        revision=record.revision,
        dirty=record.dirty,
        is_same=is_same,
        before=record.notes,
        now=notes or (),
        causes=tuple(causes),
    )


def _asked_again(
    session: Session, record: RecallRecord, head: CommitId | None
) -> tuple[tuple[AnsweredNote, ...] | None, list[Cause]]:
    """Return what the question finds now, None if it cannot be asked, and what has changed."""
    moment = _moment(session, record)
    causes = [*_vault_causes(session, record, moment, head)]
    if moment is None:
        return (() if record.revision is None else None), causes
    try:
        answer = answered(session, moment, record.question)
    except InvalidQueryError as exc:
        return None, [*causes, *_differences(record.by, fingerprint(session, moment, record.question)), _refused(exc)]
    causes += _differences(record.by, fingerprint(session, moment, record.question))
    causes += _window_causes(record.window, Window.of(answer.window))
    return answered_notes(answer), causes


def _moment(session: Session, record: RecallRecord) -> Moment | None:
    """Return the vault as the recall saw it, None if git has it no more."""
    if record.revision is None:
        return None
    try:
        return session.at_commit(CommitId(record.revision))
    except RevisionNotFoundError:
        return None


def _keys(notes: Iterable[AnsweredNote]) -> list[str]:
    return [note.id or note.path for note in notes]


# --- causes ---


def _vault_causes(
    session: Session, record: RecallRecord, moment: Moment | None, head: CommitId | None
) -> Iterator[Cause]:
    """Yield what became of the commits that the recall saw."""
    if record.revision is not None:
        commit = CommitId(record.revision)
        if moment is None:
            yield Cause("rewritten", f"commit {commit[:12]} is not here any more")
        elif head is None or commit not in session.index.commits.order(head):
            yield Cause("rewritten", f"commit {commit[:12]} is not in the branch's past any more")
    if record.dirty:
        yield Cause("dirty", "uncommitted text took part, which no commit has")


def _differences(before: Fingerprint, now: Fingerprint) -> Iterator[Cause]:
    for item in fields(Fingerprint):
        was, is_now = getattr(before, item.name), getattr(now, item.name)
        if was != is_now:
            yield Cause(item.name, f"{_SHOWN[item.name]} was {was or 'none'}, is now {is_now or 'none'}")


def _window_causes(before: Window | None, now: Window | None) -> Iterator[Cause]:
    """Yield that the time in the question is understood otherwise: its words name tags, which come and go."""
    if before != now:
        yield Cause("tags", f"the time in the question was {_days(before)}, is now {_days(now)}")


def _days(window: Window | None) -> str:
    if window is None:
        return "none"
    start, end = (f"{bound:%Y-%m-%d %H:%M}" if bound else "…" for bound in (window.start, window.end))
    return f"{start} to {end} ({window.phrase})"


def _last_cause(record: RecallRecord) -> Cause:
    """Return why an answer differs where nothing that is recorded has changed."""
    if len(set(analyze(record.question.text, query=True))) > MAX_SURVEYED:
        return Cause("index", "of so long a text, the words to look up are chosen by all versions the index has seen")
    return Cause("unexplained", "nothing that is recorded has changed; please report it as a bug")


def _refused(error: InvalidQueryError) -> Cause:
    return Cause("refused", f"the question is refused now: {error}")


_SHOWN = {
    "program": "vault-mem",
    "index": "the index",
    "weights": "the table of weights",
    "model": "the embedder",
    "reranker": "the reranker",
    "engine": "the lexical engine",
    "zone": "the local time",
}
