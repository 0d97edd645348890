"""A home, git and settings of a test's own; nothing of the user's is seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_GIT_CONFIG = """\
[user]
	name = Test Person
	email = person@example.org
[init]
	defaultBranch = main
[gc]
	auto = 0
"""


def isolate(home: Path, environment: pytest.MonkeyPatch) -> None:
    """Point every variable that leads to a user's files into a folder."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "VAULT_MEM_", "EMAIL")) and name != "VAULT_MEM_DATA":
            environment.delenv(name)
    (home / "gitconfig").write_text(_GIT_CONFIG)
    values = {
        "HOME": home,
        "USERPROFILE": home,
        "GIT_CONFIG_GLOBAL": home / "gitconfig",
        "GIT_CONFIG_NOSYSTEM": "1",
        "VAULT_MEM_CONFIG": home / "config",
        "VAULT_MEM_CACHE": home / "cache",
        "VAULT_MEM_STATE": home / "state",
        "VAULT_MEM_LEXICAL": "whoosh",
    }
    for name, value in values.items():
        environment.setenv(name, str(value))
