from __future__ import annotations

from vault_mem.memory.stopwatch import Stopwatch


def test_each_moment_is_counted_once() -> None:
    ticks = iter(range(100))
    watch = Stopwatch(clock=lambda: float(next(ticks)))
    with watch.stage("outer"):
        with watch.stage("inner"):
            watch.lap("part")
        with watch.stage("inner"):
            pass
    assert watch.take() == {"outer": 3.0, "part": 1.0, "inner": 2.0}
    assert watch.take() == {}


def test_time_between_stages_is_nobodys() -> None:
    ticks = iter((0.0, 1.0, 50.0, 52.0))
    watch = Stopwatch(clock=lambda: next(ticks))
    with watch.stage("one"):
        pass
    with watch.stage("two"):
        pass
    assert watch.take() == {"one": 1.0, "two": 2.0}
