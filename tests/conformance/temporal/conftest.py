from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import make_empty, remembering
from tests.conformance.temporal.stories import Story, tell
from tests.conformance.temporal.ways import WAYS
from tests.isolation import isolate
from tests.vaults import copied
from vault_mem import Memory

Tell = Callable[[str], tuple[Story, Memory]]


@pytest.fixture(scope="session")
def tell_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tell]:
    """Tells the story once a way, with a memory of it, a week after its end; both are shared, so they are only read."""
    with ExitStack() as stack:

        @cache
        def told(way: str) -> tuple[Story, Memory]:
            with pytest.MonkeyPatch.context() as environment:
                isolate(tmp_path_factory.mktemp("teller"), environment)
                story = tell(way, tmp_path_factory.mktemp("story") / "vault")
                return story, stack.enter_context(remembering(story.vault))

        yield told


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def story(way: str, tell_once: Tell) -> Story:
    """The story, to be read."""
    return tell_once(way)[0]


@pytest.fixture
def memory(way: str, tell_once: Tell) -> Memory:
    """A memory of the story, to be read."""
    return tell_once(way)[1]


@pytest.fixture
def own(story: Story, tmp_path: Path) -> Story:
    """The story in a vault of the test's own, which no memory has seen."""
    return replace(story, vault=copied(story.vault, tmp_path / "vault"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("founder"), environment)
        return make_empty(tmp_path_factory.mktemp("empty") / "vault")


@pytest.fixture
def vault(empty: Path, tmp_path: Path) -> Path:
    """A vault with nothing but its first commit, of the first of January 2026."""
    return copied(empty, tmp_path / "empty")
