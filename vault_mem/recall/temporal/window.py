"""The window a question speaks of, and how well a note's own time fits it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

SHORTEST_SCALE = timedelta(days=1)
OPEN_SCALE = timedelta(days=7)
"""Scale of a window without one of its ends, which has no length of its own."""

Times = NDArray[np.int64]
"""Begin and end of stretches of time, in microseconds since 1970, shape (n, 2)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; at least one end is set, and `start` is before `end` where both are.

    Attributes:
        start: inclusive, aware UTC; None where it reaches back for ever.
        end: exclusive, aware UTC; None where it has no end.
        is_explicit: whether the asker named a clear bound, so that notes outside may be left out; else it only tells
            which notes are likelier.
        phrase: the words in the question that it was read from.
        label: the tag's name where a bound is a tag, else None.
        margin: how far outside a note may lie that is not to be left out: people ask for the day on which something
            happened, and notes tell it a little later or plan it before.
    """

    start: datetime | None
    end: datetime | None
    is_explicit: bool
    phrase: str
    label: str | None = None
    margin: timedelta = timedelta()

    @property
    def widened(self) -> Window:
        """The window with its margin on both sides."""
        if self.start is None or self.end is None:
            return self
        return replace(self, start=self.start - self.margin, end=self.end + self.margin)


def covered(window: Window, times: Times) -> NDArray[np.bool_]:
    """Whether each note's time overlaps a window.

    Args:
        window: what was asked for.
        times: of the notes, shape (n, 2). An end is exclusive, unless it is the beginning itself: a point in time.

    Returns:
        Shape (n,); False for a note without a time.
    """
    opens, closes = (_stamp(end, missing) for end, missing in ((window.start, _FIRST), (window.end, _LAST)))
    first, last = times[:, 0], times[:, 1]
    is_dated = (first != _stamp(None, _FIRST)) | (last != _stamp(None, _LAST))
    overlaps: NDArray[np.bool_] = is_dated & (first < closes) & (last >= opens) & ((last != opens) | (first == last))
    return overlaps


def as_times(spans: Iterable[tuple[datetime | None, datetime | None]]) -> Times:
    """Return stretches of time as `covered` takes them; None is an open end, twice None no time at all."""
    found = [(_stamp(start, _FIRST), _stamp(end, _LAST)) for start, end in spans]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _stamp(time: datetime | None, missing: datetime) -> int:
    """Return a time in whole microseconds since 1970."""
    return ((time or missing) - _EPOCH) // timedelta.resolution


def closeness(window: Window, start: datetime | None, end: datetime | None) -> float:
    """Return how well a note's time fits a window, 0..1.

    1 inside, then halved with each window length of distance, so that a day's window is sharp and a year's is blunt.
    The length counts as a day at least, and as a week where the window has only one end.

    Args:
        window: what was asked for.
        start: when the note's time begins, None where it is open.
        end: when it ends (exclusive, unless it is `start` itself: a point in time), None where it is open.

    Returns:
        0 for a note without a time (both None).
    """
    if start is None and end is None:
        return 0.0
    return float(0.5 ** (_gap(window, start, end) / _scale(window)))


def _scale(window: Window) -> timedelta:
    if window.start is None or window.end is None:
        return OPEN_SCALE
    return max(SHORTEST_SCALE, window.end - window.start)


def _gap(window: Window, start: datetime | None, end: datetime | None) -> timedelta:
    """Return the distance of two stretches of time; 0 exactly where they overlap, ends exclusive."""
    first, last = start or _FIRST, end or _LAST
    opens, closes = window.start or _FIRST, window.end or _LAST
    if first >= closes:
        return max(first - closes, timedelta.resolution)
    if last < opens or (last == opens and first != last):
        return max(opens - last, timedelta.resolution)
    return timedelta()
