"""`bisect`: the first act after which recall answered otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vault_mem.errors import InvalidQueryError, NoteNotFoundError, RevisionNotFoundError
from vault_mem.memory.answers import Belief, Bisected, ChangedText
from vault_mem.memory.looking_back.beliefs import Beliefs, is_alike, unseen
from vault_mem.memory.looking_back.differing import committed_side, difference
from vault_mem.memory.looking_back.logs import act_of
from vault_mem.memory.session import Progress, Session
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange
from vault_mem.recall.query import Question

MAX_CHANGED = 5


@dataclass(frozen=True, slots=True)
class Expectation:
    """What makes an answer the expected one; with neither, it is the answer at the good end.

    Attributes:
        text: words that the note which is answered holds, whatever their case and spacing.
        note: the note that is answered, by any of its names at either end.
    """

    text: str | None = None
    note: str | None = None


def bisect(
    session: Session,
    question: Question,
    *,
    good: str,
    bad: str | None,
    expected: Expectation,
    progress: Progress | None = None,
) -> Bisected:
    """Find the act that changed an answer; see `Memory.bisect`."""
    _check(question, expected)
    line = _line(session, good, bad)
    if len(line) < 2:
        raise InvalidQueryError("good and bad are the same revision", "Give an earlier one as good")
    beliefs = Beliefs(session, question, line[-1])
    holds = _test(session, beliefs, expected, line)
    first, last = 0, len(line) - 1
    steps = 2 + (last - 1).bit_length()
    if holds(line[first]) == holds(line[last]):
        ends = (beliefs.at(line[first]), beliefs.at(line[last]))
        answer = Bisected(line[-1], line[0], question.text, len(line) - 1, beliefs.recalls, None, *ends)
        return replace(answer, is_right=holds(line[first]), notice=unseen(session, bad))
    was = holds(line[first])
    while last - first > 1:
        if progress:
            progress("asking", beliefs.recalls, steps)
        middle = (first + last) // 2
        first, last = (middle, last) if holds(line[middle]) == was else (first, middle)
    return replace(_found(session, beliefs, line, last), notice=unseen(session, bad))


def _check(question: Question, expected: Expectation) -> None:
    if not question.text:
        raise InvalidQueryError("bisect needs a question", "Give the words that recall was asked")
    if expected.text is not None and not expected.text.strip():
        raise InvalidQueryError("expect is empty", "Give words that the right answer holds")


def _line(session: Session, good: str, bad: str | None) -> Sequence[CommitId]:
    """Return the commits from good to bad along bad's first parents, oldest first.

    Raises:
        RevisionNotFoundError: if a revision names nothing, or good is not on bad's line.
    """
    now = session.now()
    head = session.committed().commit
    end = head if bad is None else session.vault.resolve(bad, now=now)
    start = session.vault.resolve(good, now=now)
    if end is None:
        raise RevisionNotFoundError("HEAD", "the vault has no commits yet")
    line = session.index.commits.order(end).line
    if not line:
        raise RevisionNotFoundError(bad or "HEAD", "it is not in the past of this branch")
    if end in session.index.commits.order(start).line[:-1]:
        raise InvalidQueryError("good is later than bad", "Give the earlier revision as good")
    if start not in line:
        raise RevisionNotFoundError(good, f"it is not on the line of first parents that ends in {bad or 'HEAD'}")
    return line[line.index(start) :]


def _test(
    session: Session, beliefs: Beliefs, expected: Expectation, line: Sequence[CommitId]
) -> Callable[[CommitId], bool]:
    """Return a test for revisions whose first answer is the expected one."""
    if expected.text is None and expected.note is None:
        wanted = beliefs.at(line[0])
        return lambda commit: is_alike(beliefs.at(commit), wanted)
    names = _names(session, expected.note, line) if expected.note is not None else None
    words = _folded(expected.text) if expected.text is not None else None

    def test(commit: CommitId) -> bool:
        belief = beliefs.at(commit)
        if belief is None or (names is not None and names.isdisjoint({belief.id, belief.path})):
            return False
        return words is None or words in _folded(_text(session, belief))

    return test


def _names(session: Session, reference: str, line: Sequence[CommitId]) -> frozenset[str | None]:
    """Return the id of the note that is meant, or its path if it has none, as known at the last or the first commit."""
    for commit in (line[-1], line[0]):
        try:
            note = session.at_commit(commit).find(reference, at=commit)
        except NoteNotFoundError:
            continue
        return frozenset({note.metadata.id or note.path})
    raise NoteNotFoundError(reference, at=f"{line[0][:12]} and {line[-1][:12]}")


def _text(session: Session, belief: Belief) -> str:
    return session.version_content(BlobId(belief.version)).decode(errors="replace")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


# --- what was found ---


def _found(session: Session, beliefs: Beliefs, line: Sequence[CommitId], place: int) -> Bisected:
    before, after = beliefs.at(line[place - 1]), beliefs.at(line[place])
    record = session.index.commits.record(line[place])
    answered = {belief.path for belief in (before, after) if belief is not None}
    return Bisected(
        revision=line[-1],
        since=line[0],
        query=beliefs.question.text,
        commits=len(line) - 1,
        recalls=beliefs.recalls,
        act=act_of(record, beliefs.order) if record else None,
        before=before,
        after=after,
        changed=_changed(session, record, answered) if record else (),
        brought=tuple(act_of(each, beliefs.order) for each in _brought(session, beliefs, record, answered))
        if record
        else (),
    )


def _changed(session: Session, record: CommitRecord, answered: set[NotePath]) -> tuple[ChangedText, ...]:
    own = [change for change in record.changes if change.path in answered]
    return tuple(_compared(session, record, change) for change in (own or record.changes)[:MAX_CHANGED])


def _compared(session: Session, record: CommitRecord, change: FileChange) -> ChangedText:
    old = committed_side(session, record.parents[0] if record.parents else None, change.old)
    return ChangedText(change.path, difference(change.path, old, committed_side(session, record.id, change.new)))


def _brought(
    session: Session, beliefs: Beliefs, record: CommitRecord, answered: set[NotePath]
) -> Sequence[CommitRecord]:
    """Return the commits that a merge brought and that changed one of these notes, newest first."""
    if len(record.parents) < 2:
        return ()
    commits = session.index.commits
    touching = {change.commit for path in answered for change in commits.changes(path, beliefs.order)}
    inside = reversed(beliefs.order.brought(record.id)[:-1])
    return [found for commit in inside if commit in touching and (found := commits.record(commit))]
