from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_mem.index.catalog import Catalog
from vault_mem.index.commits import CommitLog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def log(catalog: Catalog) -> CommitLog:
    """A log without a commit."""
    return CommitLog(catalog)
