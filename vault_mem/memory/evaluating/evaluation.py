"""What `evaluate` answers with. Shares are 0..1."""

from __future__ import annotations

from dataclasses import dataclass

from vault_mem.notes.model import NotePath


@dataclass(frozen=True, slots=True)
class Measured:
    """How often the right note came, over `n` questions of one kind.

    Attributes:
        kind: supersessions, links, questions, headings, or all.
        r5, r10: share of the questions with a right note among the first 5, 10.
        mrr10: mean of 1 / rank of the first right note, 0 where it is not among the first 10.
    """

    kind: str
    n: int
    r5: float
    r10: float
    mrr10: float


@dataclass(frozen=True, slots=True)
class StaleHits:
    """How often a replaced note was told as if it held, over `n` questions in the words of replaced notes.

    Attributes:
        shown: answers that have the replaced note although nobody asked for such notes.
        above: answers to a question for notes of every status that have it above one that replaces it.
        rate: share of the questions with either.
    """

    n: int
    shown: int
    above: int
    rate: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same questions, ranked otherwise.

    Attributes:
        name: what is other, such as `dense share 0.5` or `without neighbours`.
        change: of `mrr10`, against the ranking as it is.
        low, high: bounds of that change, so wide that with 95 % surety none of all the alternatives' lies outside.
        verdict: better or worse where both bounds are on that side of 0, else unclear.
    """

    name: str
    r5: float
    r10: float
    mrr10: float
    change: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A question whose right note was not among the first 10."""

    kind: str
    question: str
    source: NotePath
    expected: tuple[NotePath, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Recall, judged by the vault itself.

    Attributes:
        notes: in the view.
        stale: replaced notes told as if they held.
        kinds: figures of each kind of question that the vault has.
        overall: of all of them together.
        alternatives: other rankings, in the order tried.
        missed: some of the questions that were not answered.
        notice: what the figures do not say, such as that they are of too few questions.
        seconds: wall time.
    """

    revision: str | None
    notes: int
    stale: StaleHits
    kinds: tuple[Measured, ...]
    overall: Measured
    alternatives: tuple[Alternative, ...]
    missed: tuple[Missed, ...]
    notice: tuple[str, ...]
    seconds: float
