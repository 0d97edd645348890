from __future__ import annotations

from pathlib import Path

import pytest

from tests.vaults import git, write
from vault_mem import Memory, open_memory
from vault_mem.errors import InvalidQueryError, NoteNotFoundError, RevisionNotFoundError, UndoRefusedError
from vault_mem.memory.answers import Undone


def acted(commit: str | None) -> str:
    assert commit
    return commit


def files(vault: Path) -> dict[str, str]:
    return {str(path.relative_to(vault)): path.read_text() for path in sorted(vault.rglob("*.md"))}


def told(answer: Undone) -> dict[str, str]:
    return {note.path: note.action for note in answer.notes}


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(memory: Memory, vault: Path) -> None:
    made = acted(memory.remember("One.", title="Rule").commit)
    before = files(vault)
    answer = memory.revert(made)
    assert (answer.commit, answer.is_dry, answer.revision) == (None, True, made)
    assert told(answer) == {"notes/rule.md": "deleted"}
    assert [act.commit for act in answer.acts] == [made]
    assert files(vault) == before
    assert git(vault, "rev-parse", "HEAD").strip() == made


def test_what_an_act_created_is_deleted_and_what_it_deleted_comes_back(memory: Memory, vault: Path) -> None:
    made = acted(memory.remember("One.", title="Rule").commit)
    before = files(vault)
    answer = memory.revert(made, yes=True, reason="By mistake.", agent="planner", session="s9")
    assert files(vault) == {}
    act = memory.log(limit=1).acts[0]
    assert (act.commit, act.operation, act.reason) == (answer.commit, "revert", "By mistake.")
    assert (act.agent, act.session, act.subject) == ("planner", "s9", "revert: notes/rule.md")
    with pytest.raises(NoteNotFoundError):
        memory.read("Rule")
    back = memory.revert(acted(answer.commit), yes=True)
    assert told(back) == {"notes/rule.md": "restored"}
    assert files(vault) == before
    assert f"This reverts commit {answer.commit}." in git(vault, "log", "-1", "--format=%B")


def test_a_revision_is_taken_back_byte_for_byte(memory: Memory, vault: Path) -> None:
    memory.remember("One.\n\nTwo.", title="Rule", tags=["a"])
    before = files(vault)
    changed = acted(memory.revise("Rule", "One!\n\nTwo.", set={"confidence": 0.5, "tags": ["a", "b"]}).commit)
    memory.remember("Other.", title="Other")
    assert told(memory.revert(changed, yes=True)) == {"notes/rule.md": "reverted"}
    assert {path: text for path, text in files(vault).items() if path in before} == before


def test_only_what_the_act_did_goes_where_a_note_has_changed_since(memory: Memory, vault: Path) -> None:
    memory.remember("First.\n\nMiddle.\n\nLast.", title="Rule", tags=["a"])
    text = "First!\n\nMiddle.\n\nLast."
    changed = acted(memory.revise("Rule", text, set={"tags": ["a", "b"], "importance": 0.9}).commit)
    memory.revise("Rule", "First!\n\nMiddle.\n\nLast.\n\nAdded.", set={"tags": ["a", "b", "c"], "confidence": 0.4})
    memory.revert(changed, yes=True)
    note = memory.read("Rule")
    assert note.text.endswith("# Rule\n\nFirst.\n\nMiddle.\n\nLast.\n\nAdded.\n")
    assert note.properties["tags"] == ["a", "c"]
    assert note.properties["confidence"] == 0.4
    assert "importance" not in note.properties


def test_lines_that_have_changed_since_are_a_clash_that_names_the_act(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="Rule")
    changed = acted(memory.revise("Rule", "Two.").commit)
    later = memory.revise("Rule", "Three.", reason="Counted again.").commit
    before = files(vault)
    answer = memory.revert(changed)
    assert [(clash.path, clash.act and clash.act.commit) for clash in answer.clashes] == [("notes/rule.md", later)]
    with pytest.raises(UndoRefusedError, match=r"notes/rule\.md"):
        memory.revert(changed, yes=True)
    assert files(vault) == before
    assert git(vault, "rev-parse", "HEAD").strip() == later
    assert git(vault, "status", "--porcelain") == ""


