from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vaults import copied
from vault_mem import Memory, open_memory
from vault_mem.config import Settings, prepare_environment

prepare_environment()


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both eras of the protocol: sessionless since 2026-07-28, and with the `initialize` handshake."""
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "cache", tmp_path / "state", tmp_path / "config", agent="from-settings")


@pytest.fixture
def memory(new_vault: Path, tmp_path: Path, settings: Settings) -> Iterator[Memory]:
    with open_memory(copied(new_vault, tmp_path / "vault"), settings=settings) as memory:
        yield memory
