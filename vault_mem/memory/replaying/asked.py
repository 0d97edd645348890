"""A question as it is recorded: what `recall` was given beyond its defaults, once checked, and back again.

Times are recorded as the moments that were meant, so that the same question is asked again in any time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime

from vault_mem.memory.answers import Json
from vault_mem.recall.limits import MODES
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.weights import Weights

_FILTERS = tuple(item.name for item in fields(Filters))
_OPTIONS = (
    *("limit", "offset", "at", "at_time", "mode", "max_tokens"),
    *("explain", "passages", "time_words", "min_relevance"),
)


def to_values(question: Question) -> dict[str, Json]:
    """Return what was asked by the names of `recall`'s parameters, as JSON values; defaults are left out.

    `at_time` is the moment that `at` means, where it names one. Words are sorted.
    """
    values = {name: _plain(value) for name, value in _given(question).items()}
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def from_values(values: Mapping[str, object], *, now: datetime) -> Question:
    """Return the question that was recorded.

    Args:
        values: as `to_values` returns them, from a file.
        now: when it was asked.

    Raises:
        ValueError: for a name, a type or a value that no question has.
    """
    read = {name: _READ[name](value) if name in _READ else _unknown(name) for name, value in values.items()}
    asked = {name: value for name, value in read.items() if name in _OPTIONS}
    filters = Filters(**{name: value for name, value in read.items() if name in _FILTERS})  # type: ignore[arg-type]
    weights = Weights(without=frozenset(_words(values.get("without", []))))
    text = _text(values.get("query", ""))
    return Question(text=text, filters=filters, now=now, weights=weights, **asked)  # type: ignore[arg-type]


def to_time(value: object) -> datetime:
    """Return a recorded time, aware UTC.

    Raises:
        ValueError: if it is none.
    """
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("a time that no calendar has") from exc


def _given(question: Question) -> dict[str, object]:
    return {
        "query": question.text,
        **{name: getattr(question.filters, name) for name in _FILTERS},
        **{name: getattr(question, name) for name in _OPTIONS},
        "without": question.weights.without,
    }


def _plain(value: object) -> Json:
    if isinstance(value, frozenset):
        return [*sorted(value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a question")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - one error for everything that is no record
    return value


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004 - as above
    return frozenset(map(_text, value))


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10_000_000:
        raise ValueError("not a count")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")  # noqa: TRY004 - as above
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not a share")
    return float(value)


def _mode(value: object) -> str:
    if value not in MODES:
        raise ValueError("no mode")
    return _text(value)


def _unknown(name: str) -> object:
    raise ValueError(f"no parameter {name!r}")


_READ: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(("query", "path", "namespace", "at"), _text),
    **dict.fromkeys(("types", "categories", "tiers", "tags", "statuses", "authors", "without"), _words),
    **dict.fromkeys(("since", "until", "valid_at", "at_time"), to_time),
    **dict.fromkeys(("limit", "offset", "max_tokens"), _count),
    **dict.fromkeys(("explain", "passages", "time_words"), _flag),
    "min_relevance": _share,
    "mode": _mode,
}
_DEFAULTS = {name: _plain(value) for name, value in _given(Question("", Filters(), datetime.now(UTC))).items()}