def test_a_created_note_that_was_revised_since_is_not_deleted(memory: Memory) -> None:
    made = acted(memory.remember("One.", title="Rule").commit)
    memory.revise("Rule", "Two.")
    with pytest.raises(UndoRefusedError, match="Changed since"):
        memory.revert(made, yes=True)
    assert memory.read("Rule").text.endswith("Two.\n")


def test_a_supersession_is_taken_back_with_both_notes(memory: Memory) -> None:
    memory.remember("Old rule.", title="Old")
    new = acted(memory.remember("New rule.", title="New", links={"supersedes": ["Old"]}).commit)
    assert memory.read("Old").status == "superseded"
    assert told(memory.revert(new, yes=True)) == {"notes/new.md": "deleted", "notes/old.md": "reverted"}
    assert memory.read("Old").status == "active"
    assert [hit.path for hit in memory.recall("rule").hits] == ["notes/old.md"]


def test_all_that_a_session_wrote_goes_and_others_work_stays(memory: Memory, vault: Path) -> None:
    memory.remember("Kept.", title="Kept", session="mine")
    before = files(vault)
    memory.remember("Theirs.", title="Theirs", session="theirs")
    memory.revise("Kept", "Kept, and changed.", session="theirs")
    memory.remember("Mine.", title="Mine", session="mine")
    memory.revise("Theirs", "Theirs, twice.", session="theirs")
    answer = memory.revert("theirs", yes=True)
    assert told(answer) == {"notes/kept.md": "reverted", "notes/theirs.md": "deleted"}
    assert len(answer.acts) == 3
    assert {path: text for path, text in files(vault).items() if path != "notes/mine.md"} == before
    assert memory.read("Mine").text.endswith("Mine.\n")


def test_a_session_whose_note_another_changed_is_refused_whole(memory: Memory) -> None:
    memory.remember("One.", title="Rule", session="theirs")
    memory.remember("Two.", title="Second", session="theirs")
    memory.revise("Rule", "Mine now.", session="mine")
    with pytest.raises(UndoRefusedError):
        memory.revert("theirs", yes=True)
    assert memory.read("Second").status == "active"


def test_notes_that_build_on_it_since_stand_in_the_way(memory: Memory) -> None:
    memory.remember("Base.", title="Base")
    memory.remember("Built before. [[Base]]", title="Earlier", links={"derived_from": ["Base"]})
    changed = acted(memory.revise("Base", "Base, revised.").commit)
    memory.remember("Summary.", title="Summary", links={"derived_from": ["Base"]})
    memory.remember("Digest.", title="Digest", links={"derived_from": ["Summary"]})
    memory.remember("See [[Base]].", title="Mention")
    answer = memory.revert(changed)
    assert [(one.path, one.relation, one.is_broken) for one in answer.dependents] == [
        ("notes/mention.md", "links", False),
        ("notes/summary.md", "derived_from", False),
    ]
    with pytest.raises(UndoRefusedError, match=r"notes/summary\.md \(derived_from notes/base\.md\)"):
        memory.revert(changed, yes=True)
    done = memory.revert(changed, yes=True, with_dependents=True)
    assert told(done) == {
        "notes/base.md": "reverted",
        "notes/digest.md": "archived",
        "notes/summary.md": "archived",
    }
    assert memory.read("Earlier").status == "active"
    assert memory.read("Mention").status == "active"
    assert memory.read("Base").text.endswith("Base.\n")


