"""Taking acts back: the inverse of what commits did to notes, applied to the notes as they are now."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.memory.undo.inverse import taken_back
from vault_mem.notes.document import id_in
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange

CHANGED = "the same lines or properties have changed since"
EDITED = "it has changed since it was written"
TAKEN = "another note is there now"


@dataclass(frozen=True, slots=True)
class Move:
    """What a commit did to one note: where it was and is, and its content there; None where it was or is not."""

    commit: CommitId
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
        places: where notes with an id were put last.
    """

    session: Session
    moment: Moment
    contents: dict[NotePath, bytes | None] = field(default_factory=dict)
    moved: dict[NotePath, NotePath] = field(default_factory=dict)
    clashes: dict[NotePath, str] = field(default_factory=dict)
    places: dict[str, NotePath] = field(default_factory=dict)

    def take_back(self, record: CommitRecord) -> None:
        """Apply the inverse of one commit."""
        for move in self._moves(record):
            self._take_back(move)

    def content(self, path: NotePath) -> bytes | None:
        """Return what would be at a path."""
        return self.contents[path] if path in self.contents else self._now(path)

    def changed(self) -> Iterator[tuple[NotePath, bytes | None, bytes | None]]:
        """Yield (path, content now, content then) of what would be other than now, by path."""
        for path, content in sorted(self.contents.items()):
            now = self._now(path)
            if now != content:
                yield path, now, content

    def _now(self, path: NotePath) -> bytes | None:
        blob = self.moment.blob(path)
        return None if blob is None else self.session.content(self.moment, blob)

    def _take_back(self, move: Move) -> None:
        new = self._read(move.new)
        old = self._read(move.old)
        if new is None or move.after is None:
            self._bring_back(move, old)
            return
        place = self._place(move.after, new)
        if place != move.after and old is not None and _are_two(old, new):
            self._take_back(Move(move.commit, None, None, move.after, move.new))
            self._bring_back(move, old)
            return
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
        if old is None or move.before is None:
            return
        here = self.content(move.before)
        if here == old or self._is_somewhere(move.before, here, old, move.commit):
            return
        if here is not None:
            self.clashes.setdefault(move.before, TAKEN)
        else:
            self._set(move.before, old)

    def _is_somewhere(self, path: NotePath, here: bytes | None, old: bytes, commit: CommitId) -> bool:
        """Whether a note that a commit deleted is back: its id is, and not only in a copy that the commit left."""
        identity = id_in(old)
        if identity is None:
            return False
        if here is not None and id_in(here) == identity:
            return True
        place = self._elsewhere(identity)
        if place is None or place == path:
            return False
        left = self.session.vault.tree(commit).get(place)
        return left is None or self.session.note_id(left) != identity

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
        self._set(target, content)

    def _set(self, path: NotePath, content: bytes) -> None:
        self.contents[path] = content
        identity = id_in(content)
        if identity is not None:
            self.places[identity] = path

    def _place(self, path: NotePath, written: bytes) -> NotePath | None:
        """Return where the note is that once had this content at this path, None if it is nowhere.

        A note without an id at the path is taken for it only where no other note has its id.
        """
        identity = id_in(written)
        here = self.content(path)
        known = id_in(here) if here is not None else None
        if here is not None and identity in (None, known):
            return path
        found = self._elsewhere(identity) if identity is not None else None
        return path if found is None and here is not None and known is None else found

    def _elsewhere(self, identity: str) -> NotePath | None:
        """Return where the note with an id would be."""
        for place in (self.places.get(identity), self.moment.owner(identity)):
            content = self.content(place) if place is not None else None
            if content is not None and id_in(content) == identity:
                return place
        return None

    def _moves(self, record: CommitRecord) -> Iterator[Move]:
        """Join what a commit took from one path and put at another: the same id, or without one the same bytes."""
        gone: dict[str, deque[FileChange]] = defaultdict(deque)
        for change in record.changes:
            if change.new is None and change.old is not None:
                gone[self._mark(change.old)].append(change)
        for change in record.changes:
            if change.new is not None:
                source: FileChange | None = change
                if change.old is None:
                    sources = gone[self._mark(change.new)]
                    source = sources.popleft() if sources else None
                before, old = (source.path, source.old) if source else (None, None)
                yield Move(record.id, before, old, change.path, change.new)
        for change in (left for sources in gone.values() for left in sources):
            yield Move(record.id, change.path, change.old, None, None)

    def _mark(self, blob: BlobId) -> str:
        return self.session.note_id(blob) or blob

    def _read(self, blob: BlobId | None) -> bytes | None:
        return None if blob is None else self.session.version_content(blob)


def _are_two(old: bytes, new: bytes) -> bool:
    """Whether the versions are of two notes: each has an id, and not the same."""
    first, second = id_in(old), id_in(new)
    return first is not None and second is not None and first != second
