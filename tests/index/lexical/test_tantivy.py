from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tests.contracts.test_lexical_index import document

tantivy = pytest.importorskip("tantivy")

from vault_mem.index.lexical.tantivy import TantivyLexicalIndex  # noqa: E402 - only where it is installed


@pytest.mark.skipif(sys.platform == "win32", reason="no locks are inherited there")
def test_lock_that_a_starting_program_still_holds_is_waited_for(tmp_path: Path) -> None:
    import fcntl

    index = TantivyLexicalIndex(tmp_path / "lexical")
    index.add([document(0, body="ant")])
    with (tmp_path / "lexical" / ".tantivy-writer.lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        release = threading.Timer(0.3, fcntl.flock, (held, fcntl.LOCK_UN))
        release.start()
        index.add([document(1, body="bee")])
        release.join()
    assert index.last_id() == 1
    index.close()