def test_a_link_that_would_break_stands_in_the_way(memory: Memory) -> None:
    made = acted(memory.remember("Base.", title="Base").commit)
    memory.remember("See [[Base]].", title="Mention")
    with pytest.raises(UndoRefusedError, match=r"notes/mention\.md"):
        memory.revert(made, yes=True)
    done = memory.revert(made, yes=True, with_dependents=True)
    assert told(done) == {"notes/base.md": "deleted"}
    assert [one.is_broken for one in done.dependents] == [True]


def test_a_note_that_moved_goes_back_or_is_found_where_it_is(memory: Memory, vault: Path) -> None:
    note = memory.remember("One.", title="Rule").note
    before = files(vault)
    changed = acted(memory.revise("Rule", "Two.").commit)
    git(vault, "mv", note.path, "moved.md")
    git(vault, "commit", "-qm", "tidy")
    tidied = git(vault, "rev-parse", "HEAD").strip()
    assert told(memory.revert(changed, yes=True)) == {"moved.md": "reverted"}
    assert memory.read("moved").text.endswith("One.\n")
    answer = memory.revert(tidied, yes=True)
    assert told(answer) == {note.path: "moved"}
    assert answer.notes[0].old_path == "moved.md"
    assert files(vault) == before


def test_a_place_that_is_taken_is_a_clash(memory: Memory, vault: Path) -> None:
    note = memory.remember("One.", title="Rule").note
    (vault / note.path).unlink()
    git(vault, "commit", "-qam", "away")
    away = git(vault, "rev-parse", "HEAD").strip()
    memory.remember("Another.", title="Rule")
    assert [clash.problem for clash in memory.revert(away).clashes] == ["another note is there now"]


def test_what_a_merge_brought_is_taken_back(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="Rule")
    git(vault, "switch", "-q", "-c", "side")
    memory.remember("Side.", title="Side")
    git(vault, "switch", "-q", "main")
    memory.remember("Main.", title="Main")
    git(vault, "merge", "-q", "--no-edit", "side")
    assert told(memory.revert(git(vault, "rev-parse", "HEAD").strip(), yes=True)) == {"notes/side.md": "deleted"}


def test_an_id_stays_and_a_hand_edit_is_committed_first(memory: Memory, vault: Path) -> None:
    write(vault, "hand.md", "# Hand\n\nBy hand.\n")
    git(vault, "add", "-A")
    git(vault, "commit", "-qm", "by hand")
    changed = acted(memory.revise("Hand", "By an agent.").commit)
    identity = memory.read("Hand").id
    assert identity
    write(vault, "hand.md", (vault / "hand.md").read_text() + "\nBy hand again.\n")
    memory.revert(changed, yes=True)
    note = memory.read("Hand")
    assert note.id == identity
    assert "By hand." in note.text
    assert "By hand again." in note.text
    assert [act.operation for act in memory.log(limit=2).acts] == ["revert", "adopt"]


def test_what_names_no_act_is_refused(memory: Memory, vault: Path) -> None:
    assert memory.revert("HEAD", yes=True).commit is None
    memory.remember("One.", title="Rule")
    for target in ("yesterday", "2026-01-01"):
        with pytest.raises(InvalidQueryError):
            memory.revert(target)
    git(vault, "switch", "-q", "-c", "side")
    side = acted(memory.remember("Two.", title="Second").commit)
    git(vault, "switch", "-q", "main")
    with pytest.raises(RevisionNotFoundError):
        memory.revert(side)
    with pytest.raises(RevisionNotFoundError):
        memory.revert("nobody's session")


