from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from tests.vaults import copied
from vault_mem import Memory


@pytest.fixture
def vault(new_vault: Path, tmp_path: Path) -> Path:
    """An empty vault."""
    return copied(new_vault, tmp_path / "vault")


@pytest.fixture
def memory(vault: Path) -> Iterator[Memory]:
    """The empty vault, open."""
    with vault_mem.open_memory(vault, agent="tester", session="s1") as opened:
        yield opened
