"""Commits as records, and blame, read from git's own output with `-z` throughout."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from vault_mem.errors import GitCommandError, NoteNotFoundError
from vault_mem.notes.model import CommitId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange
from vault_mem.vault.failures import said
from vault_mem.vault.objects import NO_OBJECT
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
# What `git blame` says where a file of the user's `blame.ignoreRevsFile` is not here; `-c` cannot unset that.
_NO_IGNORED = "could not open object name list"
_WITHOUT_USERS_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_BLAME_HEADER = re.compile(r"([0-9a-f]{40}) \d+ (\d+)(?: \d+)?\Z")


@dataclass(frozen=True, slots=True)
class BlameLine:
    """Who last changed a line: `line` is 1-based, `commit` None for text that no commit has, `time` aware UTC."""

    line: int
    text: str
    commit: CommitId | None
    author: str
    time: datetime


def read_commits(repository: Repository, *, exclude: Collection[CommitId] = ()) -> Iterator[CommitRecord]:
    """Yield commits reachable from HEAD, parents first, those reachable from `exclude` left out.

    Unknown ids in `exclude` are ignored. A repository without commits yields nothing.
    """
    if repository.read_object("HEAD") is None:
        return
    request = "\n".join(["HEAD", *(f"^{commit}" for commit in exclude)]) + "\n"
    arguments = (*_LOG, "--topo-order", "--reverse", "--ignore-missing", "--stdin")
    yield from _records(repository.tokens(*arguments, stdin=request.encode("ascii")))


def read_blame(repository: Repository, path: NotePath, commit: CommitId | None) -> tuple[BlameLine, ...]:
    """Return who wrote each line of a note at a commit, None for the work tree's text.

    Raises:
        NoteNotFoundError: if the path is not there.
        GitCommandError: if git cannot say.
    """
    command = ("blame", "--line-porcelain", "--no-textconv", *([commit] if commit else []), "--", path)
    outcome = repository.attempt(*command)
    if _NO_IGNORED in outcome.error:
        outcome = repository.attempt(*command, env=_WITHOUT_USERS_CONFIG)
    if outcome.status and "no such path" not in outcome.error:
        raise GitCommandError("blame", said(outcome.error))
    if outcome.status:
        raise NoteNotFoundError(path, at=commit[:12] if commit else None)
    return tuple(_blame_lines(outcome.output.decode("utf-8", "replace")))


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


def _blame_lines(output: str) -> Iterator[BlameLine]:
    commit, number, facts = "", 0, dict[str, str]()
    for line in output.split("\n"):
        header = _BLAME_HEADER.match(line)
        if line.startswith("\t"):
            known = None if commit == NO_OBJECT else CommitId(commit)
            yield BlameLine(number, line[1:], known, facts.get("author", ""), moment(facts.get("committer-time", "0")))
        elif header:
            commit, number, facts = header[1], int(header[2]), {}
        else:
            key, _, value = line.partition(" ")
            facts[key] = value
