"""Ranking the passages of a view for a question.

Two stages: every passage that may answer is scored by its words, its meaning and its note (`candidates`), then the best
of them by a weighted sum of named features (`features`), weighed at last by what the notes say of themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vault_mem.errors import InvalidQueryError
from vault_mem.index.index import Index
from vault_mem.index.view import IndexedNote, Positions, View
from vault_mem.notes.model import NotePath
from vault_mem.recall.candidates import Candidates, find_candidates
from vault_mem.recall.features import DEPTH, NAMES, Reading, read_candidates
from vault_mem.recall.filters import Facts
from vault_mem.recall.query import Question
from vault_mem.recall.relevance import relevance
from vault_mem.recall.scores import FloatArray, min_max
from vault_mem.recall.temporal import Window, closeness
from vault_mem.recall.terms import Terms, understand
from vault_mem.recall.weights import Weights

STATUS_FACTORS = {"active": 1.0, "disputed": 0.9, "hypothesis": 0.85}
OTHER_STATUS_FACTOR = 0.5
TEMPLATE_FACTOR = 0.5
"""For a form that waits to be filled in, unless the question is about templates."""

_TEMPLATE_FOLDERS = frozenset({"template", "templates", "_templates"})


@dataclass(frozen=True, slots=True)
class Findings:
    """What both stages found of the candidates of a ranking, by their place in the first stage's order.

    `asked` are the question's tokens.
    """

    candidates: Candidates
    reading: Reading
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One passage in the ranking.

    Attributes:
        position: of its note in the view.
        document: its id in the index.
        score: 0..1 within this ranking: the second stage's chance times the claim.
        claim: the factor of what the note says of itself.
        place: where the first stage had it, from 0.
        findings: of this ranking.
        opinion: what the user's reranker thinks of it, 0..1; None if it was not asked.
    """

    position: int
    document: int
    score: float
    claim: float
    place: int
    findings: Findings = field(repr=False)
    opinion: float | None = None

    @property
    def parts(self) -> dict[str, float]:
        """What the first stage adds up, weighted, by name, and `reranker` if one was asked."""
        parts = {name: float(part[self._row]) for name, part in self.findings.candidates.parts.items()}
        return parts if self.opinion is None else {**parts, "reranker": self.opinion}

    @property
    def features(self) -> dict[str, float]:
        """Values of the second stage by name; empty for what it did not look at."""
        if not self._is_read:
            return {}
        return dict(zip(NAMES, self.findings.reading.values[self.place].tolist(), strict=True))

    @property
    def lexical(self) -> float:
        """The passage's own words, 0..1 of the best passage's."""
        return float(self.findings.candidates.lexical[self._row])

    @property
    def cosine(self) -> float | None:
        """Similarity of meaning, None without vectors."""
        cosines = self.findings.candidates.cosines
        return None if cosines is None else float(cosines[self._row])

    @property
    def coverage(self) -> float:
        """Share of the question's weight that the passage holds literally, 0..1; 0 for what was not looked at."""
        return float(self.findings.reading.coverage[self.place]) if self._is_read else 0.0

    @property
    def likeness(self) -> float:
        """The same where words that mean nearly the same count in part."""
        return float(self.findings.reading.likeness[self.place]) if self._is_read else 0.0

    @property
    def relevance(self) -> float:
        """How surely it answers, 0..1; about 0 for what the second stage did not look at."""
        return relevance(self.coverage, self.features.get("window", 0.0), self.cosine)

    @property
    def _row(self) -> int:
        return int(self.findings.candidates.order[self.place])

    @property
    def _is_read(self) -> bool:
        return self.place < len(self.findings.reading.values)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everything that matched, best first, with what the question was understood as and the weights used."""

    ranked: tuple[Ranked, ...]
    terms: Terms
    weights: Weights

    @property
    def relevance(self) -> float:
        """How surely its best passage answers, 0..1; 0 if nothing matched."""
        return max((ranked.relevance for ranked in self.ranked[:DEPTH]), default=0.0)


def rank(
    question: Question,
    index: Index,
    *,
    view: View,
    positions: Positions,
    facts: Facts,
    window: Window | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Ranking:
    """Rank the passages of the notes at `positions`.

    Args:
        question: what is asked; its text is not empty.
        index: where the passages are.
        view: the notes of the revision that is asked about; their statistics weigh the words.
        positions: the notes of `view` that may answer.
        facts: their effective statuses and times.
        window: the time the question speaks of; notes near it rank higher.
        ignored: tokens that need not stand in an answer, such as those of that time.

    Returns:
        A ranking; ties are broken by path, then by place in the note.

    Raises:
        InvalidQueryError: if only vectors are asked for and there are none.
    """
    terms = understand(question.text, index=index, view=view)
    weights = question.weights
    by_meaning = question.mode == "dense"
    candidates = find_candidates(terms, question.mode, index=index, view=view, positions=positions, weights=weights)
    if by_meaning and candidates.cosines is None and len(candidates.documents):
        raise InvalidQueryError("There are no vectors to rank by", "Use mode hybrid, or set an embedder")
    rows = candidates.order[:DEPTH]
    owners = view.owners[candidates.documents[rows]].tolist()
    fits = None if window is None else [closeness(window, *facts.note_time(owner)) for owner in owners]
    reading = read_candidates(
        question.text, terms, candidates, rows, index=index, view=view, closeness=fits, ignored=ignored
    )
    chances = min_max(candidates.scores)[candidates.order] if by_meaning else _chances(candidates, reading, weights)
    findings = Findings(candidates, reading, frozenset(terms.terms))
    entries = _entries(findings, chances, view, facts, positions)
    entries.sort(key=lambda entry: (-entry.score, entry.position, entry.document))  # positions are by path
    return Ranking(tuple(entries), terms, weights)


def _log_odds(values: FloatArray, weights: Weights) -> FloatArray:
    """Return the second stage's sum of each passage: values of shape (n, len(NAMES)) to shape (n,)."""
    column = [0.0 if name in weights.without else weights.second.get(name, 0.0) for name in NAMES]
    return (values @ np.array(column, dtype=np.float32) + np.float32(weights.bias)).astype(np.float32)