def test_a_rollback_returns_every_note_and_loses_nothing(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="Rule")
    memory.remember("Two.", title="Gone")
    memory.checkpoint("good")
    before = files(vault)
    memory.revise("Rule", "Broken.")
    memory.forget("Gone")
    memory.remember("New.", title="New")
    write(vault, "notes/new.md", (vault / "notes/new.md").read_text() + "\nBy hand.\n")
    write(vault, "untracked.md", "not yet committed\n")
    write(vault, "image.png", "no note")
    head = git(vault, "rev-parse", "HEAD").strip()
    answer = memory.rollback("good")
    assert (answer.is_dry, answer.dirty) == (True, True)
    assert told(answer) == {
        "notes/gone.md": "reverted",
        "notes/new.md": "deleted",
        "notes/rule.md": "reverted",
        "untracked.md": "deleted",
    }
    assert git(vault, "rev-parse", "HEAD").strip() == head
    done = memory.rollback("good", yes=True, reason="All of it was wrong.")
    assert files(vault) == before
    assert (vault / "image.png").exists()
    assert "By hand." in memory.read("notes/new.md", at=f"{done.commit}~1").text
    assert memory.read("untracked.md", at=f"{done.commit}~1").text == "not yet committed\n"
    act = memory.log(limit=1).acts[0]
    assert (act.operation, act.reason) == ("rollback", "All of it was wrong.")
    assert git(vault, "diff", "--stat", "good", "HEAD", "--", "*.md") == ""
    assert memory.rollback("good", yes=True).commit is None
    memory.revert(acted(done.commit), yes=True)
    assert memory.read("Rule").text.endswith("Broken.\n")


def test_a_rollback_to_nothing_known_is_refused(memory: Memory) -> None:
    memory.remember("One.", title="Rule")
    with pytest.raises(RevisionNotFoundError):
        memory.rollback("never")


def test_a_rollback_commits_what_an_edit_has_returned_already(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", "first\n")
    git(vault, "add", "-A")
    git(vault, "commit", "-qm", "made")
    good = git(vault, "rev-parse", "HEAD").strip()
    write(vault, "a.md", "second\n\n")
    write(vault, "b.md", "new\n")
    git(vault, "add", "-A")
    git(vault, "commit", "-qm", "changed")
    write(vault, "a.md", "first\n")
    (vault / "b.md").unlink()
    assert told(memory.rollback(good)) == {"a.md": "reverted", "b.md": "deleted"}
    memory.rollback(good, yes=True)
    assert git(vault, "diff", "--name-only", good, "HEAD") == ""
    assert git(vault, "status", "--porcelain") == ""


def test_what_a_shallow_clone_begins_with_is_no_act(memory: Memory, vault: Path, tmp_path: Path) -> None:
    memory.remember("One.", title="First")
    memory.remember("Two.", title="Second", session="theirs")
    last = acted(memory.remember("Three.", title="Third", session="theirs").commit)
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{vault}", "shallow")
    with open_memory(tmp_path / "shallow") as shallow:
        for target in (f"{last}~1", "theirs"):
            with pytest.raises(RevisionNotFoundError, match="cut off"):
                shallow.revert(target)
        assert told(shallow.revert(last)) == {"notes/third.md": "deleted"}


def test_a_session_that_is_called_like_a_commit_is_not_taken_for_it(memory: Memory) -> None:
    first = acted(memory.remember("One.", title="First").commit)
    for name in (first, first[:9], "HEAD", "main"):
        memory.remember(f"Called {name}.", title=f"Called {name}", session=name)
    assert told(memory.revert(first)) == {"notes/first.md": "deleted"}
    for name in (first[:9], "HEAD"):
        with pytest.raises(InvalidQueryError, match="a commit and a session"):
            memory.revert(name)
    assert told(memory.revert("main")) == {"notes/called-main.md": "deleted"}


def test_a_file_that_git_ignores_is_not_overwritten(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="Rule")
    memory.checkpoint("good")
    git(vault, "rm", "-q", "notes/rule.md")
    git(vault, "commit", "-qm", "away")
    write(vault, ".git/info/exclude", "notes/\n")
    write(vault, "notes/rule.md", "nobody else has this\n")
    with pytest.raises(UndoRefusedError, match="work tree"):
        memory.rollback("good", yes=True)
    assert (vault / "notes/rule.md").read_text() == "nobody else has this\n"
    assert git(vault, "log", "-1", "--format=%s") == "away\n"
