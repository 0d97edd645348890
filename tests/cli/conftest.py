"""A shell for tests: the command line in this process, on a real vault."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.vaults import copied
from vault_mem.cli.boundary import run


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # Any: what a script would parse
        """The answer on stdout."""
        return json.loads(self.out)


Shell = Callable[..., Outcome]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a function that runs the command line: arguments, and bytes for stdin (default none)."""

    def call(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = run(arguments)
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return call


@pytest.fixture
def vault(new_vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new vault that the command line finds by itself."""
    root = copied(new_vault, tmp_path / "vault")
    monkeypatch.setenv("VAULT_MEM_VAULT", str(root))
    return root
