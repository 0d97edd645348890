"""`evaluate`: recall judged by the vault itself, as it is and as it could be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from vault_mem.errors import InvalidQueryError
from vault_mem.memory.evaluating.alternatives import alternatives
from vault_mem.memory.evaluating.asking import Asking
from vault_mem.memory.evaluating.evaluation import Alternative, Evaluation, Measured, Missed
from vault_mem.memory.evaluating.figures import Comparison, measured
from vault_mem.memory.evaluating.probes import KINDS, Probe, Probing
from vault_mem.memory.evaluating.refit import refitted
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Progress, Session
from vault_mem.notes.times import parse_typed
from vault_mem.recall.filters import select
from vault_mem.recall.query import Filters
from vault_mem.recall.weights import Weights

DEFAULT_QUESTIONS = 100
MAX_QUESTIONS = 2_000
MIN_COMPARED = 30
"""Questions from which on other rankings are tried: with fewer, no difference would be clear."""

MIN_REFITTED = 80
MAX_SECONDS = 240.0
MAX_MISSED = 20

_Ranks = list[int | None]


def evaluate(session: Session, *, limit: int, at: str | None, progress: Progress | None) -> Evaluation:
    """Judge recall; see `Memory.evaluate`."""
    if not 1 <= limit <= MAX_QUESTIONS:
        raise InvalidQueryError(f"limit is {limit}", f"Give 1 to {MAX_QUESTIONS:,} questions of each kind")
    told = progress or (lambda _stage, _done, _total: None)
    return session.asking(lambda: _Run(session, at, told).evaluation(limit))


class _Run:
    """One evaluation: the same moment for every question."""

    def __init__(self, session: Session, at: str | None, progress: Progress) -> None:
        self._session = session
        self._started = time.perf_counter()
        self._progress = progress
        now = session.now()
        session.present()
        self._moment: Moment = session.at(at)
        known = parse_typed(at, now=now, end_of_day=True) if at else None
        self._now = now if at is None else max(self._moment.time, known or self._moment.time)
        self._asking = Asking(session, self._moment, self._now)

    def evaluation(self, limit: int) -> Evaluation:
        """Ask everything."""
        moment = self._moment
        self._progress("asking", 0, 0)
        positions = select(moment.view.notes, Filters(), moment, now=self._now)
        asked = Probing(moment, self._session.index, positions).probes(limit)
        probes = [probe for probe in asked if probe.expected]
        ranks = self._ranks(probes, [Weights()] * len(probes))
        replaced = [probe for probe in asked if probe.kind == "supersessions"]
        stale = self._asking.stale_hits(replaced)
        tried = list(self._alternatives(probes, ranks))
        return Evaluation(
            revision=moment.commit,
            notes=len(moment.view.notes),
            stale=stale,
            kinds=tuple(_by_kind(probes, ranks)),
            overall=measured("all", ranks),
            alternatives=tuple(found for found in tried if found is not None),
            missed=tuple(_missed(probes, ranks)),
            notice=tuple(_notices(len(probes), len(replaced), is_whole=None not in tried)),
            seconds=round(time.perf_counter() - self._started, 1),
        )

    def _alternatives(self, probes: Sequence[Probe], ranks: _Ranks) -> Iterator[Alternative | None]:
        """Yield what other rankings make of the questions; None at the end if there was no time to try all."""
        if len(probes) < MIN_COMPARED:
            return
        has_vectors = self._session.index.embedder_id is not None
        others: list[tuple[str, Callable[[], Sequence[Weights]]]] = [
            (name, partial(_same, weights, len(probes))) for name, weights in alternatives(has_vectors=has_vectors)
        ]
        if len(probes) >= MIN_REFITTED and has_vectors:
            others.append(("second stage refitted", lambda: refitted(self._asking, probes)))
        comparison = Comparison(ranks, [probe.expected for probe in probes], comparisons=len(others))
        for number, (name, weights_of) in enumerate(others):
            if time.perf_counter() - self._started > MAX_SECONDS:
                yield None
                return
            self._progress("comparing", number, len(others))
            yield comparison.with_ranks(name, self._ranks(probes, weights_of()))

    def _ranks(self, probes: Sequence[Probe], weights: Sequence[Weights]) -> _Ranks:
        return [self._asking.rank(probe, used) for probe, used in zip(probes, weights, strict=True)]


def _same(weights: Weights, count: int) -> Sequence[Weights]:
    return [weights] * count


def _by_kind(probes: Sequence[Probe], ranks: _Ranks) -> Iterator[Measured]:
    for kind in KINDS:
        mine = [rank for probe, rank in zip(probes, ranks, strict=True) if probe.kind == kind]
        if mine:
            yield measured(kind, mine)


def _missed(probes: Sequence[Probe], ranks: _Ranks) -> list[Missed]:
    missed = [probe for probe, rank in zip(probes, ranks, strict=True) if rank is None]
    return [Missed(item.kind, item.text, item.source, tuple(sorted(item.expected))) for item in missed[:MAX_MISSED]]


def _notices(questions: int, replaced: int, *, is_whole: bool) -> Iterator[str]:
    if not replaced:
        yield "No note replaces another, so nothing is known about stale hits"
    if not questions:
        yield "The vault has no supersession, no link in a sentence and no question to judge by"
    elif questions < MIN_COMPARED:
        yield f"{questions} questions are too few to compare rankings; from {MIN_COMPARED} on, others are tried"
    if not is_whole:
        yield f"After {MAX_SECONDS:.0f} s no more rankings were tried; a smaller limit tries all"
