from __future__ import annotations

from pathlib import Path

import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, NoteNotFoundError, RevisionNotFoundError
from vault_mem.memory.answers import Timeline
from vault_mem.memory.looking_back.soundings import Effort
from vault_mem.memory.looking_back.timelines import of_question
from vault_mem.recall.query import Question

ASKED = "how do we version the public API?"
FEW = Effort(whole=2, samples=3)


def told(timeline: Timeline) -> list[tuple[str | None, str | None]]:
    """Return each turn's subject and the last line of what was known from then on."""
    return [
        (turn.act.subject if turn.act else None, turn.belief.excerpt.splitlines()[-1] if turn.belief else None)
        for turn in timeline.turns
    ]


def others(memory: Memory, number: int, *, beginning: int = 0) -> None:
    for each in range(beginning, beginning + number):
        memory.remember(f"The {each}th tree in the garden is a pear.", title=f"Garden {each}")


def sparsely(memory: Memory, effort: Effort = FEW, *, since: str | None = None, asked: str = ASKED) -> Timeline:
    """Tell a timeline as of a long past, where only some revisions are asked first."""
    question = Question.checked(query=asked, now=memory._session.now(), limit=1, min_relevance=0.13)
    return of_question(memory._session, question, since=since, until=None, limit=50, effort=effort)


def past(memory: Memory) -> list[tuple[str | None, str | None]]:
    """A rule that is written, revised twice, superseded and forgotten, among other notes; return what is to be told."""
    others(memory, 5)
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    others(memory, 3, beginning=5)
    memory.revise("api", "We version the public API by a header.", reason="Clients were upgraded.", agent="planner")
    memory.revise("api", "We version the public API by its media type.", session="s7")
    others(memory, 3, beginning=8)
    new = "We version the public API by date."
    memory.remember(new, title="API by date", links={"supersedes": ["API versions"]}, reason="As others do.")
    memory.revise("API by date", set={"tags": ["api"]})
    others(memory, 3, beginning=11)
    memory.forget("API by date", reason="Nobody asks.")
    others(memory, 2, beginning=14)
    return [
        (None, None),
        ("remember: notes/api.md", "We version the public API in the URL path."),
        ("revise: notes/api.md", "We version the public API by a header."),
        ("revise: notes/api.md", "We version the public API by its media type."),
        ("supersede: notes/api-by-date.md", new),
        ("forget: notes/api-by-date.md", None),
    ]


def test_turns_are_the_acts_that_changed_the_answer_with_who_and_why(memory: Memory) -> None:
    wanted = past(memory)
    timeline = memory.timeline(ASKED)
    assert told(timeline) == wanted
    acts = [turn.act for turn in timeline.turns if turn.act]
    assert [act.agent for act in acts] == ["tester", "planner", "tester", "tester", "tester"]
    assert [act.session for act in acts] == ["s1", "s1", "s7", "s1", "s1"]
    assert [act.reason for act in acts] == ["", "Clients were upgraded.", "", "As others do.", "Nobody asks."]
    assert [turn.among for turn in timeline.turns] == [None] * 6
    assert (timeline.query, timeline.path, timeline.since, timeline.notice) == (ASKED, None, None, ())


def test_in_a_long_past_the_acts_are_found_without_asking_at_each(memory: Memory) -> None:
    others(memory, 25, beginning=20)
    wanted = past(memory)
    timeline = sparsely(memory)
    assert told(timeline) == wanted
    assert timeline.recalls < 25 < len(memory.log(limit=200).acts)
    assert timeline.notice == ()


def test_a_time_before_anything_was_known_is_one_turn_even_if_something_was_answered(memory: Memory) -> None:
    others(memory, 4)
    memory.remember("The public may see the garden in May.", title="Open days")
    memory.remember("We version the public API in the URL path.", title="API versions")
    assert told(memory.timeline(ASKED)) == [
        (None, None),
        ("remember: notes/api-versions.md", "We version the public API in the URL path."),
    ]
    assert told(memory.timeline(ASKED, min_relevance=0))[:2] == [
        (None, None),
        ("remember: notes/open-days.md", "The public may see the garden in May."),
    ]
    assert told(memory.timeline("who sings in the choir?")) == [(None, None)]


