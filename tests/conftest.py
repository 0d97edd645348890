"""What every test stands on: a home, git and settings of its own, and Hypothesis profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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

_GIT_CONFIG = """\
[user]
	name = Test Person
	email = person@example.org
[init]
	defaultBranch = main
[gc]
	auto = 0
"""


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home folder of its own, and return it; nothing of the user's git or settings is seen."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "VAULT_MEM_", "EMAIL")) and name != "VAULT_MEM_DATA":
            monkeypatch.delenv(name)
    (home / "gitconfig").write_text(_GIT_CONFIG)
    values = {
        "HOME": home,
        "USERPROFILE": home,
        "GIT_CONFIG_GLOBAL": home / "gitconfig",
        "GIT_CONFIG_NOSYSTEM": "1",
        "VAULT_MEM_CONFIG": home / "config",
        "VAULT_MEM_CACHE": home / "cache",
        "VAULT_MEM_STATE": home / "state",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, str(value))
    return home
