"""The order behind a head, against a slow and obvious walk; histories are random, with merges and wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.index.ancestry import Ancestry
from vault_mem.notes.model import CommitId

START = datetime(2030, 1, 1, tzinfo=UTC)
Parents = dict[CommitId, tuple[CommitId, ...]]


@st.composite
def histories(draw: st.DrawFn) -> tuple[Parents, dict[CommitId, str]]:
    parents: Parents = {}
    times = {}
    for number in range(draw(st.integers(1, 14))):
        older = list(parents)
        own = draw(st.lists(st.sampled_from(older), max_size=3, unique=True)) if older else []
        commit = CommitId(f"c{number}")
        parents[commit] = tuple(own)
        times[commit] = (START + timedelta(days=draw(st.integers(0, 20)))).isoformat()
    return parents, times


def behind(commit: CommitId, parents: Parents) -> set[CommitId]:
    return {commit}.union(*(behind(parent, parents) for parent in parents[commit]))


def line_of(head: CommitId, parents: Parents) -> list[CommitId]:
    return [*(line_of(parents[head][0], parents) if parents[head] else []), head]


@given(histories())
def test_the_order_says_what_a_walk_says(history: tuple[Parents, dict[CommitId, str]]) -> None:
    parents, times = history
    head = list(parents)[-1]
    order = Ancestry(head, parents, times)
    reachable = behind(head, parents)
    assert set(order.ranks) == reachable
    assert list(order.line) == line_of(head, parents)
    assert all(order.ranks[parent] < order.ranks[commit] for commit in reachable for parent in parents[commit])
    for descendant in reachable:
        for commit in reachable:
            assert order.reaches(descendant, commit) == (commit in behind(descendant, parents))


@given(histories())
def test_a_commit_arrives_with_the_first_on_the_line_that_reaches_it(
    history: tuple[Parents, dict[CommitId, str]],
) -> None:
    parents, times = history
    head = list(parents)[-1]
    order = Ancestry(head, parents, times)
    line = line_of(head, parents)
    known_from = [max(times[each] for each in line[: number + 1]) for number in range(len(line))]
    for commit in behind(head, parents):
        first = next(number for number, each in enumerate(line) if commit in behind(each, parents))
        assert order.place(commit) == first
        assert order.arrived(commit).isoformat() == known_from[first]
    for day in range(22):
        moment = START + timedelta(days=day)
        known = [each for each, time in zip(line, known_from, strict=True) if time < moment.isoformat()]
        assert order.before(moment) == (known[-1] if known else None)


@given(histories())
def test_an_order_grown_from_an_older_one_is_the_same(history: tuple[Parents, dict[CommitId, str]]) -> None:
    parents, times = history
    head = list(parents)[-1]
    older = [Ancestry(each, parents, times) for each in list(parents)[:-1]]
    assert Ancestry(head, parents, times, older).ranks == Ancestry(head, parents, times).ranks


def test_an_unknown_head_reaches_nothing() -> None:
    order = Ancestry(CommitId("unknown"), {}, {})
    assert (order.ranks, order.line, order.before(START)) == ({}, (), None)
