"""The files of recorded recalls: private, bounded, shared by processes, and never in the way of a recall."""

from __future__ import annotations

import multiprocessing
import os
import stat
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from vault_mem import Memory
from vault_mem.errors import StorageError
from vault_mem.memory.answers import AnsweredNote
from vault_mem.memory.replaying import recall_log
from vault_mem.memory.replaying.recall_log import RecallLog
from vault_mem.memory.replaying.records import Fingerprint, RecallRecord, decode, encode
from vault_mem.notes.model import NotePath
from vault_mem.recall.query import Filters, Question
from vault_mem.recall.weights import Weights

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY = Fingerprint("0.1.0", "5", "w", None, None, "whoosh", "+1 h")


def recorded(text: str = "tea?", session: str = "s1", *, minutes: int = 0, **question: object) -> RecallRecord:
    asked = Question(text, Filters(), NOON + timedelta(minutes=minutes), **question)  # type: ignore[arg-type]
    return RecallRecord(
        asked, session, "me", "a" * 40, False, (AnsweredNote(None, NotePath("a.md"), "b" * 40),), None, BY
    )


def log_in(folder: Path) -> RecallLog:
    return RecallLog(folder / "state" / "recalls", is_on=True)


def texts(log: RecallLog, session: str | None = None) -> list[str]:
    return [record.question.text for record in log.read(session).records]


def append_many(folder: Path, session: str) -> None:
    log = log_in(folder)
    for number in range(60):
        log.append(recorded(f"{session} {number} {'x' * 500}", session=session))


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append(recorded())
    (file,) = log.folder.iterdir()
    assert stat.S_IMODE(log.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "s1" not in file.name


def test_a_record_is_read_as_it_was_written() -> None:
    filters = Filters(tags=frozenset({"b", "a"}), path="x/*", namespace="", since=NOON, valid_at=NOON)
    question = Question(
        "tea\nzürich \udc80 \x1b[31m",
        filters,
        NOON.replace(microsecond=7),
        limit=3,
        at="main",
        at_time=NOON,
        mode="lexical",
        max_tokens=9,
        explain=True,
        passages=True,
        time_words=False,
        min_relevance=0.5,
        weights=Weights(without=frozenset({"place"})),
    )
    record = replace(recorded(), question=question)
    line = encode(record)
    assert line.isascii()
    assert b"\n" not in line
    assert decode(line) == record


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[: len(line) // 2],
        lambda _: b"\xff\x00",
        lambda _: b"[1]",
        lambda _: b"[" * 100_000,
        lambda _: b"null",
        lambda line: line.replace(b'"v":1', b'"v":2'),
        lambda line: line.replace(b'"v":1,', b""),
        lambda line: line.replace(b'"session":"s1"', b'"session":7'),
        lambda line: line.replace(b'"session":"s1"', b'"session":""'),
        lambda line: line.replace(b"2026-11-20T12:00:00+00:00", b"2026-11-20T12:00:00"),
        lambda line: line.replace(b"2026-11-20T12:00:00+00:00", b"0001-01-01T00:00:00+14:00"),
        lambda line: line.replace(b'"query":"tea?"', b'"query":["tea?"]'),
        lambda line: line.replace(b'"query":"tea?"', b'"limit":1e99'),
        lambda line: line.replace(b'"query":"tea?"', b'"mode":"fuzzy"'),
        lambda line: line.replace(b'"query":"tea?"', b'"min_relevance":NaN'),
        lambda line: line.replace(b'"query":"tea?"', b'"passages":"yes"'),
        lambda line: line.replace(b'"query":"tea?"', b'"tags":"a"'),
        lambda line: line.replace(b'"query":"tea?"', b'"now":"x"'),
        lambda line: line.replace(b"a" * 40, b"--upload-pack=x"),
        lambda line: line.replace(b'[[null,"a.md"', b'[["a.md"'),
        lambda line: line.replace(b'"window":null', b'"window":[1,2,3,4]'),
        lambda line: line.replace(b'"by":{', b'"by":7,"x":{'),
    ],
)
def test_a_broken_line_is_skipped_and_counted(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    log = log_in(tmp_path)
    log.append(recorded("before"))
    (file,) = log.folder.iterdir()
    line = encode(recorded())
    assert change(line) != line
    with file.open("ab") as end:
        end.write(b"\n" + change(line))
    log.append(recorded("after", minutes=1))
    read = log.read("s1")
    assert [record.question.text for record in read.records] == ["before", "after"]
    assert read.skipped == 1


def test_a_line_that_a_full_disk_cut_short_spoils_no_other(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append(recorded("one"))
    (file,) = log.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    log.append(recorded("two"))
    assert texts(log) == ["two"]
    assert log.read().skipped == 1


def test_sessions_are_told_apart_and_in_order_of_time(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append(recorded("late", minutes=5))
    log.append(recorded("other", session="s2", minutes=2))
    log.append(recorded("early", minutes=1))
    assert texts(log, "s1") == ["early", "late"]
    assert texts(log, " s2\n") == ["other"]
    assert texts(log) == ["early", "other", "late"]


def test_several_processes_and_threads_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=append_many, args=(tmp_path, name)) for name in ("shared", "shared", "own")]
    threads = [threading.Thread(target=append_many, args=(tmp_path, "shared")) for _ in range(3)]
    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for process in processes:
        process.join(60)
    log = log_in(tmp_path)
    assert (len(texts(log, "shared")), len(texts(log, "own")), log.read().skipped) == (300, 60, 0)


def test_a_session_keeps_the_newer_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall_log, "MAX_FILE", 5_000)
    first, second = log_in(tmp_path), log_in(tmp_path)
    for number in range(100):
        (first, second)[number % 2].append(recorded(f"{number}", minutes=number))
    kept = texts(first)
    assert kept == [str(number) for number in range(100 - len(kept), 100)]
    assert 10 < len(kept) < 40
    assert len(list(first.folder.iterdir())) <= 2
    assert texts(log_in(tmp_path)) == kept


