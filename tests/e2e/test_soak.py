"""Four processes, a person's editor and `git gc` at one vault: nothing is lost, and nothing fails but as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.scale.vaults import filled
from tests.benchmarks.soak import Soak, soak


def check(done: Soak, operations: int) -> None:
    assert done.unexpected == ()
    assert done.lost == ()
    assert done.is_sound
    assert done.operations == operations
    assert done.written > operations // 4
    early, late = done.memory
    assert late < early + 150, "megabytes: what a worker holds must not grow with what it did"


def test_a_minute_of_it(tmp_path: Path) -> None:
    filled(tmp_path / "vault", 500)
    check(soak(tmp_path / "vault", operations=240), 240)


@pytest.mark.slow
def test_a_long_time_of_it(tmp_path: Path) -> None:
    filled(tmp_path / "vault", 5_000)
    check(soak(tmp_path / "vault", operations=20_000), 20_000)
