"""Finding the note that a person or an agent means."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from vault_mem.errors import AmbiguousNoteError, NoteNotFoundError
from vault_mem.index.view import IndexedNote
from vault_mem.notes.identifiers import fold, is_id
from vault_mem.notes.model import NotePath
from vault_mem.notes.names import Names

MIN_ID_PREFIX = 6
MAX_REFERENCE = 1_000
MAX_SUGGESTED_FROM = 5_000


class References:
    """Everything by which the notes of one view can be named, built once a view."""

    def __init__(self, notes: Sequence[IndexedNote]) -> None:
        """Take the notes; what a look-up needs is collected when it is first needed."""
        self._notes = notes

    @cached_property
    def names(self) -> Names:
        """File names, paths, aliases and titles."""
        return Names((note.path, note.metadata.aliases, note.title) for note in self._notes)

    @cached_property
    def _paths(self) -> frozenset[NotePath]:
        return frozenset(note.path for note in self._notes)

    @cached_property
    def _ids(self) -> Mapping[str, list[NotePath]]:
        return _collect((note.metadata.id, note.path) for note in self._notes if note.metadata.id)

    @cached_property
    def _keys(self) -> Mapping[str, list[NotePath]]:
        return _collect((fold(note.metadata.key), note.path) for note in self._notes if note.metadata.key)

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
        return self._ids.get(note_id, [])

    def link(self, target: str, *, source: NotePath | None = None, style: str = "wiki") -> NotePath | None:
        """Return the note a link leads to, None if it is broken or ambiguous."""
        return self.names.resolve(target, source=source, style=style).path

    def _candidates(self, text: str) -> Iterable[Sequence[NotePath]]:
        """Yield the notes that each way of naming finds, the surest way first."""
        if not text or len(text) > MAX_REFERENCE:
            return
        paths = (NotePath(text), NotePath(f"{text}.md")) if "/" in text else (NotePath(text),)
        yield [path for path in paths if path in self._paths][:1]
        yield self._ids.get(text.upper(), [])
        yield self._by_prefix(text.upper())
        yield self._keys.get(fold(text), [])
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


def _collect(pairs: Iterable[tuple[str, NotePath]]) -> Mapping[str, list[NotePath]]:
    found: dict[str, list[NotePath]] = defaultdict(list)
    for name, path in pairs:
        found[name].append(path)
    return found


def _unwrapped(reference: str) -> str:
    """Return the target of a `[[link|label]]`, or the text as it is."""
    text = reference.strip()
    if text.startswith("[[") and text.endswith("]]"):
        text = text[2:-2].split("|")[0].split("#")[0].strip()
    return text
