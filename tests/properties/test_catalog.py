"""The index against plain models: whatever the order of updates, it answers as if it had been built at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files, blob_of
from vault_mem.index.catalog import Catalog
from vault_mem.index.index import Index
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, Document, NotePath

WORDS = ["ant", "bee", "cow", "dog", "数据"]
texts = st.builds(
    lambda title, words: f"# {title}\n\n{' '.join(words)}" if title else " ".join(words),
    st.sampled_from(["", "Ant", "Bee hive"]),
    st.lists(st.sampled_from(WORDS), max_size=6),
)
paths = st.sampled_from(["a.md", "b.md", "x/a.md", "ant.md"])
steps = st.one_of(
    st.tuples(st.just("write"), paths, texts),
    st.tuples(st.just("delete"), paths, st.just("")),
    st.tuples(st.just("move"), paths, paths),
    st.tuples(st.just("reopen"), st.just(""), st.just("")),
)


def take(files: Files, step: tuple[str, str, str]) -> None:
    kind, first, second = step
    if kind == "write":
        files.texts[NotePath(first)] = second
    elif kind == "delete":
        files.texts.pop(NotePath(first), None)
    elif kind == "move" and NotePath(first) in files.texts:
        files.texts[NotePath(second)] = files.texts.pop(NotePath(first))


def opened(folder: Path) -> Index:
    return Index.open(folder, embedder=HashingEmbedder(16))


def answers(index: Index, files: Files) -> dict[str, list[float]]:
    """Every note's best score by words and by meaning, for a few queries."""
    view = index.view(files.notes())
    assert [note.path for note in view.notes] == sorted(files.texts)
    found: dict[str, list[float]] = {note.path: [] for note in view.notes}
    for query in ("ant", "bee cow", "数据", "hive"):
        words = index.lexical_scores(query.split(), view=view)
        meaning = index.dense_scores(query, view=view)
        assert meaning is not None
        for note in view.notes:
            documents = slice(note.documents.start, note.documents.stop)
            found[note.path] += [float(words[documents].max()), float(meaning[documents].max())]
    return found


@given(sequence=st.lists(steps, min_size=1, max_size=8))
def test_any_order_of_updates_equals_one_build(
    sequence: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("index")
    files = Files()
    index = opened(folder / "stepwise")
    for step in sequence:
        if step[0] == "reopen":
            index.close()
            index = opened(folder / "stepwise")
        take(files, step)
        assert index.update(files.notes(), files.reader())
    whole = opened(folder / "whole")
    assert whole.update(files.notes(), files.reader())
    stepwise, at_once = answers(index, files), answers(whole, files)
    index.close()
    whole.close()
    for path, scores in at_once.items():
        assert stepwise[path] == pytest.approx(scores, abs=1e-5), path


@given(batches=st.lists(st.lists(texts, max_size=4), max_size=5))
def test_the_catalog_is_a_dictionary_of_blobs(
    batches: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    catalog = Catalog(tmp_path_factory.mktemp("catalog") / "catalog.sqlite")
    model: dict[BlobId, Document] = {}
    for batch in batches:
        items = [(blob_of(text), parse(text.encode())) for text in batch]
        new = {blob for blob, _ in items} - model.keys()
        assert catalog.add_blobs(items) == len(new)
        model |= dict(items)
        stored = catalog.stored([*model, blob_of("other")])
        assert stored.keys() == model.keys()
        for blob, document in model.items():
            assert (stored[blob].title, stored[blob].metadata) == (document.title, document.metadata)
            chunks = [catalog.chunk(number).text for number in stored[blob].documents]
            assert chunks == ([chunk.text for chunk in document.chunks] or [""])
        used = np.concatenate([[-1], *(np.array(note.documents) for note in stored.values())])
        assert len(set(used.tolist())) == len(used) == catalog.last_document() + 2
    catalog.close()
