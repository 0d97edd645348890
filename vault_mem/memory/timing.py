"""A sample recall, measured: where a slow one spends its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from vault_mem.index.analysis import analyze
from vault_mem.memory.answers import Timings
from vault_mem.memory.catching_up import BRIEF
from vault_mem.memory.recalling import answered
from vault_mem.memory.session import Session
from vault_mem.memory.stopwatch import Stage, Stopwatch, untimed
from vault_mem.recall.query import Question

_SLICES, _SLICE = 32, 500

SAMPLE = "what did we decide about this, and why"

_VAULT = {"current": "work tree", "tree": "work tree", "shallow_mark": "work tree", "commits": "history"}
_INDEX = {
    "update": "catching up",
    "view": "view",
    "check": "view",
    "lexical_scores": "lexical",
    "frequencies": "lexical",
    "holders": "lexical",
    "stored_frequencies": "lexical",
    "nearest": "lexical",
    "dense_scores": "vectors",
    "word_vectors": "vectors",
}
_T = TypeVar("_T")


def measured(session: Session) -> Timings:
    """Ask the sample question twice: as a process finds things, and once more when all is loaded."""
    watch = Stopwatch()
    parts = _timed(session.vault, _VAULT, watch.stage), _timed(session.index, _INDEX, watch.stage)
    timed = session.timed(*parts, watch.lap)
    first, again = (_seconds(timed, watch) for _ in range(2))
    return Timings(question=SAMPLE, first=first, again=again, loose_objects=session.vault.loose_objects())


def warm(session: Session, goes_on: Callable[[], bool]) -> None:
    """Load what a recall needs, so that the next one is quick, as long as `goes_on`.

    The first words of all notes, most of them frequent, are looked up too, so that passages are read faster.
    """
    _ask(session, untimed)
    number = 0
    for _ in range(_SLICES):
        rows = session.index.catalog.words_after(number, limit=_SLICE) if goes_on() else []
        if not rows:
            return
        number = rows[-1][0]
        words = [word for _, word in rows]
        analyze(" ".join(words))
        session.index.word_vectors(words)


def _seconds(session: Session, watch: Stopwatch) -> Mapping[str, float]:
    with watch.stage("other"):
        _ask(session, watch.stage)
    seconds = watch.take()
    return {**seconds, "total": round(sum(seconds.values()), 4)}


def _ask(session: Session, stage: Stage) -> None:
    question = Question.checked(query=SAMPLE, now=session.now())
    session.asking(lambda: answered(session, session.present(wait=BRIEF), question, stage))


class _Timed:
    """A part whose named methods are measured; all else is the part's own."""

    def __init__(self, part: object, stages: Mapping[str, str], stage: Stage) -> None:
        self._part = part
        self._stages = stages
        self._stage = stage

    def __getattr__(self, name: str) -> Any:  # Any: whatever the part has
        found = getattr(self._part, name)
        if name not in self._stages:
            return found

        @wraps(found)
        def measured_method(*args: Any, **options: Any) -> Any:  # Any: as the part's method
            with self._stage(self._stages[name]):
                return found(*args, **options)

        return measured_method


def _timed(part: _T, stages: Mapping[str, str], stage: Stage) -> _T:
    return cast("_T", _Timed(part, stages, stage))
