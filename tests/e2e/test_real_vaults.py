"""The product on copies of two real vaults, one of Obsidian and one of Logseq."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.data import data_folder
from tests.vaults import git
from vault_mem import Memory

VAULTS = ("obsidian-kepano", "logseq-docs")


def _notes(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.md"))
        if not any(part.startswith(".") or part == "logseq" for part in path.relative_to(root).parts)
    }


@pytest.fixture(params=VAULTS)
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a real vault, made a vault of ours."""
    source = data_folder() / "vaults" / str(request.param)
    root = tmp_path / str(request.param)
    # Copied by reading, since the originals are read-only and so would be the copy.
    for path in source.rglob("*"):
        if path.is_file():
            target = root / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    before = _notes(root)
    vault_mem.initialise(root)
    assert _notes(root) == before
    assert vault_mem.initialise(root).created == ()
    return root


@pytest.fixture
def memory(real: Path) -> Iterator[Memory]:
    """The copy, open."""
    with vault_mem.open_memory(real) as opened:
        yield opened


def test_every_note_is_known_read_and_recalled_by_its_title(real: Path, memory: Memory) -> None:
    notes = _notes(real)
    status = memory.status()
    assert status.notes == len(notes)
    found = 0
    sample = sorted(notes)[:: max(1, len(notes) // 40)]
    for path in sample:
        answer = memory.read(path)
        assert answer.text.encode() == notes[path].replace(b"\xef\xbb\xbf", b"") or answer.problems
        found += path in {hit.path for hit in memory.recall(answer.title, limit=10).hits}
    assert found >= 0.9 * len(sample)


def test_links_lead_somewhere(memory: Memory) -> None:
    assert memory.recall("note", limit=1).hits
    related = [memory.related(hit.path) for hit in memory.recall("page", limit=20).hits]
    assert any(item.path for answer in related for item in answer.relations)


def test_an_edit_shows_its_lines_only_and_its_undo_restores_the_bytes(real: Path, memory: Memory) -> None:
    git(real, "add", "-A")
    git(real, "commit", "-qm", "as found")
    editable = [path for path in _notes(real) if not memory.read(path).problems][:50]
    assert len(editable) == 50
    before = _notes(real)
    for path in editable:
        properties = memory.read(path).properties
        key = next(
            (key for key, value in properties.items() if isinstance(value, str | int) and key != "title"), "seen"
        )
        memory.revise(path, set={key: "2024-02-03"})
        diff = git(real, "show", "--format=", "--unified=0", "HEAD", "--", path)
        changed = [line for line in diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
        new_block = [] if before[path].removeprefix(b"\xef\xbb\xbf").startswith(b"---") else ["+---", "+---"]
        assert [line for line in changed if not line[1:].startswith(f"{key}:")] == new_block
        assert any(line.startswith(f"+{key}:") and "2024-02-03" in line for line in changed)
        memory.revise(path, set={key: properties.get(key)})
    assert _notes(real) == before


def test_check_reports_without_failing(memory: Memory) -> None:
    report = memory.check()
    assert report.is_ok
    assert all(finding.message for finding in report.findings)
