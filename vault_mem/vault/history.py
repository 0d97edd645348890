"""Commits as records, read from git's own output with `-z` throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from vault_mem.notes.model import CommitId
from vault_mem.notes.record import CommitRecord, FileChange
from vault_mem.vault.repository import Repository
from vault_mem.vault.trailers import parse_message
from vault_mem.vault.trees import raw_change

_FORMAT = "--format=%H%x00%P%x00%ct%x00%an%x00%B%x00"
_LOG = (
    "log",
    _FORMAT,
    "--raw",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-merges=first-parent",
    "--root",
    "--no-abbrev",
)


def read_commits(
    repository: Repository, head: CommitId | None = None, *, exclude: Collection[CommitId] = ()
) -> Iterator[CommitRecord]:
    """Yield commits reachable from a head (None: HEAD), parents first, those reachable from `exclude` left out.

    Unknown ids in `exclude` are ignored. A repository without commits yields nothing.
    """
    start = head or "HEAD"
    if repository.read_object(start) is None:
        return
    request = "\n".join([start, *(f"^{commit}" for commit in exclude)]) + "\n"
    arguments = (*_LOG, "--topo-order", "--reverse", "--ignore-missing", "--stdin")
    yield from _records(repository.tokens(*arguments, stdin=request.encode("ascii")))


def record_of(commit: CommitId, content: bytes, changes: Sequence[FileChange]) -> CommitRecord | None:
    """Return the record of a commit with one parent or none, from its object and what is known to have changed.

    Returns:
        None for a commit that has more parents, or says in another encoding what it says.
    """
    head, _, text = content.partition(b"\n\n")
    lines = [line.partition(b" ") for line in head.split(b"\n")]
    parents = [value for key, _, value in lines if key == b"parent"]
    said = {key: value for key, _, value in lines}
    if len(parents) > 1 or b"encoding" in said:
        return None
    author, seconds = said[b"author"].rpartition(b" <")[0], said[b"committer"].split(b" ")[-2]
    return _record([commit.encode("ascii"), b"".join(parents), seconds, author, text], list(changes))


def _records(fields: Iterator[bytes]) -> Iterator[CommitRecord]:
    """Read fields by position: five of a commit, an empty one, then pairs of raw record and path."""
    field = next(fields, None)
    while field is not None:
        facts = [field, *(next(fields, b"") for _ in range(4))]
        next(fields, None)
        changes: list[FileChange] = []
        field = next(fields, None)
        while field is not None and field.lstrip(b"\n").startswith(b":"):
            change = raw_change(field, next(fields, b""))
            changes += [change] if change else []
            field = next(fields, None)
        yield _record(facts, changes)


def _record(facts: list[bytes], changes: list[FileChange]) -> CommitRecord:
    commit, parents, seconds, author, text = (fact.decode("utf-8", "replace") for fact in facts)
    message = parse_message(text)
    return CommitRecord(
        id=CommitId(commit.strip()),
        parents=tuple(CommitId(parent) for parent in parents.split()),
        time=moment(seconds),
        author=author,
        subject=message.subject,
        reason=message.reason,
        trailers=message.trailers,
        note_ids=message.note_ids,
        changes=tuple(sorted(changes, key=lambda change: change.path)),
    )


def moment(seconds: str) -> datetime:
    """Return a commit's time; one that no calendar has becomes the epoch."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
