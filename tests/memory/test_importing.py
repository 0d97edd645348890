from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.vaults import git
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, VaultMemError


def notes(count: int) -> Iterator[dict[str, Any]]:
    return (
        {"text": f"The service number {n} listens on port {9_000 + n}.", "title": f"Service {n}"} for n in range(count)
    )


def test_notes_are_written_a_number_a_commit(memory: Memory) -> None:
    before = len(memory.log(limit=100).acts)
    seen: list[tuple[str, int, int]] = []
    done = memory.import_notes(notes(25), per_commit=10, reason="Moved here.", progress=lambda *step: seen.append(step))
    assert (done.created, done.commits, done.skipped) == (25, 3, 0)
    acts = memory.log(limit=100).acts
    assert len(acts) == before + 3
    assert {act.reason for act in acts[:3]} == {"Moved here."}
    assert done.revision == acts[0].commit
    assert [step for step in seen if step[0] == "importing"] == [("importing", n, 0) for n in (10, 20, 25)]
    assert memory.recall("port 9017").hits[0].title == "Service 17"


def test_the_same_import_again_writes_nothing_and_a_longer_one_goes_on(memory: Memory) -> None:
    memory.import_notes(notes(12), per_commit=5)
    again = memory.import_notes(notes(12), per_commit=5)
    assert (again.created, again.unchanged, again.commits) == (0, 12, 0)
    longer = memory.import_notes(notes(20), per_commit=5)
    assert (longer.created, longer.unchanged) == (8, 12)


def test_an_import_that_was_cut_off_keeps_what_it_committed(memory: Memory) -> None:
    def breaking() -> Iterator[dict[str, Any]]:
        yield from notes(7)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.import_notes(breaking(), per_commit=3)
    done = memory.import_notes(notes(10), per_commit=3)
    assert (done.created, done.unchanged) == (4, 6)
    assert git(memory.root, "status", "--porcelain") == ""


def test_a_note_that_cannot_be_written_is_skipped_and_the_others_are_not(memory: Memory) -> None:
    given = [
        *notes(3),
        {"text": "  "},
        {"text": "Wrong field.", "colour": "red"},
        {"text": "Links to nobody.", "links": {"supersedes": ["nobody"]}},
        {"text": "One.", "key": "same", "type": "fact"},
        {"text": "Two.", "key": "same", "type": "fact"},
    ]
    done = memory.import_notes(given)
    assert [(skipped.position, skipped.code) for skipped in done.reasons] == [
        (4, "invalid-note"),
        (5, "invalid-note"),
        (6, "note-not-found"),
    ]
    assert (done.created, done.revised, done.skipped) == (4, 1, 3)
    assert memory.read("same").text.endswith("Two.\n")


def test_a_dry_run_counts_and_writes_nothing(memory: Memory) -> None:
    memory.import_notes(notes(2))
    head = git(memory.root, "rev-parse", "HEAD")
    done = memory.import_notes([*notes(5), {"text": ""}], dry_run=True)
    assert (done.created, done.unchanged, done.skipped, done.commits, done.dry_run) == (3, 2, 1, 0, True)
    assert git(memory.root, "rev-parse", "HEAD") == head


def test_no_more_than_a_commit_is_read_ahead(memory: Memory) -> None:
    read = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal read
        for note in notes(9):
            read += 1
            yield note

    ahead: list[int] = []
    memory.import_notes(counted(), per_commit=3, progress=lambda *step: ahead.append(read - step[1]))
    assert max(ahead) == 0


@pytest.mark.parametrize("per_commit", [0, -1, 100_001])
def test_a_senseless_number_a_commit_is_refused(memory: Memory, per_commit: int) -> None:
    with pytest.raises(InvalidQueryError, match="per_commit"):
        memory.import_notes(notes(1), per_commit=per_commit)


def test_a_vault_that_cannot_be_written_ends_it(memory: Memory) -> None:
    git(memory.root, "checkout", "-q", "--detach")
    with pytest.raises(VaultMemError, match="HEAD"):
        memory.import_notes(notes(1))
