"""What every test stands on: a home, git and settings of its own, and Hypothesis profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import vault_mem
from tests.isolation import isolate

settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "dev", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def new_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault as `initialise` makes it, to be copied: making it takes git a dozen calls."""
    root = tmp_path_factory.mktemp("new") / "vault"
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("home"), environment)
        vault_mem.initialise(root)
    return root


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home folder of its own, and return it; nothing of the user's git or settings is seen."""
    home = tmp_path_factory.mktemp("home")
    isolate(home, monkeypatch)
    return home
