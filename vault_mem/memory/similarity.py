"""Near-duplicates: notes that say nearly the same."""

from __future__ import annotations

from vault_mem.index.analysis import analyze
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.model import NotePath
from vault_mem.recall.excerpts import without_title
from vault_mem.recall.filters import select
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.ranking import rank

CANDIDATES = 8
PROBE_CHARACTERS = 1_000
QUESTION_CHARACTERS = 300
MIN_OVERLAP = 0.6
MIN_COSINE = 0.92


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the Jaccard similarity of two token sets, 0..1; 0 for two empty ones."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def similar_notes(session: Session, moment: Moment, text: str, *, without: NotePath) -> tuple[NotePath, ...]:
    """Return the paths of notes that say nearly what the text says, the nearest first.

    A note counts if one of its passages shares at least 60 % of the words (Jaccard over analysed tokens) or is at least
    0.92 alike in meaning (cosine). Archived and superseded notes do not count.
    """
    probe = text[:PROBE_CHARACTERS]
    words = frozenset(analyze(probe))
    if not words or not moment.view.notes:
        return ()
    question = Question(text=probe[:QUESTION_CHARACTERS], filters=Filters(), now=session.now(), limit=CANDIDATES)
    positions = select(moment.view.notes, question.filters, moment, now=question.now)
    ranking = rank(question, session.index, view=moment.view, positions=positions, facts=moment)
    found: list[NotePath] = []
    for entry in ranking.ranked[:CANDIDATES]:
        note = moment.view.notes[entry.position]
        path = note.path
        chunk = session.index.catalog.chunk(entry.document)
        passage = frozenset(analyze(without_title(chunk.text, note.title)))
        alike = overlap(words, passage) >= MIN_OVERLAP or (entry.cosine or 0.0) >= MIN_COSINE
        if alike and path != without and path not in found:
            found.append(path)
    return tuple(found)
