"""The questions that a vault asks of itself, with the notes that answer them; nobody labelled anything.

A note that was revised in place asks nothing: its old text is in no view of today, so it can be no stale hit.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vault_mem.index.analysis import analyze, runs
from vault_mem.index.index import Index
from vault_mem.index.view import IndexedNote
from vault_mem.memory.evaluating.mentions import link_context
from vault_mem.memory.moment import Moment
from vault_mem.memory.succession import last_successors
from vault_mem.notes.model import Chunk, Link, NotePath
from vault_mem.recall.excerpts import without_title
from vault_mem.recall.temporal import day_of
from vault_mem.recall.terms import term_weights

KINDS = ("supersessions", "links", "questions", "headings")

MAX_PER_ANSWER = 3
"""Links to the same note that are asked, so that one note that everything links to does not decide."""

MIN_TOKENS = 4
"""Telling words of a question; with fewer nobody could answer it."""

MIN_TEXT = 5
"""Telling words of a note beyond its title: without any, it can be found by its name only, which is not asked."""

TELLING = 8
MAX_SURVEYED = 300
MAX_READ = 5_000
"""Notes that are read in search of questions."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, the note it is taken from, and the notes that answer it (none: it is asked for stale hits only)."""

    kind: str
    text: str
    source: NotePath
    expected: frozenset[NotePath]


class Probing:
    """Finds the questions in one view; the same view asks the same questions."""

    def __init__(self, moment: Moment, index: Index, positions: Iterable[int]) -> None:
        """Take the view, and the positions of the notes that may answer."""
        self._moment = moment
        self._index = index
        self._answering = frozenset(moment.view.notes[position].path for position in positions)

    def probes(self, limit: int) -> list[Probe]:
        """Return at most `limit` questions of each kind, in the order of `KINDS`."""
        finders: tuple[Callable[[], Iterator[Probe]], ...] = (
            self._supersessions,
            self._links,
            self._questions,
            self._headings,
        )
        return [probe for find in finders for probe in _sample(find(), limit)]

    def _supersessions(self) -> Iterator[Probe]:
        """Ask with the title and with the telling words of every replaced note; what stands last answers."""
        successors = self._moment.successors
        for path in _shuffled(successors):
            ends = frozenset(last_successors(path, successors)) & self._answering
            note = self._moment.note(path)
            asked = dict.fromkeys((note.title, self._telling_words(note)))
            yield from (Probe("supersessions", text, path, ends) for text in asked if text)

    def _links(self) -> Iterator[Probe]:
        """Ask with what is said around each link in a text, without the name of the note it leads to."""
        found = [
            (note.path, link, target)
            for note in self._moment.view.notes
            if note.path in self._answering
            for link in note.links
            if link.relation is None and (target := self._target(note, link)) is not None
        ]
        for path, link, target in sorted(found, key=lambda item: _digest(f"{item[0]}:{item[1].line}:{item[2].path}")):
            text = self._context(path, link, target)
            if _tells(text, MIN_TOKENS) and _tells(self._text(target), MIN_TEXT):
                yield Probe("links", text, path, frozenset({target.path}))

    def _questions(self) -> Iterator[Probe]:
        """Ask the notes that others answer."""
        answers: dict[NotePath, set[NotePath]] = {}
        for edge in self._moment.edges:
            if edge.relation == "answers" and edge.path is not None and edge.source in self._answering:
                answers.setdefault(edge.path, set()).add(edge.source)
        for path in _shuffled(answers):
            note = self._moment.note(path)
            text = note.title if _tells(note.title, MIN_TOKENS) else f"{note.title} {self._text(note)[:200]}"
            yield Probe("questions", " ".join(text.split()), path, frozenset(answers[path]))

    def _headings(self) -> Iterator[Probe]:
        """Ask the titles and headings that ask; the answer is the note they stand in."""
        for path in _shuffled(self._answering)[:MAX_READ]:
            note = self._moment.note(path)
            last = (chunk.headings[-1] for chunk in self._chunks(note) if chunk.headings)
            for text in dict.fromkeys((note.title, *last)):
                if text.rstrip().endswith(("?", "？")) and _tells(text, MIN_TOKENS - 1):
                    yield Probe("headings", text, path, frozenset({path}))

    def _target(self, note: IndexedNote, link: Link) -> IndexedNote | None:
        """Return the note a link leads to, None if it is none to ask for: the same, retired, a day's."""
        if not link.target or link.style == "block":
            return None
        path = self._moment.references.link(link.target, source=note.path, style=link.style)
        if path is None or path == note.path or path not in self._answering:
            return None
        target = self._moment.note(path)
        return None if day_of(target.name, target.title) else target

    def _context(self, path: NotePath, link: Link, target: IndexedNote) -> str:
        names = (target.title, target.name, link.target, link.target.rpartition("/")[2], *target.metadata.aliases)
        for chunk in self._chunks(self._moment.note(path)):
            lines = chunk.text.split("\n")
            if 0 <= link.line - chunk.lines.first < len(lines):
                line = lines[link.line - chunk.lines.first]
                return link_context(line, (*names, link.label or ""), is_enough=lambda text: _tells(text, MIN_TOKENS))
        return ""

    def _telling_words(self, note: IndexedNote) -> str:
        """Return the words of a note that tell most, in reading order."""
        pieces = [piece for run in runs(f"{note.title}\n{self._text(note)}") for piece in run.pieces if not piece.whole]
        surfaces = {piece.token: piece.surface for piece in reversed(pieces[:MAX_SURVEYED])}
        counts = self._index.frequencies(tuple(surfaces), view=self._moment.view)
        weights = term_weights(counts, len(self._moment.view.notes))
        best = sorted(surfaces, key=lambda token: (-weights[token], token))[:TELLING]
        return " ".join(dict.fromkeys(piece.surface for piece in pieces if piece.token in best))

    def _chunks(self, note: IndexedNote) -> list[Chunk]:
        found = self._index.catalog.chunks(note.documents)
        return [found[document] for document in note.documents]

    def _text(self, note: IndexedNote) -> str:
        return "\n".join(without_title(chunk.text, note.title) for chunk in self._chunks(note))


def _sample(probes: Iterator[Probe], limit: int) -> Iterator[Probe]:
    """Yield the first ones, each question once, and not too many of one answer."""
    answers: Counter[frozenset[NotePath]] = Counter()
    seen: set[tuple[str, frozenset[NotePath]]] = set()
    for probe in probes:
        if len(seen) == limit:
            return
        is_enough = probe.kind == "links" and answers[probe.expected] == MAX_PER_ANSWER
        if is_enough or (probe.text, probe.expected) in seen:
            continue
        answers[probe.expected] += 1
        seen.add((probe.text, probe.expected))
        yield probe


def _tells(text: str, tokens: int) -> bool:
    return len(set(analyze(text[:2_000], query=True))) >= tokens


def _shuffled(paths: Iterable[NotePath]) -> list[NotePath]:
    return sorted(paths, key=_digest)


def _digest(text: str) -> bytes:
    """Return what to sort by so that the order says nothing and is the same everywhere."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
