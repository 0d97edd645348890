from __future__ import annotations

from pathlib import Path

import vault_mem
from tests.vaults import git
from vault_mem import Memory
from vault_mem.memory.replaying.recall_log import RecallLog


def test_timings_say_where_a_recall_spends_its_time(memory: Memory, vault: Path) -> None:
    memory.remember("We decided to use tea, because coffee was out.", title="Tea")
    (vault / "new.md").write_text("# New\n\nText that is not indexed yet.\n")
    with vault_mem.open_memory(vault, session="s2") as other:
        plain, status = other.status().timings, other.status(timings=True)
    assert plain is None
    timings = status.timings
    assert timings is not None
    expected = {"work tree", "view", "lexical", "vectors", "ranking", "hits", "other", "total"}
    assert expected <= timings.first.keys()
    assert expected <= timings.again.keys()
    assert abs(sum(timings.first.values()) - 2 * timings.first["total"]) < 0.001
    assert timings.loose_objects == int(git(vault, "count-objects").split()[0])


def test_what_the_index_lacks_is_timed_by_stage_and_told(memory: Memory, vault: Path) -> None:
    told: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        told.append(stage)

    (vault / "new.md").write_text("# New\n\nText that is not indexed yet.\n")
    with vault_mem.open_memory(vault, progress=progress) as other:
        timings = other.status(timings=True).timings
    assert timings is not None
    stages = {"reading", "indexing", "embedding"}
    assert stages <= timings.first.keys()
    assert not stages & timings.again.keys()
    assert set(told) == stages


def test_sample_is_not_recorded_and_changes_no_answer(memory: Memory) -> None:
    memory.remember("We decided to use tea, because coffee was out.", title="Tea")
    before = memory.recall("tea")
    log: RecallLog = memory._session.recalls
    recorded = [file.read_bytes() for file in log.folder.rglob("*") if file.is_file()]
    memory.status(timings=True)
    memory.warm()
    assert [file.read_bytes() for file in log.folder.rglob("*") if file.is_file()] == recorded
    assert memory.recall("tea") == before


def test_warming_ends_when_it_is_no_longer_wanted(memory: Memory) -> None:
    memory.remember(" ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(676)), title="Words")
    answers = iter([True, False])
    memory.warm(lambda: next(answers))
    assert next(answers, None) is None


def test_empty_vault_can_be_timed_and_warmed(memory: Memory) -> None:
    memory.warm()
    timings = memory.status(timings=True).timings
    assert timings is not None
    assert timings.first["total"] >= 0
