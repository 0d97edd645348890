from __future__ import annotations

from pathlib import Path

import pytest

from tests.isolation import isolate
from tests.vault.checkouts.past import two_commits
from tests.vaults import copied


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("founder"), environment)
        return two_commits(tmp_path_factory.mktemp("made") / "v")


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """The vault of `two_commits`, the test's own."""
    return copied(made_once, tmp_path / "v")
