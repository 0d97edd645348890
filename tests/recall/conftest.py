from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import copied
from vault_mem import Memory


@pytest.fixture
def memory(new_vault: Path, tmp_path: Path) -> Iterator[Memory]:
    """An empty vault, open."""
    with vault_mem.open_memory(copied(new_vault, tmp_path / "vault"), agent="tester") as opened:
        yield opened
