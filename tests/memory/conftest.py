from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vault_mem
from vault_mem import Memory


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """An empty vault."""
    root = tmp_path / "vault"
    vault_mem.initialise(root)
    return root


@pytest.fixture
def memory(vault: Path) -> Iterator[Memory]:
    """The empty vault, open."""
    with vault_mem.open_memory(vault, agent="tester", session="s1") as opened:
        yield opened
