from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import make_empty, remembering
from tests.conformance.temporal.stories import Story, tell
from tests.conformance.temporal.ways import WAYS
from tests.isolation import isolate
from vault_mem import Memory


@pytest.fixture(scope="session", params=WAYS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story, told once a way."""
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("teller"), environment)
        return tell(request.param, tmp_path_factory.mktemp("story") / "vault")


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    """The story in a vault of the test's own."""
    shutil.copytree(told.vault, tmp_path / "vault", symlinks=True)
    return replace(told, vault=tmp_path / "vault")


@pytest.fixture
def memory(story: Story) -> Iterator[Memory]:
    """A memory of the story, a week after its end, with a new index."""
    with remembering(story.vault) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A vault with nothing but its first commit, of the first of January 2026."""
    return make_empty(tmp_path / "empty")
