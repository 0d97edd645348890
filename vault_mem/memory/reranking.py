"""The user's reranker over the best passages of a recall, and what a recall says of models that did not answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vault_mem.index.texts import embedded_text
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.model import Chunk
from vault_mem.recall.query import Question
from vault_mem.recall.ranking import Ranked, Ranking
from vault_mem.recall.reranking import rerank


def reranked(session: Session, moment: Moment, question: Question, ranking: Ranking) -> tuple[Ranking, tuple[str, ...]]:
    """Return the ranking as the reranker changes it, with notices; the same ranking if it is not to be asked.

    It is not where the user chose none, nor in mode `lexical`, which is there to be fast. How deep it looks does not
    depend on the page, so pages fit together. A passage's opinion stands among its parts as `reranker`, 0..1.
    """
    choice = session.settings.reranker
    if session.reranker is None or question.mode == "lexical" or not ranking.ranked:
        return ranking, ()
    head = ranking.ranked[: choice.depth]
    chunks = session.index.catalog.chunks([ranked.document for ranked in head])
    texts = [_text(moment, ranked, chunks[ranked.document]) for ranked in head]
    first = np.array([ranked.score for ranked in ranking.ranked], dtype=np.float32)
    found = rerank(question.text, texts, first, reranker=session.reranker, weight=choice.weight)
    if found.notice is not None:
        return ranking, (found.notice,)
    rows = zip(found.order.tolist(), found.scores.tolist(), found.opinions.tolist(), strict=True)
    changed = [_changed(ranking.ranked[place], score, opinion) for place, score, opinion in rows]
    return replace(ranking, ranked=tuple(changed)), ()


def embedder_notices(session: Session, question: Question) -> tuple[str, ...]:
    """Return why this answer is by words alone, if it should not be; empty if all is well."""
    trouble = session.index.embedder_trouble
    return () if trouble is None or question.mode == "lexical" else (f"Ranked by words alone: {trouble}",)


def _changed(ranked: Ranked, score: float, opinion: float) -> Ranked:
    return replace(ranked, score=score, opinion=None if np.isnan(opinion) else opinion)


def _text(moment: Moment, ranked: Ranked, chunk: Chunk) -> str:
    """Return what the reranker reads: the passage with its place and who speaks, as the embedder reads it."""
    title = moment.view.notes[ranked.position].title
    return embedded_text(title=title, headings=chunk.headings, author=chunk.author, text=chunk.text)
