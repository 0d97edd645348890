"""Embedding in the background: words answer at once, meaning follows, and nothing is left half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files
from vault_mem.index import encoding
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.encoding import Encoding
from vault_mem.index.index import Index
from vault_mem.index.lock import writers_lock
from vault_mem.index.view import Coverage, View

FILES = Files({f"{number}.md": f"# Note {number}\n\nmarmalade number {number}" for number in range(100)})


class SlowEmbedder(HashingEmbedder):
    """Embeds passages once it is let; a question at any time."""

    def __init__(self) -> None:
        super().__init__(16)
        self.may = threading.Event()

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.may.wait(20)
        return super().embed(texts)

    def embed_query(self, text: str) -> Matrix:
        row: Matrix = HashingEmbedder(16).embed([text])[0]
        return row


@pytest.fixture
def embedder() -> SlowEmbedder:
    return SlowEmbedder()


@pytest.fixture
def index(tmp_path: Path, embedder: SlowEmbedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setattr(encoding, "MANY", 10)
    made = Index.open(tmp_path / "index", embedder=embedder, background=True)
    yield made
    embedder.may.set()
    made.close()


def soon(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "vault-mem-encoding"]


def filled(index: Index, files: Files = FILES) -> View:
    assert index.update(files.notes(), files.reader(), wait=0.1)
    return index.view(files.notes())


def meaning(index: Index, view: View) -> Matrix:
    scores = index.dense_scores("marmalade", view=view)
    assert scores is not None
    return scores


def test_words_answer_before_anything_is_embedded(index: Index, embedder: SlowEmbedder, tmp_path: Path) -> None:
    view = filled(index)
    assert index.coverage(view) == Coverage(passages=100, indexed=100, embedded=0)
    assert np.count_nonzero(index.lexical_scores(["marmalad"], view=view)) == 100
    assert (meaning(index, view) == -1).all()
    embedder.may.set()
    assert soon(lambda: index.coverage(view).embedded == 100)
    assert soon(lambda: not threads())
    with_vectors = Index.open(tmp_path / "other", embedder=HashingEmbedder(16))
    assert (meaning(index, view) == meaning(with_vectors, filled(with_vectors))).all()
    with_vectors.close()


def test_few_passages_are_waited_for(index: Index, embedder: SlowEmbedder) -> None:
    embedder.may.set()
    few = Files(dict(list(FILES.texts.items())[:5]))
    view = filled(index, few)
    assert index.coverage(view).embedded == 5
    assert threads() == []


def test_what_was_not_done_at_the_end_is_done_later(index: Index, embedder: SlowEmbedder, tmp_path: Path) -> None:
    filled(index)
    embedder.may.set()
    index.close()
    assert threads() == []
    again = Index.open(tmp_path / "index", embedder=HashingEmbedder(16))
    view = filled(again)
    assert again.coverage(view).embedded == 100
    again.close()


def test_a_rebuild_is_waited_for(index: Index, embedder: SlowEmbedder) -> None:
    embedder.may.set()
    filled(index)
    index.clear()
    view = filled(index)
    assert index.coverage(view).embedded == 100
    assert threads() == []


def test_other_writers_come_between(index: Index, embedder: SlowEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_mem.index.index.SLICE_SECONDS", 0.0)
    filled(index)
    embedder.may.set()
    with writers_lock(next(index.folder.glob("v*")), wait=10) as is_held:
        assert is_held
    assert soon(lambda: not threads())


def test_a_thread_works_until_nothing_is_left() -> None:
    slices = [True, True, False]
    encoder = Encoding(lambda: slices.pop(0), is_on=True)
    assert encoder.takes(encoding.MANY + 1)
    assert soon(lambda: slices == [])
    assert not encoder.takes(encoding.MANY)
    encoder.stop()
    assert not encoder.takes(encoding.MANY + 1)


def test_nothing_is_left_to_it_unless_it_is_on() -> None:
    assert not Encoding(lambda: False, is_on=False).takes(encoding.MANY + 1)
