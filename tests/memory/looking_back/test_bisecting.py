from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, NoteNotFoundError, RevisionNotFoundError

ASKED = "how do we version the public API?"


def past(memory: Memory, *, around: int = 6) -> tuple[str, str]:
    """A rule, told and later told otherwise, among other notes; return the first commit and the one that changed it."""
    first = memory.remember("We version the API in the URL path.", title="API versions", key="api").commit
    for number in range(around):
        memory.remember(f"The {number}th tree in the garden is a pear.", title=f"Garden {number}")
    changed = memory.revise(
        "api", "We version the API by a header.", reason="Clients were upgraded.", agent="planner", session="s7"
    ).commit
    for number in range(around):
        memory.remember(f"The {number}th flower bed holds roses.", title=f"Bed {number}")
    assert first
    assert changed
    return first, changed


def test_the_act_that_changed_the_answer_is_found_with_who_why_and_what(memory: Memory) -> None:
    first, changed = past(memory)
    found = memory.bisect(ASKED, good=first)
    assert found.act is not None
    assert (found.act.commit, found.act.agent, found.act.session) == (changed, "planner", "s7")
    assert found.act.reason == "Clients were upgraded."
    assert found.before is not None
    assert found.after is not None
    assert "URL path" in found.before.excerpt
    assert "by a header" in found.after.excerpt
    assert found.before.id == found.after.id
    (change,) = found.changed
    assert "-We version the API in the URL path." in change.difference.patch
    assert "+We version the API by a header." in change.difference.patch
    assert found.recalls <= math.ceil(math.log2(found.commits)) + 2


@pytest.mark.parametrize("around", [0, 1, 3, 10])
def test_it_asks_no_more_often_than_it_says(memory: Memory, around: int) -> None:
    first, changed = past(memory, around=around)
    found = memory.bisect(ASKED, good=first)
    assert found.act is not None
    assert found.act.commit == changed
    assert found.recalls <= math.ceil(math.log2(max(1, found.commits))) + 2


def test_words_or_a_note_that_are_expected_decide(memory: Memory) -> None:
    first, changed = past(memory, around=2)
    note = memory.read("api").id
    by_words = memory.bisect(ASKED, good=first, expect="URL  PATH")
    assert by_words.act is not None
    assert by_words.act.commit == changed
    assert memory.bisect(ASKED, good=first, note=note).act is None
    gone = memory.forget("api", reason="Nobody asks.").commit
    found = memory.bisect(ASKED, good=first, note="api")
    assert found.act is not None
    assert found.act.commit == gone


def test_it_finds_what_mended_an_answer_too(memory: Memory) -> None:
    first, changed = past(memory, around=2)
    found = memory.bisect(ASKED, good=first, expect="by a header")
    assert found.act is not None
    assert found.act.commit == changed


def test_moving_a_note_or_tagging_it_changes_no_answer(memory: Memory, vault: Path) -> None:
    first = memory.remember("We version the API in the URL path.", title="API versions", key="api").commit
    memory.revise("api", set={"tags": ["api"]})
    git(vault, "mv", memory.read("api").path, "moved.md")
    git(vault, "commit", "-qm", "tidy")
    assert first
    found = memory.bisect(ASKED, good=first)
    assert found.act is None
    assert found.after is not None
    assert found.after.path == "moved.md"


def test_the_id_that_a_note_gets_later_changes_no_answer(memory: Memory, vault: Path) -> None:
    text = "# API versions\n\nWe version the API in the URL path.\n"
    for content in (text, f"---\nid: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\n---\n{text}"):
        write(vault, "api.md", content)
        git(vault, "add", "api.md")
        git(vault, "commit", "-qm", "by hand")
    found = memory.bisect(ASKED, good="HEAD~1")
    assert found.act is None
    assert found.before is not None
    assert found.after is not None
    assert (found.before.id, found.after.id) == (None, "01K9ZQ3T8M5N2V7C4X6B1D0F9G")


def test_a_change_that_a_merge_brought_names_what_was_merged(memory: Memory, vault: Path) -> None:
    first = memory.remember("We version the API in the URL path.", title="API versions", key="api").commit
    git(vault, "switch", "-q", "-c", "side")
    inside = memory.revise("api", "We version the API by a header.", agent="aside").commit
    git(vault, "switch", "-q", "main")
    memory.remember("Pears.", title="Garden")
    git(vault, "merge", "-q", "--no-edit", "side")
    assert first
    found = memory.bisect(ASKED, good=first)
    assert found.act is not None
    assert found.act.commit == git(vault, "rev-parse", "main").strip()
    assert [act.commit for act in found.brought] == [inside]
    with pytest.raises(RevisionNotFoundError, match="first parents"):
        memory.bisect(ASKED, good="side")


def test_uncommitted_text_is_not_looked_at(memory: Memory, vault: Path) -> None:
    first, changed = past(memory, around=1)
    write(vault, memory.read("api").path, "# API versions\n\nWe version the API by phone.\n")
    found = memory.bisect(ASKED, good=first)
    assert found.notice == memory.timeline(ASKED).notice == ("Uncommitted edits are not looked at",)
    assert memory.bisect(ASKED, good=first, bad="HEAD").notice == ()
    assert found.act is not None
    assert found.act.commit == changed


def test_what_cannot_be_bisected_is_refused(memory: Memory) -> None:
    with pytest.raises(RevisionNotFoundError):
        memory.bisect(ASKED, good="HEAD~50")
    first, _ = past(memory, around=0)
    head = memory.log(limit=1).acts[0].commit
    with pytest.raises(InvalidQueryError):
        memory.bisect(" ", good=first)
    with pytest.raises(InvalidQueryError):
        memory.bisect(ASKED, good=head)
    with pytest.raises(InvalidQueryError):
        memory.bisect(ASKED, good=first, expect=" ")
    with pytest.raises(NoteNotFoundError):
        memory.bisect(ASKED, good=first, note="nobody wrote this")
    with pytest.raises(InvalidQueryError, match="later"):
        memory.bisect(ASKED, good=head, bad=first)
