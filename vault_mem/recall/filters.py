"""Which notes of a view may answer."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from vault_mem.index.view import IndexedNote, Positions
from vault_mem.notes.schema import DEFAULT_TIERS
from vault_mem.recall.query import Filters
from vault_mem.recall.temporal import Times, Window, covered

Test = Callable[[int, IndexedNote], bool]


class Facts(Protocol):
    """What a note's own text does not say, by the note's position in the view."""

    def status(self, position: int) -> str:
        """Return the effective status: as stated, or `superseded` where a successor names the note."""

    def status_at(self, position: int, now: datetime) -> str:
        """Return the effective status, `expired` where the note's time is over."""

    def answering(self, now: datetime) -> Positions:
        """Return the positions of the notes that answer unless told otherwise, in order."""

    def namespace(self, position: int) -> str:
        """Return the namespace, empty for the global one."""

    def changed(self, position: int) -> datetime | None:
        """Return when the note got its present text, None if that is not known."""

    def people(self, position: int) -> frozenset[str]:
        """Return who wrote its present text, people and agents, case-folded."""

    def note_time(self, position: int) -> tuple[datetime | None, datetime | None]:
        """Return the time that the note is about, the end exclusive; both None if nothing is known."""

    def stated_time(self, position: int) -> tuple[datetime | None, datetime | None]:
        """Return the same as far as the note, its name or its title state it."""

    @property
    def stated_times(self) -> Times:
        """The stated time of every note, in the order of their positions."""

    def touched(self, start: datetime | None, end: datetime | None) -> frozenset[int]:
        """Return the positions of the notes that were created or got their present text in a stretch of time."""


def select(notes: Sequence[IndexedNote], filters: Filters, facts: Facts, *, now: datetime) -> Positions:
    """Return the positions of the notes that pass, in order.

    Args:
        notes: the notes of a view.
        filters: what is asked for.
        facts: status, namespace and history of each note.
        now: the moment at which `expires` is judged.
    """
    tests = _tests(filters, facts)
    if filters.statuses or filters.valid_at is not None:
        tests.insert(0, _status_test(filters, facts, now))
        candidates = np.arange(len(notes))
    else:
        candidates = facts.answering(now)
    if not tests:
        return candidates
    chosen = (place for place in candidates.tolist() if all(test(place, notes[place]) for test in tests))
    return np.fromiter(chosen, dtype=np.intp)


def within(window: Window, positions: Positions, facts: Facts) -> Positions:
    """Return the positions of the notes that a window leaves, in order.

    These are the notes whose own time overlaps it, its margin included, and those that were created or changed in it.

    Args:
        window: the time a question speaks of.
        positions: notes of a view.
        facts: times of each note.
    """
    wide = window.widened
    touched = facts.touched(wide.start, wide.end)
    chosen = covered(wide, facts.stated_times)
    chosen[np.fromiter(touched, dtype=np.intp)] = True
    return positions[chosen[positions]]


def _tests(filters: Filters, facts: Facts) -> list[Test]:
    """Return the tests that the filters ask for, the one of status left out, the cheapest first."""
    tests: list[Test] = []
    if filters.namespace is not None:
        tests.append(lambda position, _: facts.namespace(position) == filters.namespace)
    if filters.path:
        matches = path_pattern(filters.path)
        tests.append(lambda _, note: matches(note.path))
    if filters.types:
        tests.append(lambda _, note: note.metadata.type in filters.types)
    if filters.categories:
        tests.append(lambda _, note: (note.metadata.category or note.metadata.type) in filters.categories)
    if filters.tiers:
        tests.append(lambda _, note: (note.metadata.tier or DEFAULT_TIERS.get(note.metadata.type)) in filters.tiers)
    if filters.tags:
        tests.append(lambda _, note: _has_tag(note, filters.tags))
    if filters.valid_at is not None:
        tests.append(_validity_test(filters.valid_at))
    if filters.authors:
        tests.append(lambda position, _: bool(filters.authors & facts.people(position)))
    if filters.since is not None or filters.until is not None:
        tests.append(_window_test(filters, facts))
    return tests


def _status_test(filters: Filters, facts: Facts, now: datetime) -> Test:
    """Judge the effective status; a question about another time of validity also reaches facts that were true then."""
    if filters.statuses:
        return lambda position, _: facts.status_at(position, now) in filters.statuses
    answering = frozenset(facts.answering(now).tolist())

    def test(position: int, note: IndexedNote) -> bool:
        was_true = facts.status_at(position, now) == "superseded" and note.metadata.valid_to is not None
        return position in answering or was_true

    return test


def _validity_test(moment: datetime) -> Test:
    def test(_: int, note: IndexedNote) -> bool:
        start, end = note.metadata.valid_from, note.metadata.valid_to
        return (start is None or start <= moment) and (end is None or moment < end)

    return test


def _window_test(filters: Filters, facts: Facts) -> Test:
    def within(moment: datetime | None) -> bool:
        if moment is None:
            return False
        return (filters.since is None or moment >= filters.since) and (filters.until is None or moment <= filters.until)

    return lambda position, note: within(note.metadata.created) or within(facts.changed(position))


def _has_tag(note: IndexedNote, wanted: frozenset[str]) -> bool:
    """Whether the note has one of the tags or a tag nested below it (`a` matches `a/b`, as in Obsidian)."""
    for tag in note.metadata.tags:
        parts = tag.casefold().split("/")
        if any("/".join(parts[:end]) in wanted for end in range(1, len(parts) + 1)):
            return True
    return False


def path_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test for paths that a folder, a note (with or without `.md`) or a glob means."""
    if any(character in pattern for character in "*?["):
        compiled = re.compile(fnmatch.translate(pattern))
        return lambda path: compiled.match(path) is not None
    return lambda path: path in {pattern, f"{pattern}.md"} or path.startswith(f"{pattern}/")
