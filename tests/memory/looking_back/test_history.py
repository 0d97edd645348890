from __future__ import annotations

from pathlib import Path

import pytest

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, NoteNotFoundError


def test_the_log_names_commit_agent_session_and_reason_newest_first(memory: Memory) -> None:
    first = memory.remember("One.", title="Rule", reason="Because.")
    memory.revise("Rule", "Two.", reason="It changed.", agent="another", session="s2")
    versions = memory.history("Rule").versions
    assert [version.operation for version in versions] == ["revise", "remember"]
    assert (versions[0].agent, versions[0].session, versions[0].reason) == ("another", "s2", "It changed.")
    assert versions[1].commit == first.commit
    assert memory.history("Rule", limit=1).versions == versions[:1]


def test_the_log_follows_a_renamed_note(memory: Memory, vault: Path) -> None:
    note = memory.remember("One.", title="Rule").note
    git(vault, "mv", note.path, "moved.md")
    git(vault, "commit", "-qm", "tidy")
    memory.revise("moved", "Two.")
    assert [version.path for version in memory.history("Rule").versions] == ["moved.md", "moved.md", note.path]


def test_a_note_that_is_gone_has_a_log_by_path_and_id(memory: Memory, vault: Path) -> None:
    note = memory.remember("One.", title="Rule").note
    (vault / note.path).unlink()
    git(vault, "commit", "-qam", "away")
    for name in (note.path, "notes/rule", note.id or ""):
        versions = memory.history(name).versions
        assert [version.blob is None for version in versions] == [True, False]
    with pytest.raises(NoteNotFoundError):
        memory.history(note.path, view="blame")


def test_blame_ends_at_the_agent_and_its_reason(memory: Memory, vault: Path) -> None:
    memory.remember("First line.\nSecond line.", title="Rule", confidence=0.6, reason="Said so.")
    memory.revise("Rule", "First line.\nAnother second line.", reason="Was wrong.", agent="fixer")
    lines = {line.text: line for line in memory.history("Rule", view="blame").blame}
    assert (lines["First line."].agent, lines["First line."].reason) == ("tester", "Said so.")
    assert (lines["Another second line."].agent, lines["Another second line."].reason) == ("fixer", "Was wrong.")
    assert lines["First line."].confidence == 0.6
    path = vault / "notes/rule.md"
    path.write_text(path.read_text() + "By hand.\n")
    last = memory.history("Rule", view="blame").blame[-1]
    assert (last.text, last.commit) == ("By hand.", None)


def test_blame_follows_a_note_that_moved_and_was_merged(memory: Memory, vault: Path) -> None:
    note = memory.remember("First line.\n\nSecond line.", title="Rule", reason="Said so.").note
    git(vault, "switch", "-q", "-c", "side")
    memory.revise("Rule", "First line.\n\nSecond line.\n\nFrom the side.", agent="side-agent")
    git(vault, "switch", "-q", "main")
    git(vault, "mv", note.path, "moved.md")
    write(vault, "moved.md", (vault / "moved.md").read_text().replace("First", "1st"))
    git(vault, "commit", "-qam", "tidy")
    git(vault, "merge", "-q", "--no-edit", "side")
    lines = {line.text: line for line in memory.history("Rule", view="blame").blame}
    assert lines["1st line."].commit == git(vault, "rev-parse", "main^").strip()
    assert lines["Second line."].reason == "Said so."
    assert lines["From the side."].agent == "side-agent"


def test_in_a_shallow_clone_lines_belong_to_where_it_is_cut_off(memory: Memory, vault: Path, tmp_path: Path) -> None:
    memory.remember("First line.", title="Rule")
    memory.revise("Rule", "First line.\n\nSecond line.")
    cut = memory.history("Rule").versions[0].commit
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{vault}", "shallow")
    with vault_mem.open_memory(tmp_path / "shallow") as shallow:
        shallow.revise("Rule", "First line.\n\nSecond line.\n\nThird line.")
        lines = {line.text: line.commit for line in shallow.history("Rule", view="blame").blame}
        assert (lines["First line."], lines["Second line."]) == (cut, cut)
        assert lines["Third line."] == shallow.history("Rule").versions[0].commit


def test_the_diff_names_properties_links_and_sections(memory: Memory) -> None:
    memory.remember("# Rule\n\n## Why\n\nBecause.\n", title="Rule")
    memory.remember("Other.", title="Other")
    memory.revise("Rule", "# Rule\n\n## Why\n\nSee [[other]].\n", set={"confidence": 0.5})
    difference = memory.history("Rule", view="diff").difference
    assert difference is not None
    assert difference.properties == ("confidence",)
    assert difference.sections == ("Why",)
    assert difference.links_added == ("other",)
    assert "-Because." in difference.patch
    assert "+See [[other]]." in difference.patch


