"""Hits: a ranked passage, or a note of a list, with its evidence, cut to what an answer has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Feature, Hit
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import Chunk, NotePath
from vault_mem.recall.excerpts import (
    CHARACTERS_PER_TOKEN,
    MAX_EXCERPT,
    Excerpt,
    excerpt,
    title_end,
    tokens,
)
from vault_mem.recall.ranking import Ranked, Ranking
from vault_mem.recall.terms import term_weights

HIT_OVERHEAD_TOKENS = 60
"""What the fields around an excerpt cost in an answer, about."""

MIN_EXCERPT = 100
"""Characters below which an excerpt is not worth a hit; only the first hit of an answer may have less."""

_LEAST = 40
_NOTHING: Mapping[str, float] = MappingProxyType({})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an answer: a ranked passage and the notes it stands for."""

    ranked: Ranked
    similar: tuple[NotePath, ...] = ()


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the hits of one answer.

    Attributes:
        judged: when notes expire.
        chunks: the passages of the answer by document id.
        wanted: how much each token of the question tells; excerpts are cut around them.
    """

    session: Session
    moment: Moment
    judged: datetime
    chunks: Mapping[int, Chunk]
    wanted: Mapping[str, float] = field(default_factory=lambda: _NOTHING)

    def hit(self, place: Place, ranking: Ranking, *, limit: int, explain: bool) -> Hit:
        """Return a place of an answer as a hit with scores, its excerpt at most `limit` characters."""
        ranked = place.ranked
        parts = {**ranked.parts, "claim": ranked.claim}
        if explain:
            parts |= {"coverage": ranked.coverage, "likeness": ranked.likeness, "cosine": ranked.cosine or 0.0}
        return replace(
            self.evidence(ranked.position, ranked.document, limit=limit),
            score=round(ranked.score, 4),
            relevance=round(ranked.relevance, 4),
            scores={name: round(value, 4) for name, value in parts.items()},
            similar=place.similar,
            features=_features(ranked, ranking) if explain else (),
        )

    def evidence(self, position: int, document: int | None, *, limit: int) -> Hit:
        """Return a hit without a score: a passage, the note's own claims, and who wrote it when."""
        moment = self.moment
        note = moment.view.notes[position]
        shown = self._excerpt(note, document, limit)
        origin = moment.origin(position)
        since = origin.time if origin else note.metadata.created
        age = max(0, (self.session.now() - since).days) if since else None
        return Hit(
            id=note.metadata.id,
            path=note.path,
            title=note.title,
            excerpt=shown.text,
            lines=shown.lines,
            matched=shown.matched,
            score=0.0,
            relevance=None,
            scores={},
            confidence=note.metadata.confidence,
            commit=origin.id if origin else None,
            author=origin.author if origin else None,
            agent=origin.agent if origin else note.metadata.agent if note.path not in moment.dirty else None,
            dirty=note.path in moment.dirty,
            version=note.blob,
            created=note.metadata.created,
            age_days=age,
            status=moment.status_at(position, self.judged),
            type=note.metadata.type,
            tags=note.metadata.tags,
            namespace=moment.namespace(position),
            vault=self.session.vault.root.name,
            superseded_by=moment.successors.get(note.path, ()),
        )

    def _excerpt(self, note: IndexedNote, document: int | None, limit: int) -> Excerpt:
        """Return what is shown of a passage, without the title line; of a note that is all frontmatter, that."""
        chunk = None if document is None else self.chunks[document]
        if chunk is None or not chunk.text.strip():
            return self._frontmatter(note, limit)
        start = title_end(chunk.text, note.title)
        if not chunk.text[start:].strip():
            start = 0
        first = chunk.lines.first + chunk.text.count("\n", 0, start)
        return excerpt(chunk.text[start:], self.wanted, first=first, limit=limit)

    def _frontmatter(self, note: IndexedNote, limit: int) -> Excerpt:
        lines = split_lines(self.session.content(self.moment, note.blob)[:MAX_EXCERPT].decode(errors="replace"))
        inside = [number for number, line in enumerate(lines, start=1) if line.strip() not in {"", "---"}] or [1]
        text = "\n".join(lines[inside[0] - 1 : inside[-1]])
        return excerpt(text, self.wanted, first=inside[0], limit=limit)


def question_weights(ranking: Ranking, passages: int) -> dict[str, float]:
    """Return how much each token of a question tells, > 0, by the passages of the view that hold it."""
    return {term: weight for term, weight in term_weights(ranking.terms.frequencies, passages).items() if weight > 0}


def within_budget(items: Iterable[_T], make: Callable[[_T, int], Hit], max_tokens: int | None) -> list[Hit]:
    """Make hits as long as there is room; the last one's excerpt is cut to what is left of it.

    To leave out a hit that does not fit, or to show less of each for more of them, showed less of what answers
    (`python -m tests.benchmarks.prompts --budget` prints what is shown); and maximal marginal relevance (Carbonell and
    Goldstein, SIGIR 1998) gained on one half of the conversations and lost on the other, so the order is the ranking's.

    Args:
        items: what to make hits of, best first.
        make: makes one, given how long its excerpt may be.
        max_tokens: what the hits may cost, None for no bound. The first hit always stays.
    """
    if max_tokens is None:
        return [make(item, MAX_EXCERPT) for item in items]
    kept: list[Hit] = []
    left = max_tokens
    for item in items:
        hit = make(item, MAX_EXCERPT)
        cost = tokens(hit.excerpt) + HIT_OVERHEAD_TOKENS
        room = (left - HIT_OVERHEAD_TOKENS) * CHARACTERS_PER_TOKEN
        if cost <= left:
            kept.append(hit)
        elif not kept or room >= MIN_EXCERPT:
            kept.append(make(item, max(_LEAST, room)))
        left -= cost
        if left < 0:
            break
    return kept


def _features(ranked: Ranked, ranking: Ranking) -> tuple[Feature, ...]:
    weights = {name: ranking.weights.second.get(name, 0.0) for name in ranked.features}
    return tuple(
        Feature(name, round(value, 4), weights[name], round(value * weights[name], 4) + 0.0)  # + 0.0: no -0.0
        for name, value in ranked.features.items()
        if name not in ranking.weights.without
    )
