"""Where the sample vaults and retrieval sets are; they are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def data_folder() -> Path:
    """Return the folder named by `VAULT_MEM_DATA`, else the one beside the checkout; skip the test if there is none."""
    named = os.environ.get("VAULT_MEM_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no sample data: set VAULT_MEM_DATA to the folder that holds vaults/ and locomo/")
    return folder