@pytest.mark.parametrize(
    ("old", "new"), [("One line.", "Other line."), ("A\n\nB\n\nC", "A\n\nX\n\nC\n\nD"), ("a", "b\nc")]
)
def test_the_patch_is_one_that_git_applies(memory: Memory, vault: Path, old: str, new: str) -> None:
    note = memory.remember(old, title="Rule").note
    before = (vault / note.path).read_bytes()
    memory.revise("Rule", new)
    difference = memory.history("Rule", view="diff").difference
    assert difference is not None
    write(vault, "../rule.patch", difference.patch)
    git(vault, "apply", "--reverse", "../rule.patch")
    assert (vault / note.path).read_bytes() == before


def test_a_note_that_no_commit_has_is_blamed_on_nobody(memory: Memory, vault: Path) -> None:
    write(vault, "hand.md", "One.\nTwo.\n")
    blame = memory.history("hand", view="blame").blame
    assert [(line.text, line.commit) for line in blame] == [("One.", None), ("Two.", None)]
    assert memory.history("hand").versions == ()
    difference = memory.history("hand", view="diff").difference
    assert difference is not None
    assert difference.patch.splitlines()[2:] == ["@@ -0,0 +1,2 @@", "+One.", "+Two."]


def test_as_of_shows_the_note_as_it_was(memory: Memory) -> None:
    first = memory.remember("One.", title="Rule")
    memory.revise("Rule", "Two.")
    note = memory.history("Rule", view="as-of", at=first.commit).note
    assert note is not None
    assert note.text.endswith("One.\n")
    assert note.version == first.note.version


def test_as_of_follows_the_note_and_not_the_path(memory: Memory, vault: Path) -> None:
    first = memory.remember("One.", title="Rule")
    git(vault, "mv", first.note.path, "moved.md")
    git(vault, "commit", "-qm", "tidy")
    other = memory.remember("Another.", title="Rule")
    assert other.note.path == first.note.path
    notes = [memory.history(name, view="as-of", at=first.commit).note for name in ("moved", first.note.id or "")]
    assert [note and (note.path, note.text[-5:]) for note in notes] == [(first.note.path, "One.\n")] * 2
    with pytest.raises(NoteNotFoundError):
        memory.history(other.note.id or "", view="as-of", at=first.commit)


def test_as_of_at_a_branch_that_never_met_this_one(memory: Memory, vault: Path) -> None:
    memory.remember("One.", title="Rule")
    git(vault, "switch", "-q", "-c", "side")
    memory.revise("Rule", "Aside.")
    git(vault, "switch", "-q", "main")
    memory.revise("Rule", "Two.")
    note = memory.history("Rule", view="as-of", at="side").note
    assert note is not None
    assert note.text.endswith("Aside.\n")


def test_sides_of_a_diff_are_revisions_whatever_the_clocks_say(
    memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = memory.remember("One.", title="Rule").commit
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    write(vault, "notes/rule.md", (vault / "notes/rule.md").read_text().replace("One", "Two"))
    git(vault, "commit", "-qam", "by a clock that is wrong")
    second = git(vault, "rev-parse", "HEAD").strip()
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    memory.revise("Rule", "Three.")
    difference = memory.history("Rule", view="diff", since=first, until=second).difference
    assert difference is not None
    assert (difference.old_commit, difference.new_commit) == (first, second)
    assert "-One." in difference.patch
    assert "+Two." in difference.patch
    assert [version.commit for version in memory.history("Rule", since=first, until=second).versions] == [second]


def test_a_branch_that_is_not_merged_has_a_past(memory: Memory, vault: Path) -> None:
    first = memory.remember("One.", title="Rule")
    git(vault, "switch", "-qc", "side")
    write(vault, first.note.path, (vault / first.note.path).read_text().replace("One.", "Two."))
    git(vault, "commit", "-qam", "aside")
    git(vault, "switch", "-q", "main")
    side = git(vault, "rev-parse", "side").strip()
    assert [version.commit for version in memory.history("Rule", at="side").versions] == [side, first.commit]
    assert memory.read("Rule", at="side").commit == side
    assert [(hit.commit, hit.author) for hit in memory.recall("two", at="side").hits] == [(side, "Test Person")]
    assert [version.commit for version in memory.history("Rule").versions] == [first.commit]


def test_before_its_first_commit_a_note_is_not_known(memory: Memory) -> None:
    before = memory.remember("One.", title="First").commit
    memory.remember("Two.", title="Second")
    with pytest.raises(NoteNotFoundError):
        memory.history("Second", view="as-of", at=before)
    with pytest.raises(NoteNotFoundError):
        memory.read("Second", at=before)


@pytest.mark.parametrize("arguments", [{"view": "x-ray"}, {"view": "as-of"}, {"limit": 0}])
def test_bad_arguments_are_refused(memory: Memory, arguments: dict[str, object]) -> None:
    memory.remember("One.", title="Rule")
    with pytest.raises(InvalidQueryError):
        memory.history("Rule", **arguments)  # type: ignore[arg-type]  # the wrong kinds are the point
