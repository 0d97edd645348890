"""`import_notes`: any number of notes as they come, a bounded number in memory and in each commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from vault_mem.errors import AmbiguousNoteError, InvalidNoteError, InvalidQueryError, NoteNotFoundError
from vault_mem.memory.answers import Imported, SkippedNote, Written
from vault_mem.memory.intake import Request
from vault_mem.memory.remembering import composed, remembered
from vault_mem.memory.requests import MAX_BATCH, NewNote
from vault_mem.memory.session import Acting, Progress

MAX_NAMED = 1_000
_OF_ONE_NOTE = (InvalidNoteError, NoteNotFoundError, AmbiguousNoteError)
_Given = tuple[int, NewNote | Mapping[str, Any]]  # Any: JSON objects, parsed by NewNote
_Checked = tuple[int, Request]


def import_notes(
    acting: Acting,
    notes: Iterable[NewNote | Mapping[str, Any]],
    *,
    per_commit: int,
    dry_run: bool,
    progress: Progress | None,
) -> Imported:
    """Write the notes; see `Memory.import_notes`."""
    if not 1 <= per_commit <= MAX_BATCH:
        raise InvalidQueryError(f"per_commit is {per_commit:,}", f"Give 1 to {MAX_BATCH:,}")
    tally = _Tally(acting, dry_run=dry_run)
    given = enumerate(notes, start=1)
    while batch := list(islice(given, per_commit)):
        tally.write(list(tally.checked(batch)))
        if progress:
            progress("importing", batch[-1][0], 0)
    return tally.answer()


@dataclass
class _Tally:
    """What was done so far."""

    acting: Acting
    dry_run: bool
    actions: Counter[str] = field(default_factory=Counter)
    commits: int = 0
    revision: str | None = None
    skipped: list[SkippedNote] = field(default_factory=list)

    def checked(self, batch: Sequence[_Given]) -> Iterator[_Checked]:
        """Yield the notes whose own values are right; the others are skipped."""
        for position, note in batch:
            try:
                parsed = note if isinstance(note, NewNote) else NewNote.parse(note)
                yield position, Request.checked(parsed, now=self.acting.session.now())
            except InvalidNoteError as error:
                self._skip(position, error)

    def write(self, batch: Sequence[_Checked]) -> None:
        """Write a batch in one commit; where one of its notes cannot be, in two halves, down to that note."""
        if not batch:
            return
        try:
            self._write([request for _, request in batch])
        except _OF_ONE_NOTE as error:
            if len(batch) == 1:
                self._skip(batch[0][0], error)
                return
            middle = len(batch) // 2
            self.write(batch[:middle])
            self.write(batch[middle:])

    def answer(self) -> Imported:
        """Return the figures."""
        count = self.actions
        return Imported(
            revision=self.revision,
            commits=self.commits,
            created=count["created"],
            revised=count["revised"],
            unchanged=count["unchanged"],
            skipped=count["skipped"],
            reasons=tuple(self.skipped),
            dry_run=self.dry_run,
        )

    def _write(self, requests: Sequence[Request]) -> None:
        if self.dry_run:
            self._count(composed(self.acting, requests))
            return
        done = remembered(self.acting, requests)
        self._count(done.notes)
        self.revision = done.revision
        self.commits += done.commit is not None

    def _count(self, notes: Iterable[Written]) -> None:
        self.actions.update(note.action for note in notes)

    def _skip(self, position: int, error: InvalidNoteError | NoteNotFoundError | AmbiguousNoteError) -> None:
        self.actions["skipped"] += 1
        if len(self.skipped) < MAX_NAMED:
            self.skipped.append(SkippedNote(position, error.code, error.message, error.hint))
