"""Finding the note that a person or an agent means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from vault_mem.errors import AmbiguousNoteError, NoteNotFoundError
from vault_mem.index.view import IndexedNote, place_of
from vault_mem.notes.identifiers import fold, is_id
from vault_mem.notes.model import NotePath
from vault_mem.notes.names import Named, Names
from vault_mem.notes.register import Entry, Register

MIN_ID_PREFIX = 6
MAX_REFERENCE = 1_000
MAX_SUGGESTED_FROM = 5_000
_NUMBER = re.compile(r"-\d+\Z")


class References:
    """Everything by which the notes of one view can be named; never changed once it is made."""

    def __init__(self, notes: Sequence[IndexedNote]) -> None:
        """Take the notes, by path; what a look-up needs is collected when it is first needed."""
        self._notes = notes

    @cached_property
    def names(self) -> Names:
        """File names, paths, aliases and titles."""
        return Names(map(_named, self._notes))

    @cached_property
    def _ids(self) -> Register:
        return Register(_ids(self._notes))

    @cached_property
    def _keys(self) -> Register:
        return Register(_keys(self._notes))

    @cached_property
    def _untitled(self) -> Register:
        return Register(_untitled(self._notes))

    def changed(
        self, notes: Sequence[IndexedNote], gone: Sequence[IndexedNote], new: Sequence[IndexedNote]
    ) -> References:
        """Return those of a view that follows where some notes go and others come."""
        following = References(notes)
        for name, names in (("_ids", _ids), ("_keys", _keys), ("_untitled", _untitled)):
            if name in self.__dict__:
                following.__dict__[name] = self.__dict__[name].changed(names(gone), names(new))
        if "names" in self.__dict__:
            following.__dict__["names"] = self.names.changed(map(_named, gone), map(_named, new))
        return following

    def find(self, reference: str, *, at: str | None = None) -> NotePath:
        """Return the one note that the reference means.

        Tried in this order: path, id, unique id prefix (6 characters or more), key, link text (name or alias), title.

        Raises:
            NoteNotFoundError: with the nearest names, if nothing answers to it.
            AmbiguousNoteError: if several notes do.
        """
        text = _unwrapped(reference)
        for candidates in self._candidates(text):
            if len(candidates) == 1:
                return candidates[0]
            if candidates:
                raise AmbiguousNoteError(reference, candidates)
        raise NoteNotFoundError(reference, at=at, suggestions=self._suggestions(text))

    def with_id(self, note_id: str) -> Sequence[NotePath]:
        """Return the notes that have an id, by path; more than one if a file was copied."""
        return self._ids.get(note_id)

    def with_key(self, key: str) -> Sequence[NotePath]:
        """Return the notes that have a key, whatever its case, by path."""
        return self._keys.get(fold(key))

    def titled(self, title: str) -> Sequence[NotePath]:
        """Return the notes with a title, by path; those without a heading by their file name, less a number at its end.

        Args:
            title: folded.
        """
        found = set(self._untitled.get(title))
        for path in self.names.by_title(title):
            place = place_of(self._notes, path)
            if place is not None and self._notes[place].stored.title is not None:
                found.add(path)
        return sorted(found)

    def link(self, target: str, *, source: NotePath | None = None, style: str = "wiki") -> NotePath | None:
        """Return the note a link leads to, None if it is broken or ambiguous."""
        return self.names.resolve(target, source=source, style=style).path

    def _candidates(self, text: str) -> Iterable[Sequence[NotePath]]:
        """Yield the notes that each way of naming finds, the surest way first."""
        if not text or len(text) > MAX_REFERENCE:
            return
        paths = (NotePath(text), NotePath(f"{text}.md")) if "/" in text else (NotePath(text),)
        yield [path for path in paths if place_of(self._notes, path) is not None][:1]
        yield self._ids.get(text.upper())
        yield self._by_prefix(text.upper())
        yield self._keys.get(fold(text))
        resolution = self.names.resolve(text)
        yield [resolution.path] if resolution.path else resolution.candidates
        yield self.names.by_title(text)

    def _by_prefix(self, text: str) -> list[NotePath]:
        if len(text) < MIN_ID_PREFIX or not is_id(text.ljust(26, "0")):
            return []
        return [path for identity, paths in self._ids.items() if identity.startswith(text) for path in paths]

    def _suggestions(self, text: str) -> list[str]:
        """Return up to three names that look like the reference."""
        known = [fold(note.title) for note in self._notes[:MAX_SUGGESTED_FROM]]
        return difflib.get_close_matches(fold(text)[:80], known, n=3, cutoff=0.6)


def unnumbered(name: str) -> str:
    """Return a folded file name without the number that tells it from others (`-2`)."""
    return _NUMBER.sub("", name)


def _named(note: IndexedNote) -> Named:
    return note.path, note.metadata.aliases, note.title


def _ids(notes: Iterable[IndexedNote]) -> Iterator[Entry]:
    return ((note.metadata.id, note.path) for note in notes if note.metadata.id)


def _keys(notes: Iterable[IndexedNote]) -> Iterator[Entry]:
    return ((fold(note.metadata.key), note.path) for note in notes if note.metadata.key)


def _untitled(notes: Iterable[IndexedNote]) -> Iterator[Entry]:
    return ((unnumbered(fold(note.title)), note.path) for note in notes if note.stored.title is None)


def _unwrapped(reference: str) -> str:
    """Return the target of a `[[link|label]]`, or the text as it is."""
    text = reference.strip()
    if text.startswith("[[") and text.endswith("]]"):
        text = text[2:-2].split("|")[0].split("#")[0].strip()
    return text
