"""What was known when, whichever way it came about: not yet, the first version, the second, forgotten, restored."""

from __future__ import annotations

import pytest

from tests.conformance.temporal.clocks import DAY
from tests.conformance.temporal.stories import Story
from tests.conformance.temporal.ways import NEW, OLD, PATH, STEPS, TITLE
from vault_mem import Memory
from vault_mem.errors import NoteNotFoundError, RevisionNotFoundError

QUESTION = "how many containers does the crane lift in an hour?"
SENTENCE = {"written": OLD, "revised": NEW, "forgotten": NEW, "restored": NEW}


def found(memory: Memory, **asked: object) -> dict[str, str]:
    """Return the excerpts of an answer, by path."""
    hits = memory.recall(QUESTION, **asked).hits  # type: ignore[arg-type]  # any of its parameters
    return {hit.path: hit.excerpt for hit in hits}


def test_before_its_first_commit_the_note_is_not_known(memory: Memory, story: Story) -> None:
    step = story.steps["before"]
    for at in (step.commit, (story.steps["written"].time - DAY).isoformat()):
        for name in (PATH, TITLE):
            with pytest.raises(NoteNotFoundError):
                memory.read(name, at=at)
            for view in ("as-of", "log", "blame"):
                with pytest.raises(NoteNotFoundError):
                    memory.history(name, view=view, at=at)
        answer = memory.recall(QUESTION, at=at, statuses=["active", "archived", "superseded"])
        assert answer.revision == step.commit
        assert {hit.path for hit in answer.hits} == {"facts/harbour.md", "facts/pilot.md"}


def test_before_the_vault_nothing_is_known(memory: Memory, story: Story) -> None:
    at = (story.steps["before"].time - DAY).isoformat()
    with pytest.raises(RevisionNotFoundError):
        memory.read(PATH, at=at)
    with pytest.raises(RevisionNotFoundError):
        memory.history(PATH, view="as-of", at=at)
    with pytest.raises(RevisionNotFoundError):
        memory.recall(QUESTION, at=at)


def test_as_of_each_step_is_what_was_said_then(memory: Memory, story: Story) -> None:
    for step in STEPS:
        expected = story.steps[step]
        for at in (expected.commit, expected.time.isoformat(), (expected.time + DAY).isoformat()):
            read = memory.read(PATH, at=at)
            as_of = memory.history(TITLE, view="as-of", at=at)
            assert as_of.note == read
            assert (as_of.revision, read.revision) == (expected.commit, expected.commit)
            assert (SENTENCE[step] in read.text, (OLD if SENTENCE[step] == NEW else NEW) in read.text) == (True, False)
            assert read.status == ("archived" if step == "forgotten" else "active")
            assert (read.commit, read.dirty) == (expected.versions[0], False)


def test_recall_at_each_step_has_only_what_was_said_then(memory: Memory, story: Story) -> None:
    for step in STEPS:
        expected = story.steps[step]
        for at in (expected.commit, expected.time.isoformat(), (expected.time + DAY).isoformat()):
            excerpts = found(memory, at=at)
            assert "facts/harbour.md" in excerpts
            if step == "forgotten":
                assert PATH not in excerpts
                excerpts = found(memory, at=at, statuses=["archived"])
            assert SENTENCE[step] in excerpts[PATH]
            assert (OLD in excerpts[PATH]) == (step == "written")
            (hit,) = [
                hit for hit in memory.recall(QUESTION, at=at, statuses=["active", "archived"]).hits if hit.path == PATH
            ]
            assert hit.status == ("archived" if step == "forgotten" else "active")
            assert (hit.commit, hit.dirty) == (expected.versions[0], False)


def test_recall_now_has_the_last_version_only(memory: Memory, story: Story) -> None:
    answer = memory.recall(QUESTION)
    assert (answer.revision, answer.dirty) == (story.steps["restored"].commit, False)
    assert NEW in found(memory)[PATH]
    assert OLD not in found(memory)[PATH]
    assert [hit for hit in memory.recall("forty", mode="lexical").hits if hit.path == PATH] == []


def test_the_log_has_every_version_and_when_it_arrived(memory: Memory, story: Story) -> None:
    expected = [(commit, story.steps[step]) for step in reversed(STEPS) for commit in story.steps[step].versions]
    versions = memory.history(PATH).versions
    assert [version.commit for version in versions] == [commit for commit, _ in expected]
    for version, (_, step) in zip(versions, expected, strict=True):
        assert version.arrived == (step.time if story.is_merged else None)
        assert (version.time < step.time) if story.is_merged else (version.time == step.time)
        assert version.path == PATH
    acts = {act.commit: act for act in memory.log().acts}
    assert [acts[version.commit].arrived for version in versions] == [version.arrived for version in versions]


def test_the_log_from_a_step_ends_there(memory: Memory, story: Story) -> None:
    for step in STEPS:
        expected = [
            commit for each in STEPS[: STEPS.index(step) + 1] for commit in reversed(story.steps[each].versions)
        ]
        for at in (story.steps[step].commit, story.steps[step].time.isoformat()):
            assert [version.commit for version in memory.history(PATH, at=at).versions] == expected[::-1]


def test_what_changed_between_two_steps(memory: Memory, story: Story) -> None:
    kinds = {"written": "new", "revised": "revised", "forgotten": "archived", "restored": "restored"}
    for before, after in zip(("before", *STEPS), STEPS, strict=False):
        since, until = story.steps[before].commit, story.steps[after].commit
        notes = {str(note.path): note for note in memory.changes(since=since, until=until).notes}
        assert (notes[PATH].kind, notes[PATH].commit) == (kinds[after], story.steps[after].versions[0])
        assert notes.keys() <= {PATH, "journal.md"}
