"""Which notes go by a name: a table that follows changes of a few notes without being copied."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vault_mem.notes.model import NotePath

Entry = tuple[str, NotePath]
"""A name, and a note that goes by it."""

_MOST_CHANGES = 2_000


class Register:
    """Paths by name, each name's in order; never changed once it is made, safe to share between threads."""

    __slots__ = ("_base", "_changes")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Collect entries, given in the order of paths."""
        found: dict[str, list[NotePath]] = defaultdict(list)
        for name, path in entries:
            found[name].append(path)
        self._base: Mapping[str, Sequence[NotePath]] = dict(found)
        self._changes: Mapping[str, Sequence[NotePath]] = {}

    def get(self, name: str) -> Sequence[NotePath]:
        """Return the notes that go by a name, by path; none if there is none."""
        changed = self._changes.get(name)
        return self._base.get(name, ()) if changed is None else changed

    def items(self) -> Iterator[tuple[str, Sequence[NotePath]]]:
        """Yield every name with its notes, in no order."""
        yield from ((name, paths) for name, paths in self._base.items() if name not in self._changes)
        yield from ((name, paths) for name, paths in self._changes.items() if paths)

    def changed(self, gone: Iterable[Entry], new: Iterable[Entry]) -> Register:
        """Return the register without some entries and with others."""
        changes: dict[str, list[NotePath]] = {}
        for name, path in gone:
            kept = changes.setdefault(name, list(self.get(name)))
            if path in kept:
                kept.remove(path)
        for name, path in new:
            paths = changes.setdefault(name, list(self.get(name)))
            if path not in paths:
                insort(paths, path)
        return self._with({**self._changes, **changes})

    def _with(self, changes: Mapping[str, Sequence[NotePath]]) -> Register:
        """Lay changes over the table; where they are many, make a new one of both."""
        following = Register()
        following._base, following._changes = self._base, changes
        if len(changes) > _MOST_CHANGES:
            following._base, following._changes = dict(following.items()), {}
        return following
