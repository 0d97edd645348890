from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vaults import git
from vault_mem import Memory
from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError, NoteNotFoundError, WriteConflictError


def test_new_text_keeps_the_frontmatter_and_the_title(memory: Memory, vault: Path) -> None:
    note = memory.remember("Old text.", title="Rule", tags=["a"]).note
    done = memory.revise("Rule", "New text.", reason="It changed.")
    assert done.action == "revised"
    assert (vault / note.path).read_text().endswith("# Rule\n\nNew text.\n")
    assert memory.read("Rule").properties["tags"] == ["a"]
    assert "It changed." in git(vault, "log", "-1", "--format=%b")


def test_a_property_edit_changes_its_lines_only(memory: Memory, vault: Path) -> None:
    path = vault / "hand.md"
    path.write_bytes(b"---\r\n# mine\r\nrating: 7   # of ten\r\nlist: [a, b]\r\n---\r\nBody")
    memory.revise("hand", set={"rating": 8})
    assert path.read_bytes() == b"---\r\n# mine\r\nrating: 8   # of ten\r\nlist: [a, b]\r\n---\r\nBody"
    memory.revise("hand", set={"rating": 7})
    assert path.read_bytes() == b"---\r\n# mine\r\nrating: 7   # of ten\r\nlist: [a, b]\r\n---\r\nBody"


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time nine hours ahead of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("tokyo")
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the local zone cannot be set on this system")
def test_a_time_that_was_read_can_be_written_back(memory: Memory) -> None:
    note = memory.remember("Text.", title="Rule", key="rule", valid_from="2026-01-01T09:00").note
    assert memory.read("rule").properties["valid_from"] == "2026-01-01T00:00:00"
    assert memory.revise("rule", set={"valid_from": "2026-01-01T00:00:00"}).action == "unchanged"
    memory.remember("Other text.", key="rule", valid_from="2026-01-01T09:00")
    assert memory.read(note.path).properties["valid_from"] == "2026-01-01T00:00:00"


def test_a_hand_edit_is_adopted_before_the_agent_writes(memory: Memory, vault: Path) -> None:
    note = memory.remember("Old text.", title="Rule").note
    path = vault / note.path
    path.write_text(path.read_text() + "\nA person's line.\n")
    _age(path)
    memory.revise("Rule", set={"confidence": 0.5})
    subjects = git(vault, "log", "-2", "--format=%s").splitlines()
    assert subjects == ["revise: notes/rule.md", "adopt: notes/rule.md"]
    assert "A person's line." in path.read_text()


def test_a_stale_version_is_refused_with_the_difference(memory: Memory, vault: Path) -> None:
    seen = memory.remember("Old text.", title="Rule").note
    memory.revise("Rule", "Somebody else's text.")
    before = git(vault, "rev-parse", "HEAD")
    with pytest.raises(WriteConflictError) as caught:
        memory.revise("Rule", "My text.", version=seen.version)
    assert "-Old text." in str(caught.value)
    assert "+Somebody else's text." in str(caught.value)
    assert git(vault, "rev-parse", "HEAD") == before
    assert memory.revise("Rule", "My text.", version=memory.read("Rule").version).action == "revised"


def test_a_version_may_be_shortened_but_not_invented(memory: Memory) -> None:
    seen = memory.remember("Old text.", title="Rule").note
    assert memory.revise("Rule", "Text two.", version=seen.version[:9]).action == "revised"
    assert memory.revise("Rule", "Text three.", version="").action == "revised"
    with pytest.raises(WriteConflictError, match="-Old text"):
        memory.revise("Rule", "Text four.", version=seen.version[:9])
    for invented in ("abc", "HEAD:.vault-mem/config.yaml", "g" * 40, "--help"):
        with pytest.raises(InvalidNoteError, match="version"):
            memory.revise("Rule", "Text four.", version=invented)


def test_a_hand_edit_makes_a_seen_version_stale(memory: Memory, vault: Path) -> None:
    seen = memory.remember("Old text.", title="Rule").note
    path = vault / seen.path
    path.write_text(path.read_text().replace("Old", "Edited"))
    with pytest.raises(WriteConflictError, match="Edited"):
        memory.revise("Rule", "My text.", version=seen.version)
    assert "Edited" in path.read_text()


def test_the_same_text_again_is_no_commit(memory: Memory, vault: Path) -> None:
    memory.remember("Text.", title="Rule")
    before = git(vault, "rev-parse", "HEAD")
    assert memory.revise("Rule", "Text.").action == "unchanged"
    assert git(vault, "rev-parse", "HEAD") == before


def test_revise_can_supersede_with_a_new_note(memory: Memory) -> None:
    old = memory.remember("Use REST.", title="API style", type="decision", namespace="shop").note
    new = memory.revise("API style v2", "Use gRPC.", supersedes=["API style"], reason="Latency.")
    assert new.path == "projects/shop/decisions/api-style-v2.md"
    assert memory.read(old.path).status == "superseded"
    assert memory.read(new.path).properties["supersedes"] == ["[[api-style]]"]


def test_revise_can_make_one_note_replace_another(memory: Memory) -> None:
    memory.remember("One.", title="First")
    memory.remember("Two.", title="Second")
    memory.revise("Second", supersedes=["First"])
    assert memory.read("First").superseded_by == ("notes/second.md",)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"note": "nowhere", "text": "x"}, NoteNotFoundError),
        ({"note": "Rule"}, InvalidNoteError),
        ({"note": "Rule", "text": " "}, InvalidNoteError),
        ({"note": "Rule", "set": {"confidence": "high"}}, InvalidNoteError),
        ({"note": "Rule", "set": {"nested": {"a": 1}}}, InvalidNoteError),
        ({"note": "Rule", "supersedes": ["Rule"]}, InvalidNoteError),
    ],
)
def test_bad_revisions_are_refused(memory: Memory, arguments: dict[str, object], error: type[Exception]) -> None:
    memory.remember("Text.", title="Rule")
    with pytest.raises(error):
        memory.revise(**arguments)  # type: ignore[arg-type]  # the wrong kinds are the point


def test_malformed_frontmatter_is_read_but_not_edited(memory: Memory, vault: Path) -> None:
    content = "---\ntitle: a\nbad: [\n---\nThe zebra crossing is at the harbour.\n"
    (vault / "broken.md").write_text(content)
    assert memory.recall("zebra harbour").hits[0].path == "broken.md"
    with pytest.raises(MalformedFrontmatterError) as caught:
        memory.revise("broken", "New.")
    assert caught.value.line > 1
    assert (vault / "broken.md").read_text() == content


def _age(path: Path) -> None:
    """Make a file look settled: the writer waits for files that changed within two seconds."""
    then = time.time() - 10
    os.utime(path, (then, then))
