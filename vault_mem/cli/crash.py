"""What is kept of a bug: a file with the traceback and the versions, readable by the user only."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from vault_mem import __version__
from vault_mem.cli import output
from vault_mem.config import load_settings, process_environment
from vault_mem.errors import VaultMemError

_PACKAGES = ("click", "rich", "gitpython", "whoosh3", "tantivy", "tokenizers", "numpy", "fastmcp")


def record(error: BaseException) -> str:
    """Write the report of a bug.

    With `VAULT_MEM_DEBUG` set, the traceback is shown as well.

    Returns:
        One sentence that says where the report is, without a final stop.
    """
    report = "\n".join([*_versions(), "", "".join(traceback.format_exception(error))])
    if process_environment().get("VAULT_MEM_DEBUG"):
        output.message(report)
    try:
        path = _write(report)
    except (OSError, VaultMemError) as exc:
        return f"The traceback could not be kept ({exc}); run it again with VAULT_MEM_DEBUG=1 to see it"
    return f"The traceback is in {path}; please report it"


def _write(report: str) -> Path:
    folder = load_settings().state_dir / "crashes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    path.touch(mode=0o600)
    path.write_text(report, encoding="utf-8", errors="backslashreplace")
    return path


def _versions() -> list[str]:
    lines = [f"vault-mem {__version__}", f"Python {sys.version}", platform.platform()]
    return lines + [f"{name} {_version(name)}" for name in _PACKAGES]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
