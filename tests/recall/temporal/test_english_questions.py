from __future__ import annotations

from datetime import timedelta

import pytest

from tests.recall.temporal.zones import asked, written

CLEAR = [
    ("what did we decide yesterday", "2026-11-17..2026-11-18"),
    ("Yesterday we changed something, what?", "2026-11-17..2026-11-18"),
    ("what happened the day before yesterday", "2026-11-16..2026-11-17"),
    ("what did we decide last week", "2026-11-09..2026-11-16"),
    ("last week's cache bug", "2026-11-09..2026-11-16"),
    ("the week before last", "2026-11-02..2026-11-09"),
    ("what did we do last weekend", "2026-11-14..2026-11-16"),
    ("what did we ship last month", "2026-10-01..2026-11-01"),
    ("what did we ship last quarter", "2026-07-01..2026-10-01"),
    ("what did I note in the last 3 days", "2026-11-15..2026-11-19"),
    ("notes from the past two weeks", "2026-11-04..2026-11-19"),
    ("over the last week, what broke", "2026-11-11..2026-11-19"),
    ("last 24 hours", "2026-11-17T12:00:00..2026-11-19"),
    ("what did we do 3 days ago", "2026-11-15..2026-11-16"),
    ("what changed 3 weeks ago", "2026-10-25..2026-11-02"),
    ("what did we choose two months ago", "2026-09-01..2026-10-04"),
    ("last Friday", "2026-11-13..2026-11-14"),
    ("what changed since Monday", "2026-11-16.."),
    ("what changed since March", "2026-03-01.."),
    ("since yesterday", "2026-11-17.."),
    ("what did we do this month", "2026-11-01..2026-12-01"),
    ("what have we fixed this week", "2026-11-16..2026-11-23"),
    ("what did we do today", "2026-11-18..2026-11-19"),
    ("March last year", "2025-03-01..2025-04-01"),
]
DATES = [
    ("decisions in March 2024", "2024-03-01..2024-04-01"),
    ("in the last week of March 2024", "2024-03-01..2024-04-01"),
    ("what happened on 8 May 2023", "2023-05-08..2023-05-09"),
    ("what happened on the 8th of May, 2023?", "2023-05-08..2023-05-09"),
    ("what happened on May 8th, 2023", "2023-05-08..2023-05-09"),
    ("2023-05-08", "2023-05-08..2023-05-09"),
    ("standup 2023-05-08T10:30", "2023-05-08..2023-05-09"),
    ("journal 2023_05_08", "2023-05-08..2023-05-09"),
    ("what did we do on 2023/05/08?", "2023-05-08..2023-05-09"),
    ("notes of 2023-05", "2023-05-01..2023-06-01"),
    ("13/5/2023", "2023-05-13..2023-05-14"),
    ("13.5.2023", "2023-05-13..2023-05-14"),
    ("8. Mai 2023", "2023-05-08..2023-05-09"),
    ("le 8 mai 2023", "2023-05-08..2023-05-09"),
    ("8 de mayo de 2023", "2023-05-08..2023-05-09"),
    ("roadmap Q3 2024", "2024-07-01..2024-10-01"),
    ("2024Q3", "2024-07-01..2024-10-01"),
    ("third quarter of 2024", "2024-07-01..2024-10-01"),
    ("in 2023 we moved", "2023-01-01..2024-01-01"),
    ("in February 2024", "2024-02-01..2024-03-01"),
    ("on 29 February 2024", "2024-02-29..2024-03-01"),
    ("on 31 December 2023", "2023-12-31..2024-01-01"),
    ("before 2024", "..2024-01-01"),
    ("since 2025", "2025-01-01.."),
    ("until May 2024", "..2024-06-01"),
    ("by July 10, 2022", "..2022-07-11"),
    ("after March 2024 and before June 2024", "2024-04-01..2024-06-01"),
    ("what was decided between May and July 2023", "2023-05-01..2023-08-01"),
    ("between November and February 2024", "2023-11-01..2024-03-01"),
    ("from November 2023 to February", "2023-11-01..2024-03-01"),
    ("between August 11 and August 15 2023", "2023-08-11..2023-08-16"),
    ("11-15 August 2023", "2023-08-11..2023-08-16"),
    ("what was done from 2026-01-05 to 2026-02-03", "2026-01-05..2026-02-04"),
    ("compare 8 May 2023 and 10 June 2023", "2023-05-08..2023-06-11"),
    ("what did she finish last Friday on 23 January, 2022", "2022-01-23..2022-01-24"),
]
VAGUE = [
    ("decisions in March", "~2026-03-01..2026-04-01"),
    ("in December", "~2025-12-01..2026-01-01"),
    ("what happened on May 8", "~2026-05-08..2026-05-09"),
    ("why did tests fail on Feb 29", "~2024-02-29..2024-03-01"),
    ("what was decided between May and July", "~2026-05-01..2026-08-01"),
    ("what was in Q3", "~2026-07-01..2026-10-01"),
    ("what did we do on Monday", "~2026-11-16..2026-11-17"),
    ("what did we say last Monday", "~2026-11-16..2026-11-17"),
    ("do we deploy on Friday?", "~2026-11-13..2026-11-14"),
    ("goals for this month", "~2026-11-01..2026-12-01"),
    ("what is planned this week", "~2026-11-16..2026-11-23"),
    ("what meetings do I have today", "~2026-11-18..2026-11-19"),
    ("which database do we use today", "~2026-11-18..2026-11-19"),
    ("what have we learned recently", "~2026-10-19..2026-11-19"),
    ("what have I been working on lately", "~2026-10-19..2026-11-19"),
    ("what did he say the other day", "~2026-11-08..2026-11-18"),
    ("a few weeks ago we changed the schema", "~2026-10-07..2026-11-05"),
    ("we changed the schema weeks ago", "~2026-09-16..2026-11-12"),
    ("a while back", "~2025-11-18..2026-11-19"),
    ("about 3 weeks ago", "~2026-10-25..2026-11-02"),
    ("5 minutes ago", "~2026-11-18T11:50:00..2026-11-19"),
    ("last summer", "~2026-06-01..2026-09-01"),
    ("last winter", "~2025-12-01..2026-03-01"),
    ("what happened in summer 2021", "~2021-06-01..2021-09-01"),
    ("last year", "~2025-01-01..2026-01-01"),
    ("where did she move from 4 years ago", "~2022-01-01..2023-05-20"),
    ("last March", "~2026-03-01..2026-04-01"),
    ("what did he do the week before August 3, 2023", "~2023-07-13..2023-08-04"),
    ("the day after 3 August 2023", "~2023-08-03..2023-08-07"),
    ("how long since last week", "~2026-11-09.."),
    ("how many days since 2026-05-01", "~2026-05-01.."),
    ("who wrote Yesterday for the Beatles", "~2026-11-17..2026-11-18"),
    ("next week", "~2026-11-23..2026-11-30"),
    ("what is due on 2027-01-05", "~2027-01-05..2027-01-06"),
    ("the roadmap of 2025", "~2025-01-01..2026-01-01"),
]
NONE = """
    which database do we use | when did she go to the support group | what date is the release | how long ago was that
    how many weeks ago did we deploy | may I use tabs | march the troops | the second argument | the second retry
    the last time we met | the week | in the morning | in the summer | the Friday-night show | Friday Night Lights
    in 2000 ms | up to 2000 characters | port 2049 | error 2014 | issue 2023 | in PR 2024 | in 2023.1 we changed
    in 1850 | in 2031 | 5/8/2023 | gpt-4-2024-05-13 | version 2024.11.1 | CVE-2023-05123 | py2026-11
    on Windows Server 2022 | 2026-11-18T12:00:01 ERROR refused | 2026-11-18 12:00:01 ERROR | journals/2023-05-08.md
    Rust 2021 edition | what does `since yesterday` mean to git log | who sang "Yesterday" in the film | Ubuntu 24.04
    RFC 2119 keywords | use of last-modified header | week number function | daily standup | what is the year field
    cron every Monday | since Monday.com integration | 30 day retention | token expires after 3 days
    session ttl of 7 days | how to handle dates in March/April DST | day of the week function | the past tense
    since epoch | what did April say | spring boot version | fall back to sqlite | after 5 retries | before 10 am
    between 5 and 10 retries | in a week | the last commit of the day | the last week of the project
    add 3 months to a date | the latest decision | on 0 May 2023x | 2023-13-45
"""


