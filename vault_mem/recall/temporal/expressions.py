"""A time expression found in text, and what its finders share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vault_mem.recall.temporal.calendar import Span


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that name a time.

    Attributes:
        first: offset of its first character.
        last: offset behind its last character.
        span: the time it names.
        is_explicit: whether it names it clearly; `recently` and a month without a year do not.
        is_absolute: whether it is the same whenever it is said.
        needs_cue: whether it is a time only behind a word such as `in`, `on` or `since`: `May`, `2023`, `Monday`.
        month: the month 1..12 of a date without a year, to be placed by the other end of a range.
    """

    first: int
    last: int
    span: Span
    is_explicit: bool
    is_absolute: bool = False
    needs_cue: bool = False
    month: int | None = None


def leftmost_longest(found: Iterable[Expression]) -> list[Expression]:
    """Return expressions in order, without those that overlap one that begins earlier, is longer, or is clearer."""
    kept: list[Expression] = []
    for expression in sorted(found, key=lambda item: (item.first, -item.last, not item.is_explicit)):
        if not kept or expression.first >= kept[-1].last:
            kept.append(expression)
    return kept
