"""Checkpoints: annotated tags with our trailers, so that a state of the vault has a name that every git knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.model import CommitId
from vault_mem.notes.times import parse_typed
from vault_mem.vault.acts import Act
from vault_mem.vault.failures import failure
from vault_mem.vault.history import moment
from vault_mem.vault.identity import signature
from vault_mem.vault.repository import Repository, can_fsync_refs
from vault_mem.vault.trailers import format_message, parse_message

MAX_CHECKPOINTS = 1_000
OPERATION = "checkpoint"

# A safe subset of git-check-ref-format(1), in one folder level and safe as a file name on every system.
_NAME = re.compile(r"(?!.*\.\.)(?!.*\.lock\Z)[\w](?:[\w.+-]{0,78}[\w+-])?\Z")
# What `--at` reads as a commit, and the names git keeps for itself.
_TAKEN = re.compile(r"[0-9a-fA-F]{7,40}\Z|[A-Z_]*HEAD\Z", re.IGNORECASE)
_FIELDS = "%(refname:lstrip=2)%00%(objecttype)%00%(*objecttype)%00%(*objectname)%00%(taggerdate:unix)%00%(taggername)"
_RECORD = "\x1e"
_FORMAT = f"--format={_FIELDS}%00%(contents)%1e"


@dataclass(frozen=True, slots=True)
class Mark:
    """One checkpoint: `time` is when it was named."""

    name: str
    commit: CommitId
    time: datetime
    author: str
    agent: str | None
    session: str | None
    reason: str


def check_name(name: str, *, now: datetime) -> None:
    """Refuse a name that git, a file system or `--at` would not take for a checkpoint.

    Raises:
        InvalidNoteError: for such a name.
    """
    if not _NAME.match(name):
        raise InvalidNoteError(
            f"{name[:80]!r} cannot name a checkpoint", "Give letters, digits, '-', '_' and '.', at most 80, no spaces"
        )
    if _TAKEN.match(name) or parse_typed(name, now=now) is not None:
        raise InvalidNoteError(f"{name!r} means a commit or a time already", "Give a name that is no date or commit")


def create(repository: Repository, act: Act, name: str, commit: CommitId, tagger: str) -> None:
    """Name a commit, durably.

    Args:
        repository: where.
        act: who and why; its verb is `OPERATION`.
        name: as `check_name` lets pass.
        commit: the state.
        tagger: `Name <address>`.

    Raises:
        InvalidNoteError: if a tag or a branch has that name.
        GitCommandError, StorageError: if git fails or the disk refuses.
    """
    ref = f"refs/tags/{name}"
    for taken in (ref, f"refs/heads/{name}", f"refs/{name}"):
        if not repository.attempt("show-ref", "--verify", "--quiet", "--", taken).status:
            raise _exists(name)
    text = f"object {commit}\ntype commit\ntag {name}\ntagger {signature(tagger)}\n\n{format_message(act)}"
    options = ("core.fsync=loose-object,reference",) if can_fsync_refs() else ()
    made = repository.attempt("mktag", stdin=text.encode("utf-8", "replace"), options=options)
    if made.status:
        raise failure("mktag", made.error, repository.common_dir / ref)
    values = (ref, made.output.decode("ascii").strip(), "0" * 40)
    moved = repository.attempt("update-ref", "--end-of-options", *values, options=options)
    if moved.status:
        if "exists" in moved.error:
            raise _exists(name)
        raise failure("update-ref", moved.error, repository.common_dir / ref)


def read(repository: Repository) -> Iterator[Mark]:
    """Yield the checkpoints, newest first, the newest 1,000 tags of the vault; other tags are none."""
    command = ("for-each-ref", f"--count={MAX_CHECKPOINTS}", "--sort=-taggerdate", _FORMAT, "refs/tags")
    for record in repository.run(*command).decode("utf-8", "replace").split(_RECORD):
        fields = record.lstrip("\n").split("\0", 6)
        if len(fields) < 7 or (fields[1], fields[2]) != ("tag", "commit"):
            continue
        name, _, _, commit, time, author, text = fields
        message = parse_message(text)
        if message.trailers.get("Memory-Op") == OPERATION and time:
            yield Mark(
                name=name,
                commit=CommitId(commit),
                time=moment(time),
                author=author,
                agent=message.trailers.get("Memory-Agent"),
                session=message.trailers.get("Memory-Session"),
                reason=message.reason,
            )


def _exists(name: str) -> InvalidNoteError:
    return InvalidNoteError(f"{name!r} names a state or a branch already", "Give another name")