def _chances(candidates: Candidates, reading: Reading, weights: Weights) -> FloatArray:
    """Return a score in 0..1 for each candidate in order, those that the second stage did not look at at the end."""
    head = 1 / (1 + np.exp(-_log_odds(reading.values, weights)))
    rest = candidates.scores[candidates.order[len(head) :]]
    if not len(rest):
        return head.astype(np.float32)
    best = float(rest[0]) or 1.0
    lowest = float(head.min()) if len(head) else 1.0
    return np.concatenate([head, lowest * np.clip(rest / best, 0, 1)]).astype(np.float32)


def _entries(findings: Findings, chances: FloatArray, view: View, facts: Facts, positions: Positions) -> list[Ranked]:
    """Return an entry for each note that holds a passage and may answer (equal files share their passages)."""
    may_answer = frozenset(positions.tolist()) if view.twins else frozenset[int]()
    claims: dict[int, float] = {}
    wants_templates = "templat" in findings.asked
    entries = []
    documents = findings.candidates.documents[findings.candidates.order]
    owners = view.owners[documents].tolist()
    rows = zip(documents.tolist(), owners, chances.tolist(), strict=True)
    for place, (document, owner, chance) in enumerate(rows):
        shared = [place for place in view.notes_of(document) if place in may_answer] if view.twins else (owner,)
        for position in shared:
            if position not in claims:
                form = 1.0 if wants_templates else _form_factor(view.notes[position].path)
                claims[position] = form * _claim(view.notes[position], facts.status(position))
            claim = claims[position]
            entries.append(Ranked(position, document, min(1.0, chance * claim), claim, place, findings))
    return entries


def _claim(note: IndexedNote, status: str) -> float:
    """Weigh what the note says of itself: importance moves it by 5 % either way, doubt and status lower it."""
    importance: float = 1.0 + 0.1 * (note.stored.stated("importance") - 0.5)
    confidence: float = 0.8 + 0.2 * note.stored.stated("confidence")
    return importance * confidence * STATUS_FACTORS.get(status, OTHER_STATUS_FACTOR)


def _form_factor(path: NotePath) -> float:
    folders = path.casefold().split("/")[:-1]
    return TEMPLATE_FACTOR if _TEMPLATE_FOLDERS.intersection(folders) else 1.0
