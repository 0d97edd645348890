from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.memory.session import Session
from vault_mem.memory.windows import asked_window, shown
from vault_mem.notes.model import NotePath
from vault_mem.recall.filters import within
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.temporal import Window, closeness

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Ask = Callable[..., Window | None]


@pytest.fixture
def session(memory: Memory) -> Session:
    return memory._session


@pytest.fixture
def ask(session: Session) -> Ask:
    def asked(text: str, *, filters: Filters | None = None, **options: Any) -> Window | None:  # Any: fields of Question
        return asked_window(session, Question(text, filters or Filters(), NOON, **options), now=NOON)

    return asked


@contextmanager
def committing_at(time: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GIT_COMMITTER_DATE", time.isoformat())
        yield


def commit(root: Path, time: datetime, **notes: str) -> None:
    for name, text in notes.items():
        write(root, f"{name}.md", text)
    git(root, "add", "-A")
    with committing_at(time):
        git(root, "commit", "-qm", "notes")


# --- the window of a question ---


def test_a_question_has_the_window_it_names(ask: Ask) -> None:
    window = ask("what did we decide in March 2024?")
    assert window is not None
    assert window.is_explicit
    assert window.phrase == "March 2024"
    assert ask("what did we decide?") is None
    assert ask("") is None


def test_time_words_can_be_switched_off(ask: Ask) -> None:
    assert ask("what did we decide in March 2024?", time_words=False) is None


@pytest.mark.parametrize("filters", [Filters(since=NOON), Filters(until=NOON), Filters(valid_at=NOON)])
def test_a_filter_by_time_goes_before_words(ask: Ask, filters: Filters) -> None:
    window = ask("what did we decide in March 2024?", filters=filters)
    assert window is not None
    assert not window.is_explicit


def test_a_tag_of_the_vault_is_a_bound(ask: Ask, vault: Path) -> None:
    commit(vault, NOON - 90 * DAY, a="a")
    git(vault, "tag", "v2")
    window = ask("what did we know before the v2 checkpoint?")
    assert window == Window(None, NOON - 90 * DAY + timedelta(seconds=1), True, "before the v2 checkpoint", "v2")
    assert ask("what did we know about the v2 checkpoint?") is None


def test_tags_are_looked_up_only_where_one_may_be_named(ask: Ask, session: Session) -> None:
    session.vault.root.joinpath(".git").rename(session.vault.root / "gone")
    assert ask("what did we decide last week?") is not None


def test_the_answer_shows_whether_it_was_applied(ask: Ask) -> None:
    window = ask("what did we decide in March 2024?")
    assert window is not None
    told = shown(window, is_applied=False)
    assert told is not None
    assert (told.start, told.end, told.explicit, told.phrase) == (window.start, window.end, False, "March 2024")
    assert shown(None, is_applied=True) is None


# --- the time of a note ---


def test_the_time_of_a_note(session: Session, vault: Path) -> None:
    then = NOON - 30 * DAY
    commit(
        vault,
        then,
        valid="---\nvalid_from: 2024-01-01\nvalid_to: 2024-02-01\ncreated: 2023-01-01\n---\n# Of 2023-05-08",
        open="---\nvalid_from: 2024-01-01\n---\n# Open",
        episode="---\ntype: episode\nvalid_from: 2024-01-01\n---\n# Episode",
        **{"journals/2023_05_08": "- did things", "talk": "# Session 1 — 8 May, 2023"},
        created="---\ncreated: 2023-01-01T10:00:00\n---\n# Created",
        plain="# Plain",
    )
    write(vault, "new.md", "# New")
    moment = session.present()

    def time(name: str) -> tuple[datetime | None, datetime | None]:
        return moment.note_time(moment.positions[NotePath(f"{name}.md")])

    def day(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    local = datetime(2023, 5, 8).astimezone().astimezone(UTC), datetime(2023, 5, 9).astimezone().astimezone(UTC)
    assert time("valid") == (day("2024-01-01"), day("2024-02-01"))
    assert time("open") == (day("2024-01-01"), None)
    assert time("episode") == (day("2024-01-01"), day("2024-01-01"))
    assert time("journals/2023_05_08") == time("talk") == local
    assert time("created") == (day("2023-01-01T10:00:00"),) * 2
    assert time("plain") == (then, then)
    assert time("new") == (moment.time, moment.time)
    assert moment.stated_time(moment.positions[NotePath("plain.md")]) == (None, None)


def test_a_window_leaves_notes_of_its_time(session: Session, vault: Path) -> None:
    commit(
        vault,
        NOON - 60 * DAY,
        old="# Old",
        grown="# Grown",
        **{"journals/2026_11_10": "- last week"},
        held="---\nvalid_from: 2026-11-10\n---\n# Held",
        over="---\nvalid_from: 2026-01-10\nvalid_to: 2026-02-01\n---\n# Over",
        made="---\ncreated: 2026-11-11T09:00:00\nvalid_to: 2026-01-01\n---\n# Made",
    )
    commit(vault, NOON - 7 * DAY, grown="# Grown up")
    commit(vault, NOON, later="# Later")
    moment = session.present()
    week = Window(NOON - 9 * DAY, NOON - 2 * DAY, True, "last week")
    left = within(week, np.arange(len(moment.view.notes)), moment)
    names = {moment.view.notes[position].name for position in left}
    assert names == {"2026_11_10", "grown", "held", "made"}
    assert left.tolist() == sorted(left)
    assert within(week, left[1:], moment).tolist() == left[1:].tolist()
    nearest = max(range(len(moment.view.notes)), key=lambda at: closeness(week, *moment.note_time(at)))
    assert nearest in left


def test_what_happened_on_a_day_may_be_told_on_the_next(session: Session, ask: Ask, vault: Path) -> None:
    commit(
        vault,
        NOON,
        **{"2026-05-07": "- plans", "2026-05-08": "- done", "2026-05-09": "- told", "2026-05-10": "- late"},
    )
    window = ask("what did we do on 8 May 2026?")
    assert window is not None
    moment = session.present()
    left = within(window, np.arange(len(moment.view.notes)), moment)
    assert [moment.view.notes[position].name for position in left] == ["2026-05-07", "2026-05-08", "2026-05-09"]


def test_text_that_is_not_committed_is_of_the_present(session: Session, vault: Path) -> None:
    commit(vault, NOON - 60 * DAY, old="# Old")
    write(vault, "old.md", "# New text")
    moment = session.present()
    today = Window(moment.time - DAY, moment.time + DAY, True, "today")
    assert [
        moment.view.notes[position].name for position in within(today, np.arange(len(moment.view.notes)), moment)
    ] == ["old"]


def test_an_empty_vault_has_nothing_within(session: Session) -> None:
    assert not len(within(Window(NOON, None, True, "since"), np.arange(0), session.present()))


def test_a_date_that_is_asked_about_does_not_hide_the_note_that_has_it(memory: Memory) -> None:
    root = memory.root
    commit(root, NOON - 400 * DAY, stripe="# Stripe\n\nWe pin the Stripe API version to 2023-10-16.\n")
    write(root, "2023_10_16.md", "Talked about the version of the coffee machine.\n")
    answer = memory.recall("which stripe API version 2023-10-16 do we pin")
    assert answer.hits[0].title == "Stripe"
    assert answer.window is not None
    assert not answer.window.explicit


def test_the_words_of_the_time_are_not_reported_as_unknown(memory: Memory) -> None:
    memory.remember("# Coffee\n\nThe coffee machine was descaled.")
    assert memory.recall("was the coffee machine descaled yesterday").notice == ()


def test_a_question_of_nothing_but_time_lists_the_notes_of_then(memory: Memory) -> None:
    yesterday = (datetime.now(UTC).astimezone() - DAY).strftime("%Y_%m_%d")
    write(memory.root, f"journals/{yesterday}.md", "Reviewed the quarterly budget with Finance.\n")
    memory.remember("# Roses\n\nThey need no water in winter.")
    for text in ("what did I do yesterday?", "yesterday", "昨天做了什么"):
        answer = memory.recall(text)
        assert [str(hit.path) for hit in answer.hits] == [f"journals/{yesterday}.md"], text
        assert answer.window is not None


def test_words_of_the_time_do_not_lower_the_relevance(memory: Memory) -> None:
    yesterday = (datetime.now(UTC).astimezone() - DAY).strftime("%Y_%m_%d")
    write(memory.root, f"journals/{yesterday}.md", "Reviewed the quarterly budget with Finance.\n")
    memory.remember("# Roses\n\nThey need no water in winter.")
    relevance = memory.recall("budget yesterday").hits[0].relevance
    assert relevance is not None
    assert relevance > 0.5  # with `yesterday` among what it lacks 0.05
