"""Many notes in one transaction: the same rows as one by one, and words that are stored once and always."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.samples import blob_of, parsed
from vault_mem.index.catalog import Catalog
from vault_mem.index.vocabulary import words_in
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, Document

TEXTS = (
    "# Ants\n\nAnts dig tunnels.",
    "# Bees\n\nBees build combs.\n\n## Ants\nnone",
    "",
    "# Ants\n\nAnts dig tunnels. ",
)


def words_of(catalog: Catalog) -> set[str]:
    return {word for _, word in catalog.words_after(0, limit=1_000)}


def test_a_batch_gives_the_rows_that_single_notes_give(tmp_path: Path) -> None:
    one, many = Catalog(tmp_path / "one.sqlite"), Catalog(tmp_path / "many.sqlite")
    assert sum(one.add_blobs([item]) for item in parsed(*TEXTS)) == len(TEXTS)
    assert many.add_blobs(parsed(*TEXTS, TEXTS[0])) == len(TEXTS)
    assert list(one.texts_after(-1)) == list(many.texts_after(-1))
    assert list(one.vector_texts_from(0)) == list(many.vector_texts_from(0))
    assert one.vector_rows(-1) == many.vector_rows(-1)
    assert words_of(one) == words_of(many) == words_in(TEXTS)
    one.close()
    many.close()


def test_names_get_one_document_each(catalog: Catalog) -> None:
    catalog.add_names(["token-store", "queue"])
    catalog.add_names(["queue", "bad\ud800name"])
    assert sorted(catalog.name_documents(["token-store", "queue", "bad\ud800name"]).values()) == [0, 1, 2]
    assert {"token", "store", "queue", "name"} <= words_of(catalog)


def test_words_of_a_transaction_that_failed_are_stored_by_the_next(catalog: Catalog) -> None:
    def broken() -> Iterator[tuple[BlobId, Document]]:
        yield blob_of("marmalade"), parse(b"marmalade")
        yield BlobId("odd"), None  # type: ignore[misc]

    with pytest.raises(AttributeError):
        catalog.add_blobs(broken())
    assert words_of(catalog) == set()
    catalog.add_blobs(parsed("more marmalade"))
    assert words_of(catalog) == {"more", "marmalade"}


def test_words_are_stored_again_when_another_process_has_emptied_the_catalog(tmp_path: Path) -> None:
    ours, theirs = Catalog(tmp_path / "catalog.sqlite"), Catalog(tmp_path / "catalog.sqlite")
    ours.add_blobs(parsed("marmalade"))
    theirs.clear()
    ours.add_blobs(parsed("marmalade"))
    assert words_of(ours) == {"marmalade"}
    ours.close()
    theirs.close()
