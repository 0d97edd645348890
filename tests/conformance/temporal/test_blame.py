"""Each line ends at a commit, and where an agent wrote it, at its session, its reason and how sure it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import committing_at, day, remembering
from tests.conformance.temporal.stories import Story
from tests.conformance.temporal.ways import CONSTANT, NEW, OLD, PATH
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.memory.answers import BlamedLine


def lines(memory: Memory, at: str | None = None) -> dict[str, BlamedLine]:
    return {line.text: line for line in memory.history(PATH, view="blame", at=at).blame}


def test_the_lines_are_those_of_the_note(memory: Memory, story: Story) -> None:
    for step in ("written", "revised", "restored"):
        at = story.steps[step].commit
        blame = memory.history(PATH, view="blame", at=at).blame
        assert "".join(f"{line.text}\n" for line in blame) == memory.read(PATH, at=at).text
        assert [line.line for line in blame] == list(range(1, len(blame) + 1))


def test_a_line_is_of_the_commit_that_gave_it_its_text(memory: Memory, story: Story) -> None:
    written, revised = story.steps["written"].versions[-1], story.steps["revised"].versions[-1]
    then = lines(memory, story.steps["written"].commit)
    assert (then[OLD].commit, then[CONSTANT].commit) == (written, written)
    for at in (story.steps["revised"].commit, story.steps["restored"].commit, None):
        known = lines(memory, at)
        assert (known[NEW].commit, known[CONSTANT].commit) == (revised, written)
        assert OLD not in known
    archived = lines(memory, story.steps["forgotten"].commit)["status: archived"]
    assert archived.commit == story.steps["forgotten"].versions[-1]


def test_a_line_says_who_in_which_session_why_and_how_surely(memory: Memory, story: Story) -> None:
    known = lines(memory)
    for text, step, confidence in ((CONSTANT, "written", 0.6), (NEW, "revised", 0.9)):
        line = known[text]
        if story.way == "verbs":
            told = (line.agent, line.session, line.reason, line.confidence)
            assert told == ("crane-agent", f"session-{step}", f"Because of {step}.", confidence)
        else:
            assert (line.session, line.confidence) == (None, 1.0)
            assert line.agent in (None, "crane-agent" if story.way == "adopted" else None)
        assert line.author == "Test Person"
        assert (line.time == story.steps[step].time) == (not story.is_merged)


def test_a_line_that_no_commit_has_is_of_nobody(own: Story) -> None:
    write(own.vault, PATH, (own.vault / PATH).read_text().replace(CONSTANT, "By hand."))
    with remembering(own.vault) as memory:
        known = lines(memory)
        assert (known["By hand."].commit, known["By hand."].agent, known["By hand."].reason) == (None, None, "")
        assert known[NEW].commit == own.steps["revised"].versions[-1]
        assert CONSTANT in lines(memory, "HEAD")


@pytest.mark.parametrize("moved", [False, True])
def test_a_note_of_two_agents_is_blamed_line_by_line(vault: Path, moved: bool) -> None:
    with committing_at(day(8)), remembering(vault, now=day(8), agent="first") as memory:
        memory.remember(
            f"{OLD}\n\n{CONSTANT}", title="The crane", key="crane", type="fact", confidence=0.5, reason="Seen."
        )
    if moved:
        git(vault, "mv", PATH, "facts/lift.md")
        with committing_at(day(9)):
            git(vault, "commit", "-qm", "tidy")
    with committing_at(day(10)), remembering(vault, now=day(10), agent="second") as memory:
        memory.revise("crane", f"{NEW}\n\n{CONSTANT}", set={"confidence": 0.8}, reason="Counted.")
        known = {line.text: line for line in memory.history("crane", view="blame").blame}
    told = {text: (known[text].agent, known[text].reason) for text in (NEW, CONSTANT, "# The crane")}
    assert told == {NEW: ("second", "Counted."), CONSTANT: ("first", "Seen."), "# The crane": ("first", "Seen.")}
    assert (known[NEW].confidence, known[CONSTANT].confidence) == (0.8, 0.5)
