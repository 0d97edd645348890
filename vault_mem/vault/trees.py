"""The notes of commits, by path: read once, then carried from one commit to its neighbours."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import cast

from vault_mem.errors import RevisionNotFoundError
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import FileChange
from vault_mem.vault.layout import is_note
from vault_mem.vault.objects import FILE_MODES, NO_OBJECT
from vault_mem.vault.repository import Repository, split_nul
from vault_mem.vault.saved_notes import SavedNotes

_KEPT = 4
_FAR = 1_000


class TreeCache:
    """Notes of the last few commits asked for; safe to share between threads."""

    def __init__(self, repository: Repository, saved: SavedNotes) -> None:
        """Start with nothing but what another process saved."""
        self._repository = repository
        self._saved = saved
        self._kept: OrderedDict[CommitId, Listing] = OrderedDict()
        self._lock = Lock()

    def notes(self, commit: CommitId) -> Listing:
        """Return every note of a commit with its version.

        Raises:
            RevisionNotFoundError: if there is no such commit.
        """
        with self._lock:
            known = self._kept.get(commit)
            if known is not None:
                self._kept.move_to_end(commit)
                return known
            neighbour = next(reversed(self._kept.items()), None)
        if neighbour is None:
            return self._keep(commit, self._first(commit))
        carried = self._carry(*neighbour, commit)
        return self._keep(commit, self._list(commit) if carried is None else carried[0])

    def _first(self, commit: CommitId) -> Listing:
        """Return the notes of the first commit that is asked for, from what was saved if that is near."""
        saved = self._saved.load()
        if saved is not None and saved[0] == commit:
            return Listing(saved[1])
        carried = None if saved is None else self._carry(saved[0], Listing(saved[1]), commit)
        if carried is not None and carried[1] < _FAR:
            return carried[0]
        notes = self._list(commit) if carried is None else carried[0]
        self._saved.save(commit, notes)
        return notes

    def knows(self, commit: CommitId) -> bool:
        """Whether a commit's notes are at hand."""
        with self._lock:
            return commit in self._kept

    def advance(self, parent: CommitId | None, commit: CommitId, changes: Mapping[NotePath, BlobId | None]) -> None:
        """Learn a commit that was just made from its parent, without asking git."""
        with self._lock:
            known = Listing({}) if parent is None else self._kept.get(parent)
        if known is not None:
            self._keep(commit, known.changed({path: new for path, new in changes.items() if is_note(path)}))

    def _list(self, commit: CommitId) -> Listing:
        outcome = self._repository.attempt("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
        if outcome.status:
            raise RevisionNotFoundError(commit, "no such commit here")
        return Listing(_notes_in(outcome.output))

    def _carry(self, neighbour: CommitId, notes: Listing, commit: CommitId) -> tuple[Listing, int] | None:
        """Return a commit's notes from those of another one, and how many differ; None if git lacks one of the two."""
        command = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--end-of-options")
        outcome = self._repository.attempt(*command, neighbour, commit)
        if outcome.status:
            return None
        changes = list(parse_changes(iter(split_nul(outcome.output))))
        return notes.changed({change.path: change.new for change in changes}), len(changes)

    def _keep(self, commit: CommitId, notes: Listing) -> Listing:
        with self._lock:
            self._kept[commit] = notes
            self._kept.move_to_end(commit)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return notes


def _notes_in(listed: bytes) -> dict[NotePath, BlobId]:
    """Read `ls-tree -z` output, `mode kind <40 digits><tab>path` each. Source: git-ls-tree(1)."""
    try:
        records = listed.decode("utf-8").split("\0")
    except UnicodeDecodeError:  # a name that is no note; the others are
        records = [text for text in map(_decoded, split_nul(listed)) if text is not None]
    found = {line[53:]: line[12:52] for line in records if line[:6] in FILE_MODES and is_note(line[53:])}
    return cast("dict[NotePath, BlobId]", found)


def _decoded(record: bytes) -> str | None:
    try:
        return record.decode("utf-8")
    except UnicodeDecodeError:
        return None


def parse_changes(fields: Iterator[bytes]) -> Iterator[FileChange]:
    """Read `--raw -z` pairs of fields into changes of notes. Source: git-diff-tree(1), "Raw output format"."""
    for meta in fields:
        change = raw_change(meta, next(fields, b""))
        if change is not None:
            yield change


def raw_change(meta: bytes, name: bytes) -> FileChange | None:
    """Read one raw record, `:mode mode id id X`, and its path; None if it is about no note."""
    old_mode, new_mode, old, new, _ = meta.lstrip(b"\n").lstrip(b":").decode("ascii").split(" ")
    path = decode_path(name)
    if path is None:
        return None
    before = BlobId(old) if old != NO_OBJECT and old_mode in FILE_MODES else None
    after = BlobId(new) if new != NO_OBJECT and new_mode in FILE_MODES else None
    return FileChange(path, before, after) if before != after else None


def decode_path(name: bytes) -> NotePath | None:
    """Return a path of git as text, None if it is no note or not UTF-8 (no other system could hold it)."""
    try:
        path = name.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return NotePath(path) if is_note(path) else None
