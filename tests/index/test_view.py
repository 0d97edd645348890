from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.index.stored import StoredNote
from vault_mem.index.view import View, build_view, changed_view, name_of
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, Metadata, NotePath

A, B = BlobId("a" * 40), BlobId("b" * 40)
STORED = {A: StoredNote(A, "Alpha", range(1, 3), "", ""), B: StoredNote(B, None, range(4, 5), "", "")}
NAMES = {"one": 0, "two": 3, "three": 5}


def view_of(notes: dict[str, BlobId]) -> View:
    vectors = np.array([-1, 0, 1, -1, 2, -1], dtype=np.int64)
    typed = {NotePath(path): blob for path, blob in notes.items()}
    return build_view(typed, stored=STORED, name_ids=NAMES, vectors=vectors, epoch="one")


def test_notes_stand_in_the_order_of_their_paths() -> None:
    view = view_of({"b/two.md": B, "a/one.md": A, "unknown.md": BlobId("c" * 40)})
    assert [(note.path, note.title, note.blob) for note in view.notes] == [
        ("a/one.md", "Alpha", A),
        ("b/two.md", "two", B),
    ]
    assert view.notes[0].metadata == Metadata()
    assert view.live.tolist() == [False, True, True, False, True, False]
    assert view.names.tolist() == [True, False, False, True, False, False]


def test_passages_know_their_notes() -> None:
    view = view_of({"x/one.md": A, "two.md": B, "y/three.md": A})
    assert [view.notes_of(document) for document in range(6)] == [(), (1, 2), (1, 2), (), (0,), ()]
    assert view.note_mask([0]).tolist() == [False, False, False, False, True, False]
    assert view.note_mask([]).tolist() == [False] * 6


def test_a_passage_has_the_best_of_its_names() -> None:
    view = view_of({"x/one.md": A, "two.md": B, "y/three.md": A})
    scores = np.array([0.5, 9, 9, 0, 9, 0.75], dtype=np.float32)
    assert view.spread(scores).tolist() == [0, 0.75, 0.75, 0, 0, 0]


def test_a_note_without_a_name_id_gets_nothing() -> None:
    view = view_of({"nameless.md": A})
    assert not view.spread(np.ones(6, dtype=np.float32)).any()


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.md", "b"), ("B.MD", "B"), (".md", ".md"), ("a/x.y.md", "x.y"), ("note", "note")]
)
def test_a_name_has_no_folder_and_no_ending(path: str, name: str) -> None:
    assert name_of(NotePath(path)) == name


C = BlobId("c" * 40)
MORE = {**STORED, C: StoredNote(C, "Gamma", range(6, 9), "", "")}
listings = st.dictionaries(
    st.sampled_from(["a/one.md", "a/two.md", "b/one.md", "c.md", "three.md"]).map(NotePath),
    st.sampled_from([A, B, C, BlobId("d" * 40)]),
)


@given(st.lists(listings, min_size=1, max_size=6))
def test_a_view_that_follows_is_one_made_anew(states: list[dict[NotePath, BlobId]]) -> None:
    sizes = [6, *([9] * (len(states) - 1))]  # the catalog grows, and never shrinks
    vectors = [np.arange(size, dtype=np.int64) for size in sizes]
    first = {path: blob for path, blob in states[0].items() if blob != C}
    listing = Listing(first)
    view = build_view(listing, stored=MORE, name_ids=NAMES, vectors=vectors[0], epoch="one")
    for state, rows in zip(states[1:], vectors[1:], strict=True):
        listing, before = listing.changed({**dict.fromkeys(listing), **state}), listing
        changes = listing.since(before)
        assert changes is not None
        view = changed_view(view, changes, stored=MORE, name_ids=NAMES, vectors=rows)
        anew = build_view(state, stored=MORE, name_ids=NAMES, vectors=rows, epoch="one")
        assert view.notes == anew.notes
        assert (view.documents, view.twins) == (anew.documents, anew.twins)
        for name in ("owners", "name_ids", "live", "names"):
            assert getattr(view, name).tolist() == getattr(anew, name).tolist()
        assert [view.places[note.path] for note in view.notes] == list(range(len(view.notes)))
        for document in range(view.documents):
            assert view.notes_of(document) == anew.notes_of(document)


def test_a_folder_has_its_notes_and_folders() -> None:
    paths = ("a.md", "a/b.md", "a/b/c.md", "a/b/d/e.md", "a/b0.md", "a/c/x.md", "a0/z.md")
    view = view_of(dict.fromkeys(paths, A))
    assert sorted(view.entries("a")) == ["b", "b.md", "b0.md", "c"]
    assert list(view.entries("a/b")) == ["c.md", "d"]
    assert list(view.entries("missing")) == []
