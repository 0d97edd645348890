from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contracts.test_lexical_index import asked, document
from vault_mem.errors import IndexDamagedError
from vault_mem.index.lexical.whoosh import WhooshLexicalIndex

PAGE = 4096


@pytest.fixture
def index(tmp_path: Path) -> WhooshLexicalIndex:
    index = WhooshLexicalIndex(tmp_path / "lexical")
    index.add(document(number, body=f"ant bee w{number}") for number in range(500))
    return index


def damage(folder: Path) -> None:
    """Let a page of the terms be empty, as after a power cut."""
    (terms,) = folder.glob("*.trm")
    later = terms.stat().st_mtime_ns + 10**9
    content = bytearray(terms.read_bytes())
    content[PAGE : 2 * PAGE] = b"\0" * len(content[PAGE : 2 * PAGE])
    terms.write_bytes(content)
    os.utime(terms, ns=(later, later))


def test_terms_that_were_damaged_before_they_are_opened_are_noticed(index: WhooshLexicalIndex, tmp_path: Path) -> None:
    index.close()
    damage(tmp_path / "lexical")
    with pytest.raises(IndexDamagedError, match="checksum"):
        asked(index)
    index.close()


def test_terms_that_are_damaged_while_they_are_open_are_noticed(index: WhooshLexicalIndex, tmp_path: Path) -> None:
    assert any(asked(index))
    damage(tmp_path / "lexical")
    with pytest.raises(IndexDamagedError, match="changed"):
        asked(index)
    index.close()


def test_terms_that_another_process_merged_away_are_no_damage(index: WhooshLexicalIndex, tmp_path: Path) -> None:
    other = WhooshLexicalIndex(tmp_path / "lexical")
    for number in range(500, 520):
        other.add([document(number, body="cow")])
        assert index.last_id() == number
    other.close()
    index.close()
