"""Known words near a misspelt one, asked of an index with notes in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.samples import Files
from vault_mem.errors import IndexReplacedError
from vault_mem.index.index import Index
from vault_mem.index.view import View
from vault_mem.notes.model import NotePath


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index.open(tmp_path / "index", embedder=None)
    yield made
    made.close()


def filled(index: Index, files: Files) -> View:
    index.update(files.notes(), files.reader())
    return index.view(files.notes())


def test_among_equally_near_words_the_commoner_is_first(index: Index) -> None:
    view = filled(index, Files({"a.md": "the cable", "b.md": "a table", "c.md": "tables for all", "d.md": "tablet"}))
    assert index.nearest("tabel", view=view) == ("table",)
    assert index.nearest("tablez", view=view) == ("table", "tables", "tablet")


def test_words_of_old_versions_are_not_offered(index: Index) -> None:
    files = Files({"a.md": "deployment and kubernetes", "b.md": "nothing"})
    old = filled(index, files)
    files.texts[NotePath("a.md")] = "kubernetes"
    new = filled(index, files)
    assert index.nearest("deploymnet", view=old) == ("deployment",)
    assert index.nearest("deploymnet", view=new) == ()
    assert index.nearest("kubernets", view=new) == ("kubernetes",)


def test_what_is_offered_depends_on_the_view_alone(index: Index) -> None:
    """Words of other versions hide none: no dozen of nearer ones, no better first letter, no form of the same stem."""
    files = Files({"a.md": "deployment", "b.md": "department"})
    old = filled(index, files)
    files.texts[NotePath("c.md")] = " ".join(f"deploymne{letter}" for letter in "abcdfghijklmnop")
    files.texts[NotePath("d.md")] = "xeployments deployments"
    new = filled(index, files)
    assert index.nearest("deploymnet", view=old) == ("deployment",)
    assert index.nearest("xeployment", view=old) == ("deployment",)
    assert index.nearest("deploymens", view=old) == ("deployment",)
    assert index.nearest("deploymens", view=new)[:2] == ("deployment", "deployments")


def test_file_names_are_words_too(index: Index) -> None:
    view = filled(index, Files({"observability-handbook.md": "short"}))
    assert index.nearest("Obsrvability", view=view) == ("observability",)


def test_a_view_of_a_cleared_index_is_refused(index: Index) -> None:
    view = filled(index, Files({"a.md": "deployment"}))
    index.clear()
    with pytest.raises(IndexReplacedError):
        index.nearest("deploymnet", view=view)


def test_stored_frequencies_are_at_least_those_of_a_view(index: Index) -> None:
    files = Files({"a.md": "# cache\n\ncache", "b.md": "cache tea", "cache.md": "tea"})
    view = filled(index, files)
    terms = ["cach", "tea", "coffe"]
    exact, about = index.frequencies(terms, view=view), index.stored_frequencies(terms, view=view)
    assert exact == {"cach": 3, "tea": 2, "coffe": 0}
    assert about["coffe"] == 0
    assert 0 < about["cach"] <= 6
    assert about["tea"] == 2
