"""What replaces what: the successors of notes, and rankings in which nothing stands above what replaces it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from vault_mem.index.view import IndexedNote, Positions
from vault_mem.memory.references import References
from vault_mem.notes.model import NotePath
from vault_mem.recall.ranking import Ranked

Successors = Mapping[NotePath, tuple[NotePath, ...]]
_T = TypeVar("_T")


def find_successors(notes: Iterable[IndexedNote], references: References) -> Successors:
    """Return the notes that replace a note, by its path, in the order of paths.

    Notes that name each other in a circle replace none of it. A successor in the inbox or a mere hypothesis replaces
    nothing; nor does an archived one, unless something that stands replaces it in turn.
    """
    found: dict[NotePath, list[NotePath]] = {}
    archived: set[NotePath] = set()
    for note in notes:
        if note.metadata.status in {"inbox", "hypothesis"}:
            continue
        if note.metadata.status == "archived":
            archived.add(note.path)
        for target in note.metadata.relations.get("supersedes", ()):
            old = references.link(target, source=note.path)
            if old is not None and old != note.path and note.path not in found.setdefault(old, []):
                found[old].append(note.path)
    circle = _circles(found)
    kept = {old: [new for new in news if circle[new] != circle[old]] for old, news in found.items()}
    fallen = _fallen(kept, archived)
    standing = {old: tuple(new for new in news if new not in fallen) for old, news in kept.items()}
    return {old: news for old, news in standing.items() if news}


def replacing(path: NotePath, successors: Successors) -> frozenset[NotePath]:
    """Return all notes that replace a note, directly or by a chain."""
    return frozenset(_reached([path], successors) - {path})


def last_successors(path: NotePath, successors: Successors) -> tuple[NotePath, ...]:
    """Return the ends of the chains that begin at a note, in the order of paths; empty if nothing replaces it."""
    return tuple(sorted(new for new in replacing(path, successors) if new not in successors))


@dataclass(frozen=True)
class Replaced:
    """The notes of a view as a ranking needs them to put nothing above what replaces it.

    Attributes:
        notes: of the view.
        places: position of each note, by path.
        successors: as `find_successors` gives them.
    """

    notes: Sequence[IndexedNote]
    places: Mapping[NotePath, int]
    successors: Successors

    def leading(self, positions: Positions) -> Positions:
        """Return positions with those of all notes that these replace, directly or by a chain, in order.

        Whoever asks in the words of a replaced note means what replaces it; `python -m tests.benchmarks.stale` prints
        what this is worth (`without replaced`).
        """
        if not self.successors:
            return positions
        given = np.zeros(len(self.notes), dtype=np.bool_)
        given[positions] = True
        replaced = _reached((new for new in self._replaces if given[self.places[new]]), self._replaces)
        given[[self.places[path] for path in replaced]] = True
        return np.flatnonzero(given)

    @cached_property
    def _replaces(self) -> Mapping[NotePath, Sequence[NotePath]]:
        return _inverted(self.successors)

    def arranged(self, ranked: Sequence[Ranked], *, spare: Sequence[Ranked], positions: Positions) -> Sequence[Ranked]:
        """Put before each passage of a replaced note the best one of each note that replaces it.

        A successor comes to the place of what it replaces and gets its score, so that scores never rise down the list.
        One that did not match comes too, if it may answer: with its first passage, and the findings on the other note.
        What may not answer but led to its successor is left out at last.

        Args:
            ranked: passages, best first.
            spare: the same with those that were left out.
            positions: of the notes that may answer; no other note is added.
        """
        if not self.successors or not any(self._path(entry) in self.successors for entry in ranked):
            return ranked
        allowed = frozenset(positions.tolist())
        matched = {entry.position: entry for entry in reversed(spare)}

        def left_out(path: NotePath, old: Ranked) -> Ranked | None:
            place = self.places[path]
            if place not in allowed:
                return None
            return matched.get(place) or replace(old, position=place, document=self.notes[place].documents[0])

        ordered = after_successors(ranked, self._path, self.successors, left_out)
        score = 0.0
        for place in range(len(ordered) - 1, -1, -1):
            score = max(score, ordered[place].score)
            if ordered[place].score < score:
                ordered[place] = replace(ordered[place], score=score)
        return [entry for entry in ordered if entry.position in allowed]

    def _path(self, entry: Ranked) -> NotePath:
        return self.notes[entry.position].path


def after_successors(
    items: Sequence[_T],
    path_of: Callable[[_T], NotePath],
    successors: Successors,
    missing: Callable[[NotePath, _T], _T | None] = lambda _path, _old: None,
) -> list[_T]:
    """Move before each item the first item of every note that replaces its note, the last of a chain first.

    Args:
        items: in order; several may be of one note.
        path_of: the note of an item.
        successors: as `find_successors` gives them.
        missing: the item of a note that has none, given that note and the item it replaces; None to do without.
    """
    first: dict[NotePath, int] = {}
    for place, item in enumerate(items):
        first.setdefault(path_of(item), place)
    ordered: list[_T] = []
    moved: set[int] = set()
    done: set[NotePath] = set()
    for place, item in enumerate(items):
        path = path_of(item)
        for new in () if path in done else _newest_first(path, successors, first, done):
            done.add(new)
            if new != path:
                leader = items[first[new]] if new in first else missing(new, item)
                moved.add(first.get(new, -1))
                ordered += [] if leader is None else [leader]
        if place not in moved:
            ordered.append(item)
    return ordered


def _newest_first(
    path: NotePath, successors: Successors, first: Mapping[NotePath, int], done: Collection[NotePath]
) -> list[NotePath]:
    """Return a note after all that replaces it, directly or not, without what is done; better ranked ones first."""
    ordered: dict[NotePath, None] = {}
    waiting = [(path, False)]
    while waiting:
        new, is_open = waiting.pop()
        if is_open:
            ordered[new] = None
        elif new not in ordered and new not in done:
            waiting.append((new, True))
            ranked = sorted(successors.get(new, ()), key=lambda other: first.get(other, len(first)), reverse=True)
            waiting.extend((other, False) for other in ranked)
    return list(ordered)


def _reached(starts: Iterable[NotePath], graph: Mapping[NotePath, Sequence[NotePath]]) -> set[NotePath]:
    """Return the notes that others lead to, these included."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        further = [path for path in graph.get(waiting.pop(), ()) if path not in found]
        found.update(further)
        waiting += further
    return found


