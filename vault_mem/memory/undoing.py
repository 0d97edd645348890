"""Taking acts back: the inverse of what commits did to notes, applied to the notes as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vault_mem.memory.inverse import taken_back
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange

CHANGED = "the same lines or properties have changed since"
EDITED = "it has changed since it was written"
TAKEN = "another note is there now"


@dataclass(frozen=True, slots=True)
class Move:
    """What a commit did to one note: where it was and is, and its content there; None where it was or is not."""

    before: NotePath | None
    old: BlobId | None
    after: NotePath | None
    new: BlobId | None


@dataclass(frozen=True)
class Undoing:
    """The notes as they would be, while acts are taken back one after another, newest first.

    Attributes:
        contents: the notes that would be other than now, None for one that would be gone.
        moved: where a note would come from, by where it would be.
        clashes: what cannot be taken back, by note, and why.
    """

    session: Session
    moment: Moment
    contents: dict[NotePath, bytes | None] = field(default_factory=dict)
    moved: dict[NotePath, NotePath] = field(default_factory=dict)
    clashes: dict[NotePath, str] = field(default_factory=dict)

    def take_back(self, record: CommitRecord) -> None:
        """Apply the inverse of one commit."""
        for move in self._moves(record.changes):
            self._take_back(move)

    def content(self, path: NotePath) -> bytes | None:
        """Return what would be at a path."""
        if path in self.contents:
            return self.contents[path]
        blob = self.moment.blob(path)
        return self.session.content(self.moment, blob) if blob is not None else None

    def changed(self) -> Iterator[tuple[NotePath, bytes | None, bytes | None]]:
        """Yield (path, content now, content then) of what would be other than now, by path."""
        for path, content in sorted(self.contents.items()):
            blob = self.moment.blob(path)
            now = self.session.content(self.moment, blob) if blob is not None else None
            if now != content:
                yield path, now, content

    def _take_back(self, move: Move) -> None:
        new = self._read(move.new)
        old = self._read(move.old)
        if new is None or move.after is None:
            self._bring_back(move, old)
            return
        place = self._place(move.after, new)
        if place is None:
            return  # it is gone since, as it would be
        now = self.content(place)
        if old is None or now is None:
            self._delete(place, is_as_written=now == new)
            return
        content = taken_back(place, old=old, new=new, now=now)
        if content is None:
            self.clashes.setdefault(place, CHANGED)
            return
        self._put(place, move.before if move.before and place == move.after else place, content)

    def _bring_back(self, move: Move, old: bytes | None) -> None:
        """Put a note that was deleted back to its place, unless it is somewhere."""
        if old is None or move.before is None or self._place(move.before, old) is not None:
            return
        if self.content(move.before) is not None:
            self.clashes.setdefault(move.before, TAKEN)
        else:
            self.contents[move.before] = old

    def _delete(self, place: NotePath, *, is_as_written: bool) -> None:
        if is_as_written:
            self.contents[place] = None
        else:
            self.clashes.setdefault(place, EDITED)

    def _put(self, place: NotePath, target: NotePath, content: bytes) -> None:
        if target != place and self.content(target) is not None:
            self.clashes.setdefault(target, TAKEN)
            return
        if target != place:
            self.contents[place] = None
            self.moved[target] = self.moved.pop(place, place)
        self.contents[target] = content

    def _place(self, path: NotePath, written: bytes) -> NotePath | None:
        """Return where the note is that once had this content at this path, None if it is nowhere."""
        identity = parse(written).metadata.id
        here = self.content(path)
        if here is not None and (identity is None or parse(here).metadata.id in (identity, None)):
            return path
        if identity is None:
            return None
        for place, content in self.contents.items():
            if content is not None and parse(content).metadata.id == identity:
                return place
        owner = self.moment.owner(identity)
        return owner if owner is not None and self.content(owner) is not None else None

    def _moves(self, changes: Sequence[FileChange]) -> Iterator[Move]:
        """Join what a commit took from one path and put at another: the same bytes, or the same id."""
        gone = {change.path: change for change in changes if change.new is None}
        for change in changes:
            if change.new is not None and change.old is not None:
                yield Move(change.path, change.old, change.path, change.new)
            elif change.new is not None:
                source = self._source(change, gone.values())
                if source is not None:
                    del gone[source.path]
                yield Move(source.path if source else None, source.old if source else None, change.path, change.new)
        for change in gone.values():
            yield Move(change.path, change.old, None, None)

    def _source(self, change: FileChange, gone: Iterable[FileChange]) -> FileChange | None:
        if change.new is None:
            return None
        new = change.new
        return next((one for one in gone if one.old and self.session.is_same_note(one.old, new)), None)

    def _read(self, blob: BlobId | None) -> bytes | None:
        return None if blob is None else self.session.version_content(blob)