@pytest.mark.parametrize(("question", "window"), CLEAR + DATES + VAGUE)
def test_a_question_speaks_of_a_time(question: str, window: str) -> None:
    assert written(asked(question)) == window


@pytest.mark.parametrize("question", [part.strip() for part in NONE.replace("\n", "|").split("|") if part.strip()])
def test_a_question_speaks_of_no_time(question: str) -> None:
    assert written(asked(question)) == "none"


def test_the_phrase_is_as_written() -> None:
    for question, phrase in (
        ("What changed  BETWEEN May and July 2023?", "BETWEEN May and July 2023"),
        ("What changed between May and July 2023?", "between May and July 2023"),
        ("what did we do since  Yesterday", "Yesterday"),
        ("what changed since yesterday?", "since yesterday"),
        ("8 May 2023 or, if that fails, the days around the tenth of the month which is 10 June 2023, later", None),
    ):
        window = asked(question)
        assert window is not None
        assert window.phrase == (phrase or "8 May 2023 … 10 June 2023")


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("what happened on 8 May 2023", 1),
        ("what happened in the last week of February 2024", 29),
        ("what happened in 2023", 31),
        ("what happened last week", 0),
        ("what happened before 2024", 0),
        ("what happened between v1.2 and v2", 0),
    ],
)
def test_dates_have_a_margin(question: str, days: int) -> None:
    window = asked(question)
    assert window is not None
    assert window.margin == timedelta(days=days)
    if window.start is not None and window.end is not None:
        assert window.widened.start == window.start - timedelta(days=days)
        assert window.widened.end == window.end + timedelta(days=days)


def test_pasted_text_names_no_clear_time() -> None:
    question = "what did we decide last week"
    window = asked(question + " x" * 200)
    assert window is not None
    assert not window.is_explicit
    assert asked("x " * 1_100 + question) is None
