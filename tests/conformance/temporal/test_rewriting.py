"""Wrong clocks, rewritten branches, clones that are cut off: the past is that of the branch as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import NOW, commit, committing_at, day, head, merge, remembering
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import NoteNotFoundError, RevisionNotFoundError

NOTE = "note.md"


def told(memory: Memory, *moments: str) -> list[str]:
    return [memory.read(NOTE, at=at).text.strip() for at in moments]


def log(memory: Memory) -> list[str]:
    return [version.commit for version in memory.history(NOTE).versions]


# --- clocks ---


def test_a_clock_that_runs_behind_does_not_change_the_past(vault: Path) -> None:
    commit(vault, day(8), {NOTE: "One.\n"})
    ahead = commit(vault, day(20), {NOTE: "Two.\n"})
    earlier = commit(vault, day(9), {NOTE: "Two and a half.\n"})
    behind = commit(vault, day(10), {NOTE: "Three.\n"})
    right = commit(vault, day(25), {NOTE: "Four.\n"})
    with remembering(vault) as memory:
        assert told(memory, "2026-01-08", "2026-01-12", "2026-01-19") == ["One.", "One.", "One."]
        assert told(memory, "2026-01-21", "2026-01-24", "2026-01-26") == ["Three.", "Three.", "Four."]
        assert log(memory)[:4] == [right, behind, earlier, ahead]
        arrived = {version.commit: version.arrived for version in memory.history(NOTE).versions}
        assert (arrived[right], arrived[behind], arrived[ahead]) == (None, day(20), None)
        assert [act.commit for act in memory.log(since="2026-01-20").acts] == [right, behind, earlier, ahead]
        assert memory.changes(since="2026-01-15", until="2026-01-19").notes == ()


def test_a_clock_far_in_the_future_hides_what_follows_until_then(vault: Path) -> None:
    commit(vault, day(8), {NOTE: "One.\n"})
    commit(vault, NOW.replace(year=2036), {NOTE: "Two.\n"})
    last = commit(vault, day(9), {NOTE: "Three.\n"})
    with remembering(vault) as memory:
        assert told(memory, "now", "2026-02-01", "HEAD", "2037-01-01") == ["One.", "One.", "Three.", "Three."]
        assert (memory.read(NOTE).text, memory.read(NOTE).commit) == ("Three.\n", last)


# --- merges ---


def test_what_was_merged_was_written_before_it_arrived(vault: Path) -> None:
    first = commit(vault, day(8), {NOTE: "One.\n"})
    git(vault, "switch", "-qc", "side")
    aside = commit(vault, day(10), {NOTE: "Two.\n"})
    git(vault, "switch", "-q", "main")
    own = commit(vault, day(12), {"other.md": "Other.\n"})
    joined = merge(vault, day(15), "side")
    with remembering(vault) as memory:
        assert told(memory, "2026-01-09", "2026-01-11", "2026-01-14", "2026-01-16") == ["One.", "One.", "One.", "Two."]
        assert told(memory, aside, "side", own, joined) == ["Two.", "Two.", "One.", "Two."]
        assert log(memory) == [aside, first]
        (version, _) = memory.history(NOTE).versions
        assert (version.time, version.arrived) == (day(10), day(15))
        acts = {act.commit: (act.time, act.arrived) for act in memory.log().acts}
        assert acts[aside] == (day(10), day(15))
        assert acts[joined] == (day(15), None)
        (hit,) = memory.recall("two", path=NOTE).hits
        assert hit.commit == aside


def test_of_a_merge_into_the_branch_the_other_way_round_the_first_parent_counts(vault: Path) -> None:
    """A plain `git pull` on the side makes the side the line: past answers change with it, as the format says."""
    commit(vault, day(8), {NOTE: "One.\n"})
    git(vault, "switch", "-qc", "side")
    aside = commit(vault, day(10), {NOTE: "Two.\n"})
    git(vault, "switch", "-q", "main")
    commit(vault, day(12), {"other.md": "Other.\n"})
    with remembering(vault) as memory:
        assert told(memory, "2026-01-13") == ["One."]
        git(vault, "switch", "-q", "side")
        merge(vault, day(15), "main")
        git(vault, "switch", "-q", "main")
        git(vault, "merge", "-q", "--ff-only", "side")
        assert told(memory, "2026-01-11", "2026-01-13") == ["Two.", "Two."]
        assert memory.history(NOTE).versions[0].commit == aside
        assert memory.history(NOTE).versions[0].arrived is None
        assert memory.history("other.md").versions[0].arrived == day(15)


def test_a_merge_that_decides_is_a_version_of_its_own(vault: Path) -> None:
    first = commit(vault, day(8), {NOTE: "One.\n"})
    git(vault, "switch", "-qc", "side")
    aside = commit(vault, day(10), {NOTE: "Two.\n"})
    git(vault, "switch", "-q", "main")
    own = commit(vault, day(12), {NOTE: "Three.\n"})
    git(vault, "merge", "-q", "--no-commit", "side")
    joined = commit(vault, day(15), {NOTE: "Two and three.\n"})
    with remembering(vault) as memory:
        assert log(memory)[0] == joined
        assert set(log(memory)) == {joined, own, aside, first}
        assert told(memory, "2026-01-11", "2026-01-13", "2026-01-16") == ["One.", "Three.", "Two and three."]
        arrived = {version.commit: version.arrived for version in memory.history(NOTE).versions}
        assert arrived == {joined: None, own: None, aside: day(15), first: None}


# --- rewritten branches ---


def amend(vault: Path) -> str:
    write(vault, NOTE, "Instead.\n", age=0)
    with committing_at(day(16)):
        git(vault, "commit", "-qa", "--amend", "-m", "amended")
    return head(vault)


def rebase(vault: Path) -> str:
    git(vault, "branch", "-q", "onto", "HEAD~1")
    git(vault, "switch", "-q", "onto")
    commit(vault, day(15), {"other.md": "Other.\n"})
    git(vault, "switch", "-q", "main")
    with committing_at(day(16)):
        git(vault, "rebase", "-q", "onto")
    return commit(vault, day(16), {NOTE: "Instead.\n"})


def reset(vault: Path) -> str:
    git(vault, "reset", "-q", "--hard", "HEAD~1")
    return commit(vault, day(16), {NOTE: "Instead.\n"})


def force_pull(vault: Path) -> str:
    """Somebody else rewrote the branch and pushed it by force."""
    git(vault, "clone", "-q", str(vault), "../other")
    other = vault.parent / "other"
    commit_made = reset(other)
    git(vault, "fetch", "-q", str(other), "+main:fetched")
    git(vault, "reset", "-q", "--hard", "fetched")
    return commit_made


@pytest.mark.parametrize("rewrite", [amend, rebase, reset, force_pull])
def test_a_rewritten_branch_has_the_past_it_has_now(vault: Path, rewrite: object) -> None:
    first = commit(vault, day(8), {NOTE: "One.\n"})
    lost = commit(vault, day(14), {NOTE: "Lost.\n"})
    assert callable(rewrite)
    with remembering(vault) as memory:
        assert told(memory, "2026-01-15") == ["Lost."]
        assert log(memory) == [lost, first]
        last = rewrite(vault)
        kept = ["Lost."] if rewrite is rebase else []
        assert told(memory, "2026-01-09", "2026-01-17", "HEAD") == ["One.", "Instead.", "Instead."]
        assert told(memory, "2026-01-15T23:00:00Z") == ["One."]
        assert told(memory, lost) == ["Lost."]
        assert (log(memory)[0], log(memory)[-1]) == (last, first)
        assert [memory.read(NOTE, at=each).text.strip() for each in log(memory)] == ["Instead.", *kept, "One."]
        assert lost not in log(memory)
        assert lost not in {act.commit for act in memory.log().acts}
        assert [hit.excerpt for hit in memory.recall(path=NOTE).hits] == ["Instead."]
        with pytest.raises(RevisionNotFoundError):
            memory.changes(until=lost)
        followed = memory.history(NOTE).versions, memory.log().acts, memory.changes(), told(memory, "2026-01-15", lost)
        memory.reindex()
        rebuilt = memory.history(NOTE).versions, memory.log().acts, memory.changes(), told(memory, "2026-01-15", lost)
        assert followed == rebuilt


def test_a_branch_that_goes_back_and_stays_forgets_what_came_after(vault: Path) -> None:
    first = commit(vault, day(8), {NOTE: "One.\n"})
    commit(vault, day(14), {NOTE: "Two.\n", "new.md": "New.\n"})
    with remembering(vault) as memory:
        assert len(log(memory)) == 2
        git(vault, "reset", "-q", "--hard", first)
        assert log(memory) == [first]
        assert told(memory, "2026-01-15", "now") == ["One.", "One."]
        with pytest.raises(NoteNotFoundError):
            memory.history("new.md")
        git(vault, "reset", "-q", "--hard", "ORIG_HEAD")
        assert len(log(memory)) == 2
        assert told(memory, "2026-01-15") == ["Two."]


def test_branches_have_pasts_of_their_own(vault: Path) -> None:
    first = commit(vault, day(8), {NOTE: "One.\n"})
    with remembering(vault) as memory:
        git(vault, "switch", "-qc", "side")
        aside = commit(vault, day(10), {NOTE: "Two.\n"})
        assert (log(memory), told(memory, "2026-01-11")) == ([aside, first], ["Two."])
        git(vault, "switch", "-q", "main")
        own = commit(vault, day(12), {NOTE: "Three.\n"})
        assert (log(memory), told(memory, "2026-01-11", "now")) == ([own, first], ["One.", "Three."])
        memory.reindex()  # forgets what it knew of the other branch
        assert told(memory, "side", aside) == ["Two.", "Two."]
        assert [version.commit for version in memory.history(NOTE, at="side").versions] == [aside, first]
        assert [hit.commit for hit in memory.recall("two", at="side").hits] == [aside]
        git(vault, "switch", "-q", "side")
        assert (log(memory), told(memory, "now")) == ([aside, first], ["Two."])


# --- clones that are cut off ---


def test_a_shallow_clone_knows_what_it_has_and_the_rest_when_deepened(vault: Path, tmp_path: Path) -> None:
    commits = [commit(vault, day(number), {NOTE: f"Day {number}.\n"}) for number in (8, 15, 22)]
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{vault}", str(clone))
    with remembering(vault) as whole, remembering(clone) as memory:
        assert log(memory) == [commits[2], commits[1]]
        assert told(memory, "2026-01-23", "2026-01-16") == ["Day 22.", "Day 15."]
        with pytest.raises(RevisionNotFoundError, match="cut off"):
            memory.read(NOTE, at="2026-01-09")
        with pytest.raises(RevisionNotFoundError):
            memory.read(NOTE, at=commits[0])
        assert [version.commit for version in memory.history(NOTE, at=commits[1]).versions] == [commits[1]]
        git(clone, "fetch", "-q", "--unshallow")
        assert [version.commit for version in memory.history(NOTE, at=commits[1]).versions] == commits[1::-1]
        assert told(memory, "2026-01-09", commits[0]) == ["Day 8.", "Day 8."]
        for at in ("2026-01-16", commits[1], "HEAD"):
            assert memory.history(NOTE, at=at).versions == whole.history(NOTE, at=at).versions
        assert memory.log().acts == whole.log().acts
        assert memory.changes() == whole.changes()
        assert memory.history(NOTE, view="blame").blame == whole.history(NOTE, view="blame").blame
