"""The log of the whole vault, and what became of its notes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, RevisionNotFoundError


def commit(vault: Path, path: str, text: str, day: str) -> str:
    """Commit one file as git alone would, on a day of 2030."""
    write(vault, path, text)
    git(vault, "add", "-A")
    moment = f"2030-{day}T12:00:00+0000"
    environment = {**os.environ, "GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}
    subprocess.run(["git", "commit", "-qm", f"on {day}"], cwd=vault, env=environment, check=True)
    return git(vault, "rev-parse", "HEAD").strip()


def subjects(memory: Memory, **asked: object) -> list[str]:
    return [act.subject for act in memory.log(**asked).acts]  # type: ignore[arg-type]  # any of its parameters


def kinds(memory: Memory, **asked: object) -> dict[str, str]:
    return {note.path: note.kind for note in memory.changes(**asked).notes}  # type: ignore[arg-type]  # as above


def test_the_log_is_newest_first_and_says_who_why_and_what(memory: Memory) -> None:
    memory.remember("One.", title="First", reason="Told so.")
    act = memory.revise("First", "Two.", reason="It changed.", agent="another", session="s2")
    newest, older, *_ = memory.log().acts
    assert (newest.commit, newest.operation, newest.agent, newest.session) == (act.commit, "revise", "another", "s2")
    assert (newest.notes, newest.count, newest.reason, newest.arrived) == (("notes/first.md",), 1, "It changed.", None)
    assert (older.operation, older.agent, older.reason) == ("remember", "tester", "Told so.")


def test_filters_narrow_the_log(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="First", type="decision")
    memory.remember("Two.", title="Second", agent="Another", session="s2")
    memory.revise("First", "Three.")
    assert subjects(memory, authors=["another"]) == ["remember: notes/second.md"]
    assert subjects(memory, sessions=["s2"]) == ["remember: notes/second.md"]
    assert subjects(memory, sessions=["s"]) == []
    assert subjects(memory, operations=["revise"]) == ["revise: decisions/first.md"]
    assert subjects(memory, types=["decision"]) == ["revise: decisions/first.md", "remember: decisions/first.md"]
    for path in ("notes", "notes/second", "*second*"):
        assert subjects(memory, path=path) == ["remember: notes/second.md"]
    assert subjects(memory, operations=["remember"], path="decisions") == ["remember: decisions/first.md"]
    git(vault, "rm", "-q", "decisions/first.md")
    git(vault, "commit", "-qm", "away")
    assert subjects(memory, types=["decision"])[0] == "away"


def test_pages_follow_each_other(memory: Memory) -> None:
    for number in range(4):
        memory.remember(f"Text {number}.", title=f"Note {number}")
    whole = memory.log().acts
    first, second = memory.log(limit=2), memory.log(limit=2, offset=2)
    assert (first.next_offset, second.next_offset) == (2, 4)
    assert (*first.acts, *second.acts) == whole[:4]
    assert memory.log(limit=len(whole)).next_offset is None
    assert [note.path for note in memory.changes(limit=2, offset=2).notes] == ["notes/note-2.md", "notes/note-3.md"]
    assert memory.changes(limit=2).next_offset == 2
    assert memory.changes(limit=2, offset=2).next_offset is None
    for limit, wrong in ((0, 0), (1_001, 0), (1, -1)):
        with pytest.raises(InvalidQueryError):
            memory.log(limit=limit, offset=wrong)
        with pytest.raises(InvalidQueryError):
            memory.changes(limit=limit, offset=wrong)


def test_since_a_session_is_after_its_last_act(memory: Memory) -> None:
    memory.remember("One.", title="Mine", session="mine")
    memory.remember("Two.", title="Theirs", session="theirs")
    assert subjects(memory, since="mine") == ["remember: notes/theirs.md"]
    assert kinds(memory, since="mine") == {"notes/theirs.md": "new"}
    assert memory.changes(since="theirs").notes == ()
    with pytest.raises(RevisionNotFoundError):
        memory.changes(since="nobody's")


def test_since_and_until_take_times_and_revisions(memory: Memory, vault: Path) -> None:
    first = commit(vault, "a.md", "A", "01-01")
    second = commit(vault, "b.md", "B", "01-02")
    commit(vault, "c.md", "C", "01-03")
    assert subjects(memory, since="2030-01-02") == ["on 01-03", "on 01-02"]
    assert subjects(memory, since="2030-01-02", until="2030-01-02") == ["on 01-02"]
    assert subjects(memory, since=first) == ["on 01-03", "on 01-02"]
    assert subjects(memory, since=first, until=second) == ["on 01-02"]
    assert kinds(memory, since=first, until="2030-01-02") == {"b.md": "new"}
    assert memory.changes(since="2001-01-01", until=first).since is None


def test_each_note_is_named_once_with_what_became_of_it(memory: Memory, vault: Path) -> None:
    for name in ("Kept", "Revised", "Old", "Forgotten", "Back", "Moved", "Gone"):
        memory.remember(f"{name} text.", title=name)
    memory.forget("Back")
    start = memory.log(limit=1).acts[0].commit
    memory.revise("Revised", "Other text.")
    memory.remember("Newer text.", title="New", links={"supersedes": ["Old"]}, agent="another")
    memory.forget("Forgotten")
    memory.restore("Back")
    (vault / "other").mkdir()
    git(vault, "mv", "notes/moved.md", "other/place.md")
    git(vault, "rm", "-q", "notes/gone.md")
    git(vault, "commit", "-qm", "tidy up")
    answer = memory.changes(since=start)
    assert [(note.kind, note.path) for note in answer.notes] == [
        ("new", "notes/new.md"),
        ("revised", "notes/revised.md"),
        ("superseded", "notes/old.md"),
        ("archived", "notes/forgotten.md"),
        ("restored", "notes/back.md"),
        ("moved", "other/place.md"),
        ("deleted", "notes/gone.md"),
    ]
    assert answer.counts == dict.fromkeys([note.kind for note in answer.notes], 1)
    by_kind = {note.kind: note for note in answer.notes}
    assert (by_kind["superseded"].agent, by_kind["superseded"].subject) == ("another", by_kind["new"].subject)
    assert (by_kind["moved"].old_path, by_kind["moved"].title) == ("notes/moved.md", "Moved")
    assert by_kind["deleted"].subject == by_kind["moved"].subject == "tidy up"
    assert by_kind["revised"].commit == memory.history("Revised").versions[0].commit


def test_a_note_is_followed_by_its_id_not_by_its_place(memory: Memory, vault: Path) -> None:
    memory.remember("First text.", title="First")
    memory.remember("Second text.", title="Second")
    start = git(vault, "rev-parse", "HEAD").strip()
    first, second = vault / "notes/first.md", vault / "notes/second.md"
    texts = first.read_bytes(), second.read_bytes()
    first.write_bytes(texts[1])
    second.write_bytes(texts[0])
    git(vault, "commit", "-qam", "swap")
    found = {note.path: note for note in memory.changes(since=start).notes}
    assert {path: (note.kind, note.old_path) for path, note in found.items()} == {
        "notes/first.md": ("moved", "notes/second.md"),
        "notes/second.md": ("moved", "notes/first.md"),
    }


def test_a_deleted_note_whose_place_another_took_has_its_commit(memory: Memory, vault: Path) -> None:
    memory.remember("First text.", title="First")
    memory.remember("Second text.", title="Second")
    start = git(vault, "rev-parse", "HEAD").strip()
    memory.revise("First", "Other first text.")
    git(vault, "mv", "-f", "notes/second.md", "notes/first.md")
    git(vault, "commit", "-qm", "take its place")
    memory.revise("Second", "Other second text.")
    found = {note.kind: note for note in memory.changes(since=start).notes}
    assert (found["deleted"].path, found["deleted"].subject) == ("notes/first.md", "take its place")
    assert (found["revised"].path, found["revised"].old_path) == ("notes/first.md", "notes/second.md")


def test_a_note_that_moved_with_another_text_is_revised_and_says_from_where(memory: Memory, vault: Path) -> None:
    memory.remember("First text.", title="First")
    start = git(vault, "rev-parse", "HEAD").strip()
    git(vault, "mv", "notes/first.md", "notes/moved.md")
    git(vault, "commit", "-qm", "move")
    (only,) = memory.changes(since=start).notes
    assert (only.kind, only.path, only.old_path) == ("moved", "notes/moved.md", "notes/first.md")
    memory.revise("First", "Other text.")
    (only,) = memory.changes(since=start).notes
    assert (only.kind, only.path, only.old_path) == ("revised", "notes/moved.md", "notes/first.md")


def test_a_merged_act_says_when_it_was_written_and_when_it_arrived(memory: Memory, vault: Path) -> None:
    commit(vault, "base.md", "Base", "01-01")
    main = git(vault, "symbolic-ref", "--short", "HEAD").strip()
    git(vault, "switch", "-qc", "side")
    commit(vault, "side.md", "Side", "01-02")
    git(vault, "switch", "-q", main)
    commit(vault, "main.md", "Main", "01-05")
    moment = "2030-01-06T12:00:00+0000"
    environment = {**os.environ, "GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}
    subprocess.run(["git", "merge", "-qm", "join", "side"], cwd=vault, env=environment, check=True)
    acts = {act.subject: act for act in memory.log().acts}
    assert [(f"{act.time:%m-%d}", act.arrived and f"{act.arrived:%m-%d}") for act in acts.values()][:4] == [
        ("01-06", None),
        ("01-02", "01-06"),
        ("01-05", None),
        ("01-01", None),
    ]
    version = memory.history("side.md").versions[0]
    assert (version.commit, version.arrived) == (acts["on 01-02"].commit, acts["join"].time)
    assert memory.history("main.md").versions[0].arrived is None
    assert subjects(memory, since="2030-01-03") == ["join", "on 01-02", "on 01-05"]
    assert kinds(memory, since="2030-01-06") == {"side.md": "new"}
    assert subjects(memory, until="2030-01-04") == subjects(memory, until="2030-01-01")


def test_a_clock_that_was_wrong_arrives_when_the_line_was_there(memory: Memory, vault: Path) -> None:
    commit(vault, "late.md", "Late", "05-05")
    commit(vault, "early.md", "Early", "01-01")
    version = memory.history("early.md").versions[0]
    assert version.arrived is not None
    assert (f"{version.time:%m-%d}", f"{version.arrived:%m-%d}") == ("01-01", "05-05")
    assert subjects(memory, since="2030-05-05") == ["on 01-01", "on 05-05"]


def test_a_rewritten_branch_has_its_own_past(memory: Memory, vault: Path) -> None:
    commit(vault, "base.md", "Base", "01-01")
    lost = commit(vault, "lost.md", "Lost", "01-02")
    assert subjects(memory, limit=1) == ["on 01-02"]
    git(vault, "reset", "-q", "--hard", "HEAD~1")
    commit(vault, "instead.md", "Instead", "01-03")
    assert subjects(memory, limit=2) == ["on 01-03", "on 01-01"]
    with pytest.raises(RevisionNotFoundError):
        memory.log(since=lost)
    with pytest.raises(RevisionNotFoundError):
        memory.changes(until=lost)


def test_a_shallow_clone_tells_what_it_has_and_more_when_deepened(vault: Path, tmp_path: Path) -> None:
    for day in ("01-01", "01-02", "01-03"):
        commit(vault, f"{day}.md", day, day)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{vault}", str(clone))
    with vault_mem.open_memory(clone) as opened:
        assert subjects(opened) == ["on 01-03", "on 01-02"]
        assert kinds(opened, since="2030-01-03") == {"01-03.md": "new"}
        git(clone, "fetch", "-q", "--unshallow")
        assert subjects(opened)[:3] == ["on 01-03", "on 01-02", "on 01-01"]


def test_a_vault_without_a_commit_has_no_past(vault: Path, memory: Memory) -> None:
    git(vault, "update-ref", "-d", "HEAD")
    assert (memory.log().revision, memory.log().acts) == (None, ())
    assert memory.changes().notes == ()
