"""From the name in a link to a note's path, and back to the shortest name that means it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.identifiers import fold
from vault_mem.notes.model import NotePath
from vault_mem.notes.register import Entry, Register
from vault_mem.notes.wikilinks import is_linkable

_EXTENSION = ".md"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means: `path` if it is one note, else the candidates it may mean, by path; none if it is broken."""

    path: NotePath | None = None
    candidates: tuple[NotePath, ...] = ()


Named = tuple[NotePath, Sequence[str], str | None]
"""A note's path, its aliases and its title."""


class Names:
    """The names of all notes of one revision; never changed once they are made."""

    def __init__(self, notes: Iterable[Named]) -> None:
        """Index notes."""
        known = sorted(notes, key=lambda note: note[0])
        self._by = {kind: Register(_entries(known, names)) for kind, names in _KINDS}

    def changed(self, gone: Iterable[Named], new: Iterable[Named]) -> Names:
        """Return the names that follow where some notes go and others come."""
        left, added = list(gone), list(new)
        following = Names(())
        following._by = {
            kind: self._by[kind].changed(_entries(left, names), _entries(added, names)) for kind, names in _KINDS
        }
        return following

    def is_taken(self, name: str) -> bool:
        """Whether a note has this file name or alias; the name is folded."""
        return bool(self._by["name"].get(name) or self._by["alias"].get(name))

    def resolve(self, target: str, *, source: NotePath | None = None, style: str = "wiki") -> Resolution:
        """Return the note a link's target names.

        In this order, and the first that gives any note decides: the path as a Markdown link counts it (from the folder
        of `source`, for `style` "markdown" and for targets that start with a dot); the exact path; the path whatever
        its case; the file name; an alias; the end of a path; a Logseq page name (`a/b` is the file `a___b.md` or
        `a%2Fb.md`); the same for the percent-decoded target. Among several notes whose names differ in case only, the
        one with the exact case wins; no note wins for being near.

        Args:
            target: the target without heading, block and label, with or without `.md`.
            source: the note that holds the link; relative targets are broken without it.
            style: `Link.style`.

        Source: help.obsidian.md "Internal links"; docs.logseq.com "Namespaces".
        """
        name = target.strip()
        if not name:
            return _one(source) if source else Resolution()
        relative = self._relative(name, source) if style == "markdown" or name.startswith(("./", "../")) else None
        if relative:
            return _one(relative)
        found = self._lookup(name.removeprefix("/"))
        if not found.candidates and "%" in name:
            decoded = unquote(name).removeprefix("/")
            return self._lookup(decoded) if decoded.strip() else found
        return found

    def by_title(self, text: str) -> tuple[NotePath, ...]:
        """Return the notes with this title, whatever its case, by path. Links never mean titles; people do."""
        return tuple(self._by["title"].get(fold(text.strip())))

    def shortest(self, path: NotePath) -> str:
        """Return the shortest link text that means this note: its file name, else its path, both without `.md`.

        Raises:
            InvalidNoteError: if the path has what ends a link, such as `|`: what was written would mean another note.
        """
        stem = _stem(path)
        if not is_linkable(stem):
            raise InvalidNoteError(f"No link can name {path!r}", "Rename the file without [ ] | # and ^")
        name = posixpath.basename(stem)
        if self.resolve(name).path == path:
            return name
        return stem if self.resolve(stem).path == path else path

    def twins(self) -> tuple[tuple[NotePath, ...], ...]:
        """Return the groups of notes whose file names are the same whatever their case, by name."""
        return tuple(tuple(paths) for _, paths in sorted(self._by["name"].items()) if len(paths) > 1)

    def _lookup(self, name: str) -> Resolution:
        exact = self._exact(name)
        if exact:
            return _one(exact)
        stem = _stem(name)
        folded = fold(stem)
        for candidates in (
            self._by["path"].get(folded),
            self._by["name"].get(folded),
            self._by["alias"].get(folded),
            self._ending_with(folded),
            self._by["decoded"].get(folded),
        ):
            if candidates:
                return _decide(candidates, stem)
        return Resolution()

    def _exact(self, name: str) -> NotePath | None:
        """Return the note at exactly this path, with or without `.md`."""
        for path in (name, name + _EXTENSION):
            if path in self._by["path"].get(fold(_stem(path))):
                return NotePath(path)
        return None

    def _relative(self, name: str, source: NotePath | None) -> NotePath | None:
        """Return the note at a path counted from the source's folder; a path that leaves the vault is no note."""
        if source is None:
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), name))
        return self._exact(path)

    def _ending_with(self, folded: str) -> list[NotePath]:
        if "/" not in folded:
            return []
        same_name = self._by["name"].get(posixpath.basename(folded))
        return [path for path in same_name if fold(_stem(path)).endswith(f"/{folded}")]


def _decide(candidates: Sequence[NotePath], stem: str) -> Resolution:
    """Choose the only one, or the only one in the exact case."""
    if len(candidates) > 1:
        exact = [path for path in candidates if f"/{_stem(path)}".endswith(f"/{stem}")]
        if len(exact) == 1:
            return _one(exact[0])
    return _one(candidates[0]) if len(candidates) == 1 else Resolution(None, tuple(candidates))


def _one(path: NotePath) -> Resolution:
    return Resolution(path, (path,))


def _entries(notes: Iterable[Named], names: _NamesOf) -> Iterable[Entry]:
    return ((name, note[0]) for note in notes for name in names(*note))


def _paths(path: NotePath, _aliases: Sequence[str], _title: str | None) -> Iterable[str]:
    return (fold(_stem(path)),)


def _file_names(path: NotePath, _aliases: Sequence[str], _title: str | None) -> Iterable[str]:
    return (posixpath.basename(fold(_stem(path))),)


def _aliases(_path: NotePath, aliases: Sequence[str], _title: str | None) -> Iterable[str]:
    return {fold(alias.strip()) for alias in aliases} if aliases else ()


def _titles(_path: NotePath, _aliases: Sequence[str], title: str | None) -> Iterable[str]:
    return (fold(title.strip()),) if title else ()


def _decoded(path: NotePath, _aliases: Sequence[str], _title: str | None) -> Iterable[str]:
    name = posixpath.basename(_stem(path))
    return (fold(unquote(name.replace("___", "/"))),) if "___" in name or "%" in name else ()


def _stem(path: str) -> str:
    return path[: -len(_EXTENSION)] if path.lower().endswith(_EXTENSION) else path


_NamesOf = Callable[[NotePath, Sequence[str], str | None], Iterable[str]]
_KINDS: Sequence[tuple[str, _NamesOf]] = (
    ("path", _paths),
    ("name", _file_names),
    ("alias", _aliases),
    ("title", _titles),
    ("decoded", _decoded),
)
