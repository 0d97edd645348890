"""`recall`: from a question to hits with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np

from vault_mem.index.analysis import analyze
from vault_mem.index.view import Positions
from vault_mem.memory.answers import Hit, Recalled
from vault_mem.memory.hits import Maker, Place, question_weights, within_budget
from vault_mem.memory.moment import Moment
from vault_mem.memory.reranking import embedder_notices, reranked
from vault_mem.memory.session import Session
from vault_mem.memory.stopwatch import Stage, untimed
from vault_mem.memory.succession import after_successors
from vault_mem.memory.windows import asked_window, shown
from vault_mem.notes.model import Chunk
from vault_mem.recall.features import DEPTH
from vault_mem.recall.filters import select, within
from vault_mem.recall.query import Question
from vault_mem.recall.ranking import Ranked, Ranking, rank
from vault_mem.recall.relevance import is_worth_saying
from vault_mem.recall.repeats import Saying, repeats, saying
from vault_mem.recall.temporal import Window
from vault_mem.recall.terms import MAX_TERMS, Terms

MIN_IN_WINDOW = 0.5
"""An explicit window holds if its best hit is at least this share as relevant as the best of all."""

MAX_COMPARED = 100
"""Places of a ranking that are compared with what stands above them."""


def answered(session: Session, moment: Moment, question: Question, stage: Stage = untimed) -> Recalled:
    """Answer a question from a moment: the one it asks about, or one that is kept for many questions.

    `stage` measures the parts, for who asks where the time goes.
    """
    judged = _judged(moment, question)
    positions = select(moment.view.notes, question.filters, moment, now=judged)
    if not question.text:
        return _listed(session, moment, question, positions)
    window = asked_window(session, question, now=judged)
    with stage("ranking"):
        ranking, is_applied = _ranked(session, moment, question, positions, window)
    if window is not None and (not ranking.ranked or _time_tokens(window).issuperset(ranking.terms.terms)):
        of_then = within(window, positions, moment)
        return replace(_listed(session, moment, question, of_then), window=shown(window, is_applied=True))
    with stage("reranking"):
        ranking, trouble = reranked(session, moment, question, ranking)
    with stage("hits"):
        places = _arranged(session, moment, ranking, question, positions)
        hits = _hits(session, moment, question, ranking, places)
    session.index.check(moment.view)
    notice = (
        *_notices(session, moment, question, ranking.terms, window),
        *embedder_notices(session, question),
        *trouble,
    )
    answer = _recalled(moment, question, hits, total=len(places), notice=notice)
    best = max((place.ranked.relevance for place in places[:DEPTH]), default=None)
    return replace(
        answer,
        is_relevant=best is not None and is_worth_saying(best),
        did_you_mean=ranking.terms.text if ranking.terms.corrections else None,
        window=shown(window, is_applied=is_applied),
        explanation=_explained(session, question, ranking),
    )


def _judged(moment: Moment, question: Question) -> datetime:
    """Return the time at which notes expire and `yesterday` is the day before."""
    return question.now if question.at is None else max(moment.time, question.at_time or moment.time)


def _ranked(
    session: Session, moment: Moment, question: Question, positions: Positions, window: Window | None
) -> tuple[Ranking, bool]:
    """Rank what an explicit window leaves, or everything; says whether the window held.

    It does not hold if nothing in it answers, or so much less surely than something else that the time in the question
    is more likely what is asked about than when it was: `which API version 2023-10-16 do we pin`.
    """
    ask = partial(rank, question, session.index, view=moment.view, facts=moment)
    time = _time_tokens(window)
    everything = _with_replaced(moment, question, positions)
    if window is None or not window.is_explicit:
        return ask(positions=everything, window=window, ignored=time), False
    whole = ask(positions=everything, window=window)
    inside = ask(positions=_with_replaced(moment, question, within(window, positions, moment)), ignored=time)
    if inside.relevance < MIN_IN_WINDOW * whole.relevance or not inside.ranked:
        return whole, False
    return inside, True


def _time_tokens(window: Window | None) -> frozenset[str]:
    """Return the tokens of the words that name a time: a note of that time need not hold them."""
    return frozenset(analyze(window.phrase, query=True)) if window else frozenset()


def _with_replaced(moment: Moment, question: Question, positions: Positions) -> Positions:
    """Return the notes that may answer and those that lead to them, unless the answer must be sure by itself."""
    if "replaced" in question.weights.without or question.min_relevance > 0:
        return positions
    return moment.replaced.leading(positions)


def _recalled(
    moment: Moment, question: Question, hits: Sequence[Hit], *, total: int, notice: tuple[str, ...]
) -> Recalled:
    end = question.offset + len(hits)
    return Recalled(
        revision=moment.commit,
        dirty=moment.differs,
        query=question.text,
        hits=tuple(hits),
        total=total,
        next_offset=end if hits and end < total else None,
        notice=notice,
    )


def _hits(session: Session, moment: Moment, question: Question, ranking: Ranking, places: Sequence[Place]) -> list[Hit]:
    """Make the hits of the page that is asked for."""
    page = places[question.offset : question.offset + question.limit]
    chunks = session.index.catalog.chunks([place.ranked.document for place in page])
    wanted = question_weights(ranking, int(np.count_nonzero(moment.view.live)))
    maker = Maker(session, moment, _judged(moment, question), chunks, wanted)
    return within_budget(
        page,
        lambda place, limit: maker.hit(place, ranking, limit=limit, explain=question.explain),
        question.max_tokens,
    )


# --- arranging ---


def _arranged(
    session: Session, moment: Moment, ranking: Ranking, question: Question, positions: Positions
) -> list[Place]:
    """Leave out what is not sure enough, put nothing above what supersedes it, reduce to one passage a note, and fold.

    A successor comes along with what it replaces, however sure it is itself and whether that one may answer or not.
    """
    sure: Sequence[Ranked] = ranking.ranked
    if question.min_relevance > 0:
        sure = [ranked for ranked in sure if ranked.relevance >= question.min_relevance]
    ordered = moment.replaced.arranged(sure, spare=ranking.ranked, positions=positions)
    if not question.passages:
        best: dict[int, Ranked] = {}
        for ranked in ordered:
            best.setdefault(ranked.position, ranked)
        ordered = list(best.values())
    return _folded(session, moment, question, ordered)


def _folded(session: Session, moment: Moment, question: Question, ranked: Sequence[Ranked]) -> list[Place]:
    """Fold passages that say nothing new into the best one that says it.

    What the second stage read is compared with what stands above it as far down as the page needs, and so is what
    follows down to there. What stands at a place depends only on what ranks above it, so pages fit together.
    """
    needed = question.offset + question.limit
    depth = min(MAX_COMPARED, max(needed, DEPTH))
    chunks = session.index.catalog.chunks([entry.document for entry in ranked[:depth]])
    folding = _Folding(moment, _judged(moment, question), min(needed, depth))
    for entry in ranked[:depth]:
        folding.add(entry, chunks[entry.document])
    return [*folding.places, *(Place(rest) for rest in ranked[depth:])]


class _Folding:
    """Places of an answer so far, and what the first of them say."""

    def __init__(self, moment: Moment, judged: datetime, compared: int) -> None:
        self.places: list[Place] = []
        self._said: list[tuple[str, Saying]] = []
        self._moment = moment
        self._judged = judged
        self._compared = compared

    def add(self, entry: Ranked, chunk: Chunk) -> None:
        """Give a passage a place of its own, unless one of another note with the same status says all it says."""
        note = self._moment.view.notes[entry.position]
        status, mine = self._moment.status_at(entry.position, self._judged), saying(chunk, note.title)
        for at, (other_status, other) in enumerate(self._said):
            place = self.places[at]
            if repeats(mine, other) and status == other_status and place.ranked.position != entry.position:
                if note.path not in place.similar:
                    self.places[at] = replace(place, similar=(*place.similar, note.path))
                return
        self.places.append(Place(entry))
        if len(self._said) < self._compared:
            self._said.append((status, mine))


# --- listing ---


def _listed(session: Session, moment: Moment, question: Question, positions: Positions) -> Recalled:
    """List what the filters leave, newest first; of one second, what was committed last; then by path.

    What replaces a note comes before it, however old it is.
    """
    oldest = moment.time.replace(year=1)

    def age(position: int) -> tuple[datetime, float]:
        changed = moment.changed(position) or moment.view.notes[position].metadata.created or oldest
        return changed, moment.rank(position)

    notes = moment.view.notes
    newest = sorted(positions.tolist(), key=age, reverse=True)
    newest = after_successors(newest, lambda position: notes[position].path, moment.successors)
    page = [(at, next(iter(notes[at].documents), None)) for at in newest[question.offset :][: question.limit]]
    chunks = session.index.catalog.chunks([document for _, document in page if document is not None])
    maker = Maker(session, moment, _judged(moment, question), chunks)
    hits = within_budget(page, lambda item, limit: maker.evidence(*item, limit=limit), question.max_tokens)
    return _recalled(moment, question, hits, total=len(positions), notice=_notices(session, moment, question, None))


# --- notices ---


def _notices(
    session: Session, moment: Moment, question: Question, terms: Terms | None = None, window: Window | None = None
) -> tuple[str, ...]:
    notices = []
    if not moment.is_complete:
        notices.append("The index is still being built; this answer is from what it has so far")
    if session.index.is_embedding:
        covered = session.index.coverage(moment.view)
        lacking = covered.passages - covered.embedded
        if lacking:
            notices.append(f"{lacking:,} of {covered.passages:,} passages are found by their words only, for a while")
    understood = {*terms.corrections, *(window.phrase.casefold().split() if window else ())} if terms else set()
    unknown = [word for word in terms.unknown if word not in understood] if terms else []
    if unknown:
        notices.append("No note holds: " + ", ".join(unknown[:10]))
    if terms is not None and terms.text != question.text and not terms.corrections:
        notices.append(f"A long text: only its {MAX_TERMS} most telling words were looked up")
    return tuple(notices)


def _explained(session: Session, question: Question, ranking: Ranking) -> tuple[str, ...]:
    if not question.explain:
        return ()
    counts = ranking.terms.frequencies
    terms = ", ".join(f"{term} (in {count} passages)" for term, count in counts.items()) or "none"
    off = ", ".join(sorted(ranking.weights.without))
    lines = (
        f"terms: {terms}",
        f"{len(ranking.ranked)} passages matched; mode {question.mode}{f', without {off}' if off else ''}",
        f"score = claim / (1 + exp(-({ranking.weights.bias:g} + the shares of the features)))",
        "claim is the note's importance, confidence and status; what replaces a note gets its score, if that is more",
    )
    if session.reranker is None or not any("reranker" in ranked.parts for ranked in ranking.ranked[:1]):
        return lines
    choice = session.settings.reranker
    share = f"{choice.weight:.0%} of the order of the best {choice.depth}"
    order = f"reranked: {session.reranker.name} has {share}, the score above the rest"
    return (*lines, order)
