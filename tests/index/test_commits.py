from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tests.index.samples import blob_of, commit, commit_id
from vault_mem.index.catalog import Catalog
from vault_mem.index.commits import CommitLog
from vault_mem.notes.model import NotePath

NOTE = NotePath("note.md")


def introduced(log: CommitLog, text: str, head: str) -> str | None:
    record = log.introduced(NOTE, blob_of(text), commit_id(head))
    return record.subject if record else None


def test_a_commit_comes_back_as_it_was(log: CommitLog) -> None:
    record = replace(
        commit("a", changes=[("b\udcff.md", None, "1"), ("a.md", "1", None)]),
        reason="because\nof that",
        trailers={"Memory-Op": "remember", "Memory-Agent": "x"},
        note_ids=("01K9ZQ3T8M5N2V7C4X6B1D0F9G",),
    )
    assert log.add([record]) == 1
    found = log.record(record.id)
    assert found is not None
    assert set(found.changes) == set(record.changes)
    assert replace(found, changes=record.changes) == record
    assert log.has(record.id)
    assert not log.has(commit_id("unknown"))
    assert log.record(commit_id("unknown")) is None


def test_adding_again_changes_nothing(log: CommitLog) -> None:
    records = [commit("a", changes=[("note.md", None, "1")]), commit("b", "a", changes=[("note.md", "1", "2")])]
    assert (log.add(records), log.add(records)) == (2, 0)


def test_tips_have_no_known_children(log: CommitLog) -> None:
    assert log.known_tips() == ()
    log.add([commit("a"), commit("b", "a"), commit("c", "a"), commit("d", "b", "c"), commit("e", "b")])
    assert log.known_tips() == tuple(sorted([commit_id("d"), commit_id("e")]))
    assert log.count(commit_id("d")) == 4


def test_the_last_commit_that_gave_the_content_is_named(log: CommitLog) -> None:
    log.add(
        [
            commit("first", changes=[("note.md", None, "v1")], minutes=9),
            commit("second", "first", changes=[("note.md", "v1", "v2")], minutes=1),
            commit("revert", "second", changes=[("note.md", "v2", "v1")], minutes=5),
            commit("other", "revert", changes=[("other.md", None, "v1")]),
        ]
    )
    assert introduced(log, "v1", "other") == "revert"
    assert introduced(log, "v1", "second") == "first"
    assert introduced(log, "v2", "other") == "second"
    assert introduced(log, "v3", "other") is None
    assert introduced(log, "v1", "unknown") is None


def test_a_merge_yields_to_what_it_brought(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base"),
            commit("branch", "base", changes=[("note.md", "v1", "v2")]),
            commit("merge", "main", "branch", changes=[("note.md", "v1", "v2")]),
        ]
    )
    assert introduced(log, "v2", "merge") == "branch"


def test_a_merge_that_decided_is_named(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base", changes=[("note.md", "v1", "v2")]),
            commit("branch", "base", changes=[("note.md", "v1", "v3")]),
            commit("back", "main", "branch", changes=[("note.md", "v2", "v1")]),
            commit("both", "main", "branch", changes=[("note.md", "v2", "v4")]),
        ]
    )
    assert introduced(log, "v1", "back") == "back"
    assert introduced(log, "v4", "both") == "both"


def test_only_what_is_reachable_counts(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base", changes=[("note.md", "v1", "v2")]),
            commit("aside", "base", changes=[("note.md", "v1", "v2")]),
        ]
    )
    assert introduced(log, "v2", "aside") == "aside"
    assert introduced(log, "v2", "main") == "main"


def test_parents_stored_later_than_their_children_come_first(log: CommitLog) -> None:
    """A shallow clone that is deepened brings the past after the present."""
    log.add([commit("new", "old", changes=[("note.md", "v1", "v2")])])
    assert introduced(log, "v2", "new") == "new"
    log.add([commit("old", changes=[("note.md", None, "v1")])])


def test_another_process_is_seen(log: CommitLog, tmp_path: Path) -> None:
    assert log.known_tips() == ()
    other = Catalog(tmp_path / "catalog.sqlite")
    CommitLog(other).add([commit("a")])
    assert log.has(commit_id("a"))
    other.clear()
    other.close()
    assert not log.has(commit_id("a"))


def test_ten_thousand_commits_are_quick(log: CommitLog) -> None:
    log.add(
        commit(str(i), *([str(i - 1)] if i else []), changes=[(f"n{i % 500}.md", None if i < 500 else "v", f"v{i}")])
        for i in range(10_000)
    )
    start = time.perf_counter()
    assert log.has(commit_id("9999"))
    record = log.introduced(NotePath("n7.md"), blob_of("v9507"), commit_id("9999"))
    first = time.perf_counter() - start
    assert record is not None
    assert record.subject == "9507"
    assert first < 1  # about 40 ms on a quiet machine