def test_edits_by_hand_and_by_plain_git_are_turns(memory: Memory, vault: Path) -> None:
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    note = vault / "notes/api.md"
    write(vault, "notes/api.md", note.read_text().replace("in the URL path", "by a header"))
    memory.revise("api", set={"tags": ["api"]})  # adopts the edit first
    write(vault, "notes/api.md", note.read_text().replace("by a header", "by phone"))
    git(vault, "commit", "-qam", "call us")
    git(vault, "rm", "-q", "notes/api.md")
    git(vault, "commit", "-qm", "no more calls")
    for timeline in (memory.timeline(ASKED), sparsely(memory)):
        assert told(timeline) == [
            (None, None),
            ("remember: notes/api.md", "We version the public API in the URL path."),
            ("adopt: notes/api.md", "We version the public API by a header."),
            ("call us", "We version the public API by phone."),
            ("no more calls", None),
        ]


def test_what_a_merge_brought_is_the_merges_turn(memory: Memory, vault: Path) -> None:
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    git(vault, "switch", "-q", "-c", "side")
    memory.revise("api", "We version the public API by phone.", agent="aside")
    memory.revise("api", "We version the public API by a header.", agent="aside")
    inside = memory.log(limit=1).acts[0].commit
    git(vault, "switch", "-q", "main")
    others(memory, 4)
    git(vault, "merge", "-q", "--no-ff", "-m", "bring it in", "side")
    others(memory, 4, beginning=4)
    for timeline in (memory.timeline(ASKED), sparsely(memory)):
        assert told(timeline)[-1] == ("bring it in", "We version the public API by a header.")
        assert len(timeline.turns) == 3
        belief = timeline.turns[-1].belief
        assert belief is not None
        assert (belief.commit, belief.agent) == (inside, "aside")


def test_moving_a_note_changes_no_answer_and_it_is_followed_to_where_it_went(memory: Memory, vault: Path) -> None:
    others(memory, 3)
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    git(vault, "mv", "notes/api.md", "first.md")
    git(vault, "commit", "-qm", "tidy")
    git(vault, "mv", "first.md", "second.md")
    git(vault, "commit", "-qm", "tidy more")
    memory.revise("api", "We version the public API by a header.")
    others(memory, 3, beginning=3)
    memory.revise("api", "We version the public API in the URL path.")
    others(memory, 3, beginning=6)
    last = memory.timeline(ASKED)
    assert [words for _, words in told(last)] == [
        None,
        "We version the public API in the URL path.",
        "We version the public API by a header.",
        "We version the public API in the URL path.",
    ]
    assert [turn.path for turn in last.turns] == [None, "notes/api.md", "second.md", "second.md"]
    assert told(sparsely(memory)) == told(last)


def test_the_past_of_an_answer_that_was_deleted_is_looked_at(memory: Memory, vault: Path) -> None:
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    others(memory, 6)
    memory.revise("api", "We version the public API by a header.")
    memory.revise("api", "We version the public API in the URL path.")
    others(memory, 6, beginning=6)
    git(vault, "rm", "-q", "notes/api.md")
    git(vault, "commit", "-qm", "away")
    for _ in range(2):
        git(vault, "commit", "-q", "--allow-empty", "-m", "nothing")
    timeline = sparsely(memory)  # asked first: init, one of the second six, the last nothing
    assert [subject for subject, _ in told(timeline)] == [
        None,
        "remember: notes/api.md",
        "revise: notes/api.md",
        "revise: notes/api.md",
        "away",
    ]
    assert told(timeline) == told(memory.timeline(ASKED))


