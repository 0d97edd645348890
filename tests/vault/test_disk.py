from __future__ import annotations

import os
from pathlib import Path

import pytest

from vault_mem.vault.disk import write_all


@pytest.mark.parametrize("content", [b"", b"x", b"0123456789" * 3])
def test_all_is_written_where_a_call_takes_only_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    with (tmp_path / "file").open("wb") as file:
        write_all(file.fileno(), content)
    assert (tmp_path / "file").read_bytes() == content
