"""However the moment is named, the answer is the same."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import DAY, HOUR, NOW, commit, committing_at, day, remembering
from tests.conformance.temporal.stories import Step, Story
from tests.conformance.temporal.ways import FEW, PATH, STEPS
from tests.recall.temporal.zones import HAS_ZONES, local_zone
from tests.vaults import git
from vault_mem import Memory
from vault_mem.errors import NoteNotFoundError, RevisionNotFoundError

TOKYO = timezone(9 * HOUR)
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles") if HAS_ZONES else ()


def names(step: str, known: Step) -> list[str]:
    """Return every name of the moment of a step, and of moments between it and the next one."""
    weeks, local = (NOW - known.time) // timedelta(weeks=1), known.time.astimezone()
    return [
        known.commit,
        known.commit[:7],
        known.commit[:12].upper(),
        *(f"{kind}-{step}" for kind in ("tag", "annotated", "branch", "checkpoint")),
        f"refs/heads/branch-{step}",
        f"HEAD~{STEPS[::-1].index(step)}" if step == "restored" else f"branch-{step}~0",
        f"{known.time:%Y-%m-%dT%H:%M:%SZ}",
        f"{known.time:%Y-%m-%d %H:%MZ}",
        f"{known.time.astimezone(TOKYO):%Y-%m-%dT%H:%M:%S}+09:00",
        f"{local:%Y-%m-%dT%H:%M:%S}",
        f"{local:%Y-%m-%d}",
        f"{local + 3 * DAY:%Y-%m-%d}",
        "a week ago" if weeks == 1 else f"{weeks} weeks ago",
        f"{weeks * 7} days ago",
        f"{weeks * 7 * 24} hours ago",
        *(["last week"] if weeks == 1 else []),
        *(["yesterday", "today", "now", "HEAD", "main"] if step == "restored" else []),
    ]


def answers(memory: Memory, at: str) -> list[object]:
    as_of = memory.history(PATH, view="as-of", at=at)
    hits = memory.recall("containers of the crane", at=at, statuses=["active", "archived"]).hits
    return [
        (as_of.revision, as_of.note),
        memory.read(PATH, at=at),
        [(hit.path, hit.version, hit.commit, hit.status, hit.excerpt) for hit in hits],
        memory.history(PATH, at=at).versions,
        memory.changes(until=at),
        memory.log(until=at),
    ]


@pytest.mark.parametrize("way", FEW)
def test_every_name_of_a_moment_gives_the_same_answers(memory: Memory, story: Story) -> None:
    for step in STEPS:
        first, *others = names(step, story.steps[step])
        expected = answers(memory, first)
        assert expected[0] != (None, None)
        for name in others:
            assert (name, answers(memory, name)) == (name, expected)


@pytest.mark.parametrize("way", FEW)
def test_names_mean_the_same_in_every_zone(memory: Memory, story: Story) -> None:
    for zone in ZONES:
        with local_zone(zone):
            for step in STEPS:
                for name in names(step, story.steps[step]):
                    assert (zone, name, memory.read(PATH, at=name).revision) == (zone, name, story.steps[step].commit)


@pytest.mark.skipif(not HAS_ZONES, reason="this system has no time zones to set")
def test_a_date_alone_is_the_end_of_that_local_day(vault: Path) -> None:
    first = commit(vault, day(8, 1), {"note.md": "One.\n"})
    late = commit(vault, day(8, 23), {"note.md": "Two.\n"})
    with remembering(vault) as memory:
        for zone, expected in (("UTC", late), ("Asia/Tokyo", first), ("America/Los_Angeles", late)):
            with local_zone(zone):
                assert memory.read("note", at="2026-01-08").revision == expected
        with local_zone("America/Los_Angeles"):
            assert memory.read("note", at="2026-01-07").revision == first
        with local_zone("UTC"):
            assert memory.changes(since="2026-01-08").counts == {"new": 1}
            assert memory.changes(since="2026-01-09").counts == {}
            with pytest.raises(NoteNotFoundError):
                memory.read("note", at="2026-01-07")


def test_a_second_before_a_commit_it_is_not_known(vault: Path) -> None:
    commit(vault, day(8), {"note.md": "One.\n"})
    revised = commit(vault, day(9), {"note.md": "Two.\n"})
    with remembering(vault) as memory:
        assert memory.read("note", at="2026-01-09T12:00:00Z").revision == revised
        assert memory.changes(since="2026-01-09T12:00:00Z").counts == {"revised": 1}
        assert memory.changes(since="2026-01-09T12:00:01Z").counts == {}
        assert memory.read("note", at="2026-01-09T11:59:59Z").text == "One.\n"
        assert memory.read("note", at="2026-01-09T11:59:59.999Z").text == "One.\n"
        with pytest.raises(NoteNotFoundError):
            memory.read("note", at="2026-01-08T11:59:59Z")


def test_a_ref_goes_before_a_prefix_and_both_before_a_date(vault: Path) -> None:
    first = commit(vault, day(8), {"note.md": "One.\n"})
    second = commit(vault, day(15), {"note.md": "Two.\n"})
    git(vault, "tag", "2026-01-20", first)
    git(vault, "branch", second[:8], first)
    with remembering(vault) as memory:
        assert memory.read("note", at="2026-01-20").text == "One.\n"
        assert memory.read("note", at=second[:8]).text == "One.\n"
        assert memory.read("note", at=second[:9]).text == "Two.\n"
        assert memory.read("note", at="2026-01-21").text == "Two.\n"
        for nothing in ("no-such-name", "2026-13-01", second[:6], "in three weeks"):
            with pytest.raises(RevisionNotFoundError):
                memory.read("note", at=nothing)


def test_what_is_not_committed_is_known_only_now(vault: Path) -> None:
    committed = commit(vault, day(8), {"note.md": "One.\n"})
    (vault / "note.md").write_text("Not committed.\n")
    with remembering(vault) as memory:
        assert memory.read("note").text == "Not committed.\n"
        for at in ("now", "HEAD", "main", committed, "today"):
            read = memory.read("note", at=at)
            assert (read.text, read.dirty, read.revision) == ("One.\n", False, committed)


def test_the_clock_of_a_memory_moves_on(vault: Path) -> None:
    with committing_at(day(8)), remembering(vault, now=day(8)) as memory:
        memory.remember("One.", title="Note")
    with committing_at(day(9)), remembering(vault, now=day(9)) as memory:
        memory.revise("Note", "Two.")
        clock = memory._session
        for now, expected in (
            (day(9), "One."),
            (day(10), "Two."),
            (datetime.fromisoformat("2026-03-01T00:00Z"), "Two."),
        ):
            clock._clock = lambda now=now: now  # type: ignore[misc]  # bound at once
            assert expected in memory.read("Note", at="1 day ago").text
