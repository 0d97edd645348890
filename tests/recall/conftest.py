from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from vault_mem import Memory


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty vault, open."""
    vault_mem.initialise(tmp_path / "vault")
    with vault_mem.open_memory(tmp_path / "vault", agent="tester") as opened:
        yield opened