def _inverted(successors: Mapping[NotePath, Sequence[NotePath]]) -> dict[NotePath, list[NotePath]]:
    """Return the notes that each note replaces."""
    replaced: dict[NotePath, list[NotePath]] = {}
    for old, news in successors.items():
        for new in news:
            replaced.setdefault(new, []).append(old)
    return replaced


def _fallen(successors: Mapping[NotePath, Sequence[NotePath]], archived: Collection[NotePath]) -> set[NotePath]:
    """Return the archived notes that nothing that stands replaces."""
    replaced = _inverted(successors)
    return set(archived) - _reached((new for new in replaced if new not in archived), replaced)


def _circles(graph: Mapping[NotePath, Sequence[NotePath]]) -> dict[NotePath, int]:
    """Number the groups of notes that lead to each other; a note that is in no circle is a group of its own.

    Source: Kosaraju's algorithm, in Aho, Hopcroft and Ullman, Data Structures and Algorithms, 1983; linear in the
    number of links, so that a chain of many thousand notes is no trap.
    """
    backwards: dict[NotePath, list[NotePath]] = {}
    for old, news in graph.items():
        backwards.setdefault(old, [])
        for new in news:
            backwards.setdefault(new, []).append(old)
    finished: dict[NotePath, None] = {}
    for start in backwards:
        waiting = [(start, False)]
        seen_here: set[NotePath] = set()
        while waiting:
            path, is_left = waiting.pop()
            if is_left:
                finished[path] = None
            elif path not in finished and path not in seen_here:
                seen_here.add(path)
                waiting.append((path, True))
                waiting.extend((new, False) for new in graph.get(path, ()))
    group: dict[NotePath, int] = {}
    for number, start in enumerate(reversed(finished)):
        reached = [start] if start not in group else []
        while reached:
            path = reached.pop()
            group[path] = number
            reached.extend(old for old in backwards[path] if old not in group)
    return group
