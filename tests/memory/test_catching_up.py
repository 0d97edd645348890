from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import vault_mem
from vault_mem import Memory
from vault_mem.errors import StorageError, VaultBusyError
from vault_mem.index.lock import writers_lock
from vault_mem.notes.model import BlobId, NotePath

BUILT = "still being built"


@contextmanager
def indexed_by_another(memory: Memory) -> Iterator[None]:
    with writers_lock(memory._session.index._root, wait=5) as is_held:
        assert is_held
        yield


class Gate:
    """Progress that goes on when it is told to."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def __call__(self, *_: object) -> None:
        assert self.opened.wait(30)


def found(memory: Memory, query: str) -> tuple[list[str], bool, float]:
    """Return the paths found, whether something may lack, and the seconds it took."""
    start = time.monotonic()
    answer = memory.recall(query, mode="lexical")
    return [hit.path for hit in answer.hits], BUILT in " ".join(answer.notice), time.monotonic() - start


@pytest.mark.parametrize("watch", [False, True])
def test_a_recall_does_not_wait_long_for_another_process(memory: Memory, vault: Path, watch: bool) -> None:
    memory.remember("Tea is hot.", title="Tea")
    with vault_mem.open_memory(vault, watch=watch) as other:
        assert found(other, "tea")[0] == ["notes/tea.md"]
        (vault / "new.md").write_text("Coffee and tea.\n")
        with indexed_by_another(memory):
            paths, lacks, seconds = found(other, "tea")
            assert (paths, lacks) == (["notes/tea.md"], True)
            assert 0.5 < seconds < 5
        deadline = time.monotonic() + 30
        while found(other, "coffee")[:2] != (["new.md"], False):
            assert time.monotonic() < deadline


def test_a_server_answers_while_it_indexes_itself(memory: Memory, vault: Path) -> None:
    memory.remember("Tea is hot.", title="Tea")
    memory.recall("tea")
    gate = Gate()
    with vault_mem.open_memory(vault, watch=True, progress=gate) as server:
        (vault / "new.md").write_text("Coffee and tea.\n")
        assert found(server, "tea")[:2] == (["notes/tea.md"], True)
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: found(server, "tea"), range(4)))
        assert all(lacks and seconds < 3 for _, lacks, seconds in answers)
        with ThreadPoolExecutor(1) as threads:
            write = threads.submit(server.remember, "Cocoa is sweet.", title="Cocoa")
            assert not write.done()
            gate.opened.set()
            assert write.result(30).note.action == "created"
        assert server.read("new").path == "new.md"
        time.sleep(0.1)
        assert server.status().passages == 3


@pytest.mark.parametrize("watch", [False, True])
def test_an_answer_that_must_be_whole_is_refused_until_the_index_is(
    memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch, watch: bool
) -> None:
    memory.remember("Tea is hot.", title="Tea")
    with vault_mem.open_memory(vault, watch=watch) as other:
        other.recall("tea")
        (vault / "new.md").write_text("Coffee and [[Tea]].\n")
        with indexed_by_another(memory):
            catching_up = other._session._catching_up
            follow = catching_up.follow
            monkeypatch.setattr(catching_up, "follow", lambda notes, read, wait: follow(notes, read, wait=wait / 300))
            for verb in (lambda: other.read("new"), lambda: other.related("Tea"), other.context, other.check):
                with pytest.raises(VaultBusyError, match=BUILT):
                    verb()
            assert other.status(timings=True).notes == 1
        monkeypatch.undo()
        assert other.read("new").path == "new.md"
        assert [relation.path for relation in other.related("Tea").relations] == ["new.md"]


@pytest.mark.parametrize("at", [None, "HEAD"])
def test_an_index_that_another_process_begins_anew_meanwhile_is_caught_up_again(
    memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch, at: str | None
) -> None:
    memory.remember("Tea is hot.", title="Tea")
    with vault_mem.open_memory(vault) as other:
        catching_up = other._session._catching_up
        follow, times = catching_up.follow, []

        def followed(*arguments: Any, **options: Any) -> bool:
            done = follow(*arguments, **options)
            times.append(done)
            if len(times) == 1:
                memory._session.index.clear()
            return done

        monkeypatch.setattr(catching_up, "follow", followed)
        assert other.read("Tea", at=at).path == "notes/tea.md"
        assert times == [True, True]


def test_who_asks_while_a_server_closes_gets_a_documented_error(memory: Memory, vault: Path) -> None:
    server = vault_mem.open_memory(vault, watch=True)
    catching_up = server._session._catching_up
    catching_up.close()
    (vault / "new.md").write_text("Coffee and tea.\n")
    with pytest.raises(VaultBusyError, match="being closed"):
        server.recall("tea")
    server.close()


def test_a_server_that_is_closed_stops_indexing_after_a_batch(memory: Memory, vault: Path) -> None:
    for number in range(1_100):
        (vault / f"n{number}.md").write_text(f"Tea number {number}.\n")
    gate, stages = Gate(), []

    def progress(stage: str, done: int, total: int) -> None:
        stages.append((stage, done))
        gate(stage, done, total)

    server = vault_mem.open_memory(vault, watch=True, progress=progress)
    with ThreadPoolExecutor(1) as threads:
        assert found(server, "tea")[1]
        closing = threads.submit(server.close)
        while not server._session._catching_up._is_closed:
            time.sleep(0.01)
        gate.opened.set()
        closing.result(30)
    assert stages == [("reading", 500)]
    assert len(memory.recall("number 1099", mode="lexical").hits) > 0


def test_what_goes_wrong_beside_is_told_to_the_next_who_asks(memory: Memory, vault: Path) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        raise StorageError(vault, "the disk is full")

    with vault_mem.open_memory(vault, watch=True, progress=progress) as server:
        (vault / "new.md").write_text("Coffee and tea.\n")
        for _ in range(2):
            with pytest.raises(StorageError, match="the disk is full"):
                server.recall("tea")


def test_a_server_indexes_what_it_wrote_before_it_is_asked(vault: Path) -> None:
    with vault_mem.open_memory(vault, watch=True) as server:
        blob = server.remember("Coffee and tea.", title="Drinks").notes[0].version
        index = server._session.index
        deadline = time.monotonic() + 30
        while index.missing({NotePath("any.md"): BlobId(blob)}) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not index.missing({NotePath("any.md"): BlobId(blob)})


def test_a_rebuild_waits_until_it_is_done(memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(stage: str, done: int, total: int) -> None:
        time.sleep(0.2)

    monkeypatch.setattr("vault_mem.memory.catching_up.PATIENT", 0.1)
    with vault_mem.open_memory(vault, watch=True) as server:
        (vault / "new.md").write_text("Coffee and tea.\n")
        assert server.reindex(progress=slow).notes == 1


def test_a_serving_process_answers_by_words_until_many_passages_are_embedded(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault_mem.index.encoding.MANY", 5)
    monkeypatch.setattr("vault_mem.index.encoding._PAUSE", 1.0)
    for number in range(20):
        (vault / f"drink-{number}.md").write_text(f"Drink number {number} is tea.\n")
    with vault_mem.open_memory(vault, watch=True) as memory:
        first = memory.recall("tea")
        assert first.hits
        assert "20 of 20 passages are found by their words only, for a while" in first.notice
        deadline = time.monotonic() + 30
        while memory.status().embedded < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert memory.recall("a hot beverage", mode="dense").hits
        assert not [text for text in memory.recall("tea").notice if "passages" in text]
