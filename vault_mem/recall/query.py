"""The question: what was asked, checked and bounded once, before anything is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vault_mem.errors import InvalidQueryError
from vault_mem.notes.schema import STATUSES, TIERS, TYPES
from vault_mem.notes.times import parse_typed
from vault_mem.recall.limits import DEFAULT_LIMIT, MAX_LIMIT, MAX_PATTERN_CHARACTERS, MAX_QUERY_CHARACTERS, MODES
from vault_mem.recall.weights import SWITCHES, Weights

ANSWERING = frozenset({"active", "disputed", "hypothesis"})
"""Statuses recall answers from unless told otherwise. Source: the vault format, supersession and forgetting."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which notes may answer; an empty set or None does not restrict.

    Attributes:
        statuses: effective statuses, `expired` included.
        authors: names of people or agents, case-folded.
        path: a folder, a note, or a glob.
        namespace: a project; empty text is the global namespace.
        since, until: bounds, both inclusive, of the note's `created` or of its last change.
        valid_at: must lie within `valid_from` (inclusive) and `valid_to` (exclusive).
    """

    types: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    path: str | None = None
    namespace: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    valid_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is restricted."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Question:
    """A recall, checked; see `Memory.recall` for the meaning of each field. `at_time` is `at` where that is a time."""

    text: str
    filters: Filters
    now: datetime
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    at: str | None = None
    at_time: datetime | None = None
    mode: str = "hybrid"
    max_tokens: int | None = None
    explain: bool = False
    passages: bool = False
    time_words: bool = True
    min_relevance: float = 0.0
    weights: Weights = field(default_factory=Weights)

    @classmethod
    def checked(
        cls,
        *,
        query: str,
        now: datetime,
        limit: int = DEFAULT_LIMIT,
        offset: int = 0,
        at: str | None = None,
        valid_at: str | None = None,
        mode: str = MODES[0],
        types: Sequence[str] = (),
        categories: Sequence[str] = (),
        tiers: Sequence[str] = (),
        tags: Sequence[str] = (),
        statuses: Sequence[str] = (),
        authors: Sequence[str] = (),
        path: str | None = None,
        namespace: str | None = None,
        since: str | None = None,
        until: str | None = None,
        max_tokens: int | None = None,
        explain: bool = False,
        passages: bool = False,
        time_words: bool = True,
        min_relevance: float = 0.0,
        without: Sequence[str] = (),
    ) -> Question:
        """Check every argument of a recall.

        Raises:
            InvalidQueryError: naming the argument, what is wrong with it and what it may be.
        """
        _check_bounds(query, path, limit, offset, max_tokens)
        if not 0 <= min_relevance <= 1:
            raise InvalidQueryError(f"min_relevance is {min_relevance}", "Give a number between 0 and 1")
        filters = Filters(
            types=_words("types", types, TYPES),
            categories=_words("categories", categories),
            tiers=_words("tiers", tiers, TIERS),
            tags=frozenset(tag.lstrip("#").casefold() for tag in _words("tags", tags)),
            statuses=_words("statuses", statuses, (*STATUSES, "expired")),
            authors=frozenset(name.casefold() for name in _words("authors", authors)),
            path=path.strip("/") if path else None,
            namespace=namespace,
            since=_time("since", since, now),
            until=_time("until", until, now, end_of_day=True),
            valid_at=_time("valid_at", valid_at, now),
        )
        text = "\n".join(" ".join(line.split()) for line in query.splitlines() if line.strip())
        if not text and filters.is_empty and at is None:
            raise InvalidQueryError(
                "Neither a query nor a filter", "Ask a question, or filter by types, tags, since, …"
            )
        return cls(
            text=text,
            filters=filters,
            now=now,
            limit=limit,
            offset=offset,
            at=at,
            at_time=parse_typed(at, now=now, end_of_day=True) if at else None,
            mode=_one_of("mode", mode, MODES),
            max_tokens=max_tokens,
            explain=explain,
            passages=passages,
            time_words=time_words,
            min_relevance=min_relevance,
            weights=Weights(without=_words("without", without, SWITCHES)),
        )


def _check_bounds(query: str, path: str | None, limit: int, offset: int, max_tokens: int | None) -> None:
    if len(query) > MAX_QUERY_CHARACTERS:
        raise InvalidQueryError(
            f"The query has {len(query):,} characters, {MAX_QUERY_CHARACTERS:,} are allowed", "Ask with fewer words"
        )
    check_unicode(query)
    if path is not None and len(path) > MAX_PATTERN_CHARACTERS:
        raise InvalidQueryError("path is too long", f"Give {MAX_PATTERN_CHARACTERS} characters at most")
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidQueryError(f"limit is {limit}", f"Give 1 to {MAX_LIMIT}; offset turns the page")
    if not 0 <= offset <= 10_000_000:
        raise InvalidQueryError(f"offset is {offset}", "Give 0 or more")
    if max_tokens is not None and max_tokens < 1:
        raise InvalidQueryError(f"max_tokens is {max_tokens}", "Give 1 or more, or leave it out")


def check_unicode(text: str) -> None:
    """Refuse text that no tokenizer takes.

    Raises:
        InvalidQueryError: if it holds a lone surrogate.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidQueryError("The query is not valid Unicode", "Send it as UTF-8")


def _words(name: str, values: Iterable[str], allowed: Iterable[str] = ()) -> frozenset[str]:
    words = {values} if isinstance(values, str) else set(values)
    known = frozenset(allowed)
    for word in words:
        if known and word not in known:
            raise InvalidQueryError(f"{name} has no {word!r}", f"It takes: {', '.join(sorted(known))}")
    return frozenset(words)


def _one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise InvalidQueryError(f"{name} is {value!r}", f"It takes: {', '.join(allowed)}")
    return value


def _time(name: str, text: str | None, now: datetime, *, end_of_day: bool = False) -> datetime | None:
    if text is None:
        return None
    moment = parse_typed(text, now=now, end_of_day=end_of_day)
    if moment is None:
        raise InvalidQueryError(
            f"{name} is not a time: {text!r}", "Write 2026-11-20, 2026-11-20T10:30 or '3 weeks ago'"
        )
    return moment
