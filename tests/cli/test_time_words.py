from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.recall.temporal.zones import HAS_ZONES, local_zone


@pytest.fixture
def journal(shell: Shell, vault: Path) -> Path:
    """Return a vault with the same words on two days."""
    for day in ("8 May 2023", "10 June 2024"):
        assert shell("remember", f"# Stand-up of {day}\n\nWe chose the database.").code == 0
    return vault


@pytest.mark.usefixtures("journal")
def test_a_question_about_a_day_is_answered_from_it(shell: Shell) -> None:
    question = "which database did we choose on 10 June 2024?"
    outcome = shell("recall", question)
    assert "Stand-up of 10 June 2024" in outcome.out
    assert "8 May" not in outcome.out
    assert "time: 2024-06-10 (10 June 2024)" in outcome.err
    assert shell("recall", question, "--json").json["window"]["explicit"] is True


@pytest.mark.usefixtures("journal")
def test_time_words_can_be_switched_off(shell: Shell) -> None:
    outcome = shell("recall", "which database did we choose on 10 June 2024?", "--no-time-words")
    assert "stand-up-of-8-may-2023.md" in outcome.out
    assert "time:" not in outcome.err


@pytest.mark.usefixtures("journal")
def test_where_nothing_is_of_the_time_everything_answers(shell: Shell) -> None:
    outcome = shell("recall", "which database did we choose in March 2021?")
    assert "Stand-up" in outcome.out
    assert "time: 2021-03-01 to 2021-03-31 (March 2021; preferred)" in outcome.err


@pytest.mark.skipif(not HAS_ZONES, reason="the zone of a process cannot be set on this system")
@pytest.mark.usefixtures("journal")
def test_json_has_the_window_in_utc(shell: Shell) -> None:
    with local_zone("Asia/Tokyo"):
        window = shell("recall", "what did we choose on 10 June 2024?", "--json").json["window"]
    assert (window["start"], window["end"]) == ("2024-06-09T15:00:00Z", "2024-06-10T15:00:00Z")
    assert (window["phrase"], window["tag"]) == ("10 June 2024", None)
