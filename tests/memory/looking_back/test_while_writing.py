"""The verbs that look back are safe while others write: through the same memory, and through another one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import vault_mem
from vault_mem import Memory

ROUNDS = 7


def looks(memory: Memory, first: str) -> dict[str, Callable[[], object]]:
    return {
        "log": lambda: memory.history("rule"),
        "blame": lambda: memory.history("rule", view="blame"),
        "diff": lambda: memory.history("rule", view="diff"),
        "as-of": lambda: memory.history("rule", view="as-of", at=first),
        "vault": lambda: (memory.log(), memory.changes(since=first), memory.derivation("rule")),
        "bisect": lambda: memory.bisect("what is the rule?", good=first),
        "timeline": lambda: memory.timeline("what is the rule?"),
        "recall": lambda: memory.recall("rule", at=first),
        "revert": lambda: memory.revert(first),
    }


def test_looking_back_is_safe_while_others_write(memory: Memory, vault: Path) -> None:
    first = memory.remember("The rule is 0.", title="Rule", key="rule").commit
    assert first
    memory.remember("Pears.", title="Garden")
    failures: list[str] = []
    is_done = threading.Event()

    def look(name: str, act: Callable[[], object]) -> None:
        try:
            act()
            while not is_done.is_set():
                act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            failures.append(f"{name}: {error!r}")

    def write(writer: Memory, agent: str) -> None:
        try:
            for number in range(1, ROUNDS):
                writer.revise("rule", f"The rule is {number}, says {agent}.", agent=agent)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            failures.append(f"{agent}: {error!r}")

    with vault_mem.open_memory(vault) as other:
        writers = [
            threading.Thread(target=write, args=(memory, "one")),
            threading.Thread(target=write, args=(other, "two")),
        ]
        readers = [threading.Thread(target=look, args=each) for each in looks(memory, first).items()]
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        is_done.set()
        for thread in readers:
            thread.join()
    assert failures == []
    versions = memory.history("rule").versions
    assert len(versions) == 2 * (ROUNDS - 1) + 1
    note = memory.history("rule", view="as-of", at=first).note
    assert note is not None
    assert note.text.endswith("The rule is 0.\n")