def test_all_sessions_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall_log, "MAX_TOTAL", 5_000)
    log = log_in(tmp_path)
    (log.folder).mkdir(parents=True)
    (log.folder / "mine.txt").write_text("not ours")
    for number in range(60):
        log.append(recorded(f"{number}", session=f"s{number}", minutes=number))
        for file in log.folder.glob("*.jsonl"):
            stamp = file.stat().st_mtime - 10
            os.utime(file, (stamp, stamp))
    kept = texts(log)
    assert kept == [str(number) for number in range(60 - len(kept), 60)]
    assert 5 < len(kept) < 20
    assert (log.folder / "mine.txt").exists()


def test_a_recall_that_is_too_long_is_not_recorded_and_it_says_so(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append(replace(recorded(), notes=tuple(AnsweredNote(None, NotePath("x" * 2_000), "") for _ in range(200))))
    assert texts(log) == []
    assert "more than 262,144 bytes" in str(log.trouble)


def test_a_state_folder_that_cannot_be_written_stops_no_recall(memory: Memory) -> None:
    memory.remember("# Tea\n\nSteep it.")
    folder = memory._session.recalls.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    assert "in the way" not in str(memory.status().notice)
    assert any("Recalls are not recorded" in notice for notice in memory.status().notice)
    assert memory.recall("tea").hits
    assert memory.replay().notice
    assert memory.replay("s1").total == 0
    folder.unlink()
    memory.recall("tea")
    assert memory.replay("s1").total == 1
    assert not any("recorded" in notice for notice in memory.status().notice)


def test_arguments_that_no_record_can_hold_stop_no_recall(memory: Memory) -> None:
    memory.remember("# Tea\n\nSteep it.")
    assert memory.recall("tea", limit=np.int64(3)).hits  # type: ignore[arg-type]  # what callers do
    assert memory.replay("s1").total == 0
    assert "could not be" in str(memory.status().notice)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_nothing_but_a_plain_file_is_opened(tmp_path: Path, kind: str) -> None:
    log = log_in(tmp_path)
    log.append(recorded())
    (file,) = log.folder.iterdir()
    file.unlink()
    target = tmp_path / "target"
    target.write_text("kept")
    if kind == "link":
        file.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    log.append(recorded())
    assert log.trouble
    assert target.read_text() == "kept"
    with pytest.raises(StorageError) if kind == "link" else nullcontext():
        assert texts(log) == []


def test_two_hundred_letters_of_a_session_count(tmp_path: Path, memory: Memory) -> None:
    name = "\x1b]0;owned\x07 \ud800 " + "y" * 5_000
    memory.recall("tea", session=name, agent=name)
    (session,) = memory.replay().sessions
    assert len(session.session) <= 200
    assert session.session.isprintable()
    assert session.agent == session.session
    assert memory.replay(name).total == memory.replay(session.session).total == 1
