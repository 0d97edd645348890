"""Asking a vault its own questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from vault_mem.memory.answers import Hit, Recalled
from vault_mem.memory.evaluating.evaluation import StaleHits
from vault_mem.memory.evaluating.figures import DEPTH
from vault_mem.memory.evaluating.probes import Probe
from vault_mem.memory.moment import Moment
from vault_mem.memory.recalling import answered
from vault_mem.memory.session import Session
from vault_mem.memory.succession import replacing
from vault_mem.notes.schema import STATUSES
from vault_mem.recall.features import DEPTH as PASSAGES
from vault_mem.recall.limits import MAX_LIMIT
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.weights import Weights

EVERY_STATUS = frozenset({*STATUSES, "expired"})


class Asking:
    """Asks questions of one view as `recall` would, but takes no time from their words: nobody asks them today."""

    def __init__(self, session: Session, moment: Moment, now: datetime) -> None:
        """Ask at a moment; `now` is when notes expire."""
        self._session = session
        self._moment = moment
        self._now = now

    def rank(self, probe: Probe, weights: Weights) -> int | None:
        """Return the 1-based rank of the first right note, None if it is not among the first 10.

        The note that the question was taken from does not count, unless it is the answer.
        """
        place = 0
        for hit in self._recalled(Question(probe.text, Filters(), self._now, limit=DEPTH + 1, weights=weights)).hits:
            if not probe.expected.isdisjoint((hit.path, *hit.similar)):
                return place + 1 if place < DEPTH else None
            place += hit.path != probe.source
        return None

    def passages(self, probe: Probe) -> Sequence[Hit]:
        """Return what the second stage looked at, with features, the note the question was taken from left out."""
        question = Question(probe.text, Filters(), self._now, limit=PASSAGES, passages=True, explain=True)
        return [hit for hit in self._recalled(question).hits if hit.path != probe.source or hit.path in probe.expected]

    def stale_hits(self, probes: Sequence[Probe]) -> StaleHits:
        """Ask the questions in the words of replaced notes, once as usual and once for notes of every status."""
        shown, above = [], []
        for probe in probes:
            usual = Question(probe.text, Filters(), self._now, limit=MAX_LIMIT)
            shown.append(any(probe.source in (hit.path, *hit.similar) for hit in self._recalled(usual).hits))
            asked = replace(usual, filters=Filters(statuses=EVERY_STATUS))
            order = [hit.path for hit in self._recalled(asked).hits]
            places = {path: place for place, path in enumerate(order)}
            old = places.get(probe.source, -1)
            above.append(
                any(places.get(new, len(order)) > old >= 0 for new in replacing(probe.source, self._moment.successors))
            )
        either = sum(one or other for one, other in zip(shown, above, strict=True))
        return StaleHits(len(probes), sum(shown), sum(above), round(either / max(len(probes), 1), 4))

    def _recalled(self, question: Question) -> Recalled:
        return answered(self._session, self._moment, replace(question, time_words=False))
