"""Everything a memory says of the past, as values that compare, also from another process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.conformance.temporal.clocks import remembering
from tests.conformance.temporal.ways import PATH
from vault_mem import Memory
from vault_mem.errors import VaultMemError

QUERIES = ("how many containers does the crane lift in an hour?", "northern quay", "")
EVERY_STATUS = ("active", "archived")

Answers = list[object]


def answers(memory: Memory, moments: Sequence[str]) -> Answers:
    """Return the log, and at each moment the note, its blame, its log and what recall finds, in order."""
    found: Answers = [memory.history(PATH).versions, memory.log(limit=100).acts, memory.changes()]
    for at in moments:
        for query in QUERIES:
            hits = memory.recall(query, at=at, statuses=EVERY_STATUS).hits
            found.append([(hit.path, hit.id, hit.version, hit.commit, hit.author, hit.agent) for hit in hits])
        found.append([memory.changes(until=at), memory.log(until=at).acts])
        found.extend(_of_the_note(memory, at))
    return found


def _of_the_note(memory: Memory, at: str) -> Answers:
    try:
        note = memory.history(PATH, view="as-of", at=at).note
    except VaultMemError as error:
        return [error.code]
    return [note, memory.history(PATH, view="blame", at=at).blame, memory.history(PATH, at=at).versions]


def answers_elsewhere(vault: Path, moments: Sequence[str]) -> Answers:
    """Return the answers that another process gives."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_answers_of, vault, moments).result(timeout=120)


def _answers_of(vault: Path, moments: Sequence[str]) -> Answers:
    with remembering(vault) as memory:
        return answers(memory, moments)
