from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files
from vault_mem.errors import InvalidConfigError, MissingExtraError
from vault_mem.index.index import Index
from vault_mem.index.lexical import choice
from vault_mem.index.lexical.choice import engine_name

needs_tantivy = pytest.mark.skipif(find_spec("tantivy") is None, reason="tantivy is an extra")


@pytest.mark.parametrize(("is_installed", "expected"), [(True, "tantivy"), (False, "whoosh")])
def test_auto_is_the_fast_engine_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, is_installed: bool, expected: str
) -> None:
    monkeypatch.setattr(choice, "has_fast_engine", lambda: is_installed)
    assert engine_name("auto") == expected
    assert engine_name("whoosh") == "whoosh"


def test_an_engine_that_is_not_installed_is_said_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "has_fast_engine", lambda: False)
    with pytest.raises(MissingExtraError) as refused:
        engine_name("tantivy")
    assert "git-vault-mem[fast]" in refused.value.hint


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="whoosh"):
        engine_name("elastic")


@needs_tantivy
def test_another_engine_makes_only_its_own_files_and_scores_the_same(tmp_path: Path) -> None:
    texts = {f"{number}.md": f"# Note {number}\n\nthe cache is {'stale ' * number}" for number in range(1, 5)}
    files = Files(texts)
    scores = []
    for name in ("whoosh", "tantivy", "whoosh"):
        index = Index.open(tmp_path / "index", embedder=HashingEmbedder(), lexical=name)
        assert index.update(files.notes(), files.reader())
        scores.append(index.lexical_scores(["cach", "stale"], view=index.view(files.notes())))
        index.close()
    assert sorted(files.read) == sorted(files.notes().values())  # each was read once, for the first engine
    assert {folder.name for folder in (tmp_path / "index").glob("*/*/lexical-*")} == {
        "lexical-whoosh",
        "lexical-tantivy",
    }
    assert scores[0].max() > 0
    assert np.array_equal(scores[0], scores[1])
    assert np.array_equal(scores[0], scores[2])