def test_a_change_that_no_note_made_is_found_by_halving(
    memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(vault, "api.md", "---\nexpires: 2020-02-11\n---\nWe version the public API in the URL path.\n")
    git(vault, "add", "api.md")
    for day in range(1, 61):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2020-{1 + day // 31:02}-{1 + day % 31:02}T12:00:00Z")
        git(vault, "commit", "-q", "--allow-empty", "-m", f"day {day}")
    timeline = sparsely(memory, since="HEAD~59")
    assert told(timeline) == [(None, "We version the public API in the URL path."), ("day 41", None)]
    assert timeline.recalls <= 3 + 1 + 6


def test_a_stretch_begins_with_what_was_known_then(memory: Memory) -> None:
    wanted = past(memory)
    acts = [turn.act.commit for turn in memory.timeline(ASKED).turns if turn.act]
    part = memory.timeline(ASKED, since=acts[1], until=acts[3])
    assert told(part) == [(None, wanted[2][1]), *wanted[3:5]]
    assert (part.since, part.revision) == (acts[1], acts[3])
    assert told(sparsely(memory, since=acts[1])) == [(None, wanted[2][1]), *wanted[3:]]
    assert told(memory.timeline(ASKED, since="s7")) == [(None, wanted[3][1]), *wanted[4:]]
    assert told(memory.timeline(ASKED, since="1 minute ago")) == wanted
    newest = memory.timeline(ASKED, limit=2)
    assert told(newest) == wanted[-2:]
    assert newest.notice == ("4 earlier turns are left out; give a higher limit, or until",)


def test_since_an_act_that_a_merge_brought_the_merge_is_a_turn(memory: Memory, vault: Path) -> None:
    memory.remember("We version the public API in the URL path.", title="API versions", key="api")
    git(vault, "switch", "-q", "-c", "side")
    memory.revise("api", "We version the public API by a header.", session="aside")
    git(vault, "switch", "-q", "main")
    others(memory, 1)
    git(vault, "merge", "-q", "--no-ff", "-m", "bring it in", "side")
    assert told(memory.timeline(ASKED, since="aside")) == [
        (None, "We version the public API in the URL path."),
        ("bring it in", "We version the public API by a header."),
    ]


def test_the_first_commit_is_an_act_where_it_gave_the_answer(vault: Path, memory: Memory) -> None:
    memory.remember("We version the public API in the URL path.", title="API versions")
    git(vault, "checkout", "-q", "--orphan", "fresh")
    git(vault, "commit", "-qm", "all at once")
    assert told(memory.timeline(ASKED)) == [("all at once", "We version the public API in the URL path.")]


def test_a_search_that_ends_early_says_from_when_on_it_is_whole(memory: Memory) -> None:
    wanted = past(memory)
    whole = memory.timeline(ASKED)
    for recalls in range(4, 24):
        part = sparsely(memory, Effort(whole=2, samples=3, changes=recalls - 1, recalls=recalls))
        assert part.recalls <= recalls
        late = [turn for turn in part.turns if turn.among is not None]
        if not part.notice:
            assert told(part) == wanted
            continue
        assert part.notice[0].startswith(f"Asked at {recalls} revisions")
        bound = part.notice[0].partition("(")[2][:9]
        line = [act.commit for act in reversed(memory.log(limit=200).acts)]
        behind = [commit[:9] for commit in line].index(bound)
        assert [turn.act for turn in part.turns if turn.act and line.index(turn.act.commit) > behind] == [
            turn.act for turn in whole.turns if turn.act and line.index(turn.act.commit) > behind
        ]
        assert all(turn.act and line.index(turn.act.commit) <= behind for turn in late)
        assert late or len(part.turns) < len(wanted) or bound


def test_a_note_is_told_by_its_versions(memory: Memory, vault: Path) -> None:
    memory.remember("We version the API in the URL path.", title="API versions", key="api", agent="planner")
    memory.revise("api", "We version the API by a header.", reason="Clients were upgraded.")
    git(vault, "mv", "notes/api.md", "moved.md")
    git(vault, "commit", "-qm", "tidy")
    memory.revise("api", set={"tags": ["api"]})
    timeline = memory.timeline(note="api")
    acts = [turn.act for turn in timeline.turns if turn.act]
    assert [act.subject for act in acts] == [
        "remember: notes/api.md",
        "revise: notes/api.md",
        "tidy",
        "revise: moved.md",
    ]
    assert (acts[0].agent, acts[1].reason) == ("planner", "Clients were upgraded.")
    assert acts[0].notes == ("notes/api.md",)
    assert [turn.edits for turn in timeline.turns] == [
        "+# API versions\n+We version the API in the URL path.",
        "-We version the API in the URL path.\n+We version the API by a header.",
        "",
        "",
    ]
    assert [(turn.old_path, turn.path) for turn in timeline.turns[1:3]] == [
        (None, "notes/api.md"),
        ("notes/api.md", "moved.md"),
    ]
    assert timeline.turns[3].difference is not None
    assert timeline.turns[3].difference.properties == ("tags",)
    assert (timeline.path, timeline.query, timeline.recalls) == ("moved.md", None, 0)


def test_a_note_is_told_within_bounds_and_after_it_is_gone(memory: Memory, vault: Path) -> None:
    for text in ("one", "two", "three"):
        memory.remember(text, title="Count", key="count")
    acts = [turn.act.commit for turn in memory.timeline(note="count").turns if turn.act]
    part = memory.timeline(note="count", since=acts[0], until=acts[1])
    assert [turn.edits for turn in part.turns] == ["-one\n+two"]
    newest = memory.timeline(note="count", limit=1)
    assert [turn.edits for turn in newest.turns] == ["-two\n+three"]
    assert newest.notice[0].startswith("2 earlier turns")
    git(vault, "rm", "-q", "notes/count.md")
    git(vault, "commit", "-qm", "away")
    gone = memory.timeline(note="notes/count.md").turns
    assert len(gone) == 4
    assert gone[-1].edits == "-# Count\n-three"


def test_a_note_on_a_merged_line_is_compared_with_what_it_was_made_from(memory: Memory, vault: Path) -> None:
    memory.remember("one", title="Count", key="count")
    git(vault, "switch", "-q", "-c", "side")
    memory.remember("aside", title="Count", key="count")
    git(vault, "switch", "-q", "main")
    memory.remember("two", title="Count", key="count")
    git(vault, "merge", "-q", "-s", "ours", "--no-edit", "side")
    edits = {turn.edits for turn in memory.timeline(note="count").turns}
    assert {"-one\n+aside", "-one\n+two"} <= edits


def test_nothing_is_told_of_a_branch_without_a_commit(memory: Memory, vault: Path) -> None:
    git(vault, "checkout", "-q", "--orphan", "fresh")
    write(vault, "a.md", "words\n")
    assert memory.timeline("words").turns == ()
    assert memory.timeline(note="a").turns == ()


def test_what_cannot_be_told_is_refused(memory: Memory) -> None:
    memory.remember("one", title="Count")
    with pytest.raises(InvalidQueryError):
        memory.timeline(" ")
    with pytest.raises(InvalidQueryError):
        memory.timeline(types=["fact"])
    with pytest.raises(InvalidQueryError):
        memory.timeline("how many?", note="Count")
    with pytest.raises(InvalidQueryError):
        memory.timeline(note="Count", path="notes")
    with pytest.raises(InvalidQueryError):
        memory.timeline("how many?", limit=0)
    with pytest.raises(InvalidQueryError):
        memory.timeline("how many?", min_relevance=2)
    with pytest.raises(NoteNotFoundError):
        memory.timeline(note="nobody wrote this")
    with pytest.raises(RevisionNotFoundError):
        memory.timeline("how many?", since="never")
