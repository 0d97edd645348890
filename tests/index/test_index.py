from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files, blob_of, commit, commit_id
from vault_mem.errors import IndexDamagedError
from vault_mem.index.analysis import analyze
from vault_mem.index.catalog import SCHEMA_VERSION
from vault_mem.index.index import Index
from vault_mem.index.lock import writers_lock
from vault_mem.index.view import Coverage, View
from vault_mem.notes.model import NotePath

NOTES = {
    "decisions/api.md": "# The API is versioned in the path\n\nClients cannot set headers.",
    "gotchas/cache.md": "# Stale cache\n\nThe cache is stale after a deploy.",
    "people/ada.md": "Ada likes tea.",
}


@pytest.fixture
def files() -> Files:
    return Files(NOTES)


def opened(folder: Path, *, dimensions: int = 32) -> Index:
    return Index.open(folder / "index", embedder=HashingEmbedder(dimensions))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = opened(tmp_path)
    yield made
    made.close()


def filled(index: Index, files: Files) -> View:
    assert index.update(files.notes(), files.reader())
    return index.view(files.notes())


def best(index: Index, view: View, query: str) -> str | None:
    scores = index.lexical_scores(analyze(query, query=True), view=view)
    document = int(np.argmax(scores))
    return view.notes[view.notes_of(document)[0]].path if scores[document] > 0 else None


def test_notes_are_found_by_text_title_and_file_name(index: Index, files: Files) -> None:
    view = filled(index, files)
    assert best(index, view, "headers") == "decisions/api.md"
    assert best(index, view, "versioned") == "decisions/api.md"
    assert best(index, view, "ada") == "people/ada.md"
    assert best(index, view, "api") == "decisions/api.md"
    assert best(index, view, "nothing of that") is None


def test_a_file_name_alone_is_found(index: Index) -> None:
    files = Files({"places/zanzibar.md": "An island.", "b.md": "Another island."})
    view = filled(index, files)
    assert best(index, view, "zanzibar") == "places/zanzibar.md"


def test_meaning_is_scored_for_allowed_passages_only(index: Index, files: Files) -> None:
    view = filled(index, files)
    scores = index.dense_scores("the cache is stale", view=view)
    assert scores is not None
    assert view.notes[view.notes_of(int(np.argmax(scores)))[0]].path == "gotchas/cache.md"
    allowed = view.note_mask([0])
    limited = index.dense_scores("the cache is stale", view=view, allowed=allowed)
    assert limited is not None
    assert (limited[~allowed] == -1).all()
    assert limited[allowed] == pytest.approx(scores[allowed])


def test_without_an_embedder_words_still_work(tmp_path: Path, files: Files) -> None:
    index = Index.open(tmp_path / "index", embedder=None)
    view = filled(index, files)
    assert index.embedder_id is None
    assert index.dense_scores("cache", view=view) is None
    assert best(index, view, "stale") == "gotchas/cache.md"
    assert index.coverage(view) == Coverage(3, 3, 0)
    index.close()


def test_only_what_is_new_is_read(index: Index, files: Files) -> None:
    filled(index, files)
    files.read.clear()
    files.texts[NotePath("moved/api.md")] = files.texts.pop(NotePath("decisions/api.md"))
    files.texts[NotePath("new.md")] = "# New"
    view = filled(index, files)
    assert files.read == [blob_of("# New")]
    assert best(index, view, "headers") == "moved/api.md"
    assert index.missing(files.notes()) == []


def test_an_old_revision_is_a_mask(index: Index, files: Files) -> None:
    old = filled(index, files)
    files.texts[NotePath("people/ada.md")] = "Ada likes coffee."
    new = filled(index, files)
    assert best(index, new, "tea") is None
    assert best(index, old, "tea") == "people/ada.md"
    assert best(index, old, "coffee") is None


def test_old_versions_do_not_move_the_scores_of_today(index: Index, files: Files) -> None:
    terms = analyze("stale cache after deploy", query=True)
    view = filled(index, files)
    before = index.lexical_scores(terms, view=view)[view.live]
    original = files.texts[NotePath("gotchas/cache.md")]
    for version in range(60):
        files.texts[NotePath("gotchas/cache.md")] = f"{original} stale cache {version}"
        index.update(files.notes(), files.reader())
    files.texts[NotePath("gotchas/cache.md")] = original
    again = filled(index, files)
    assert index.lexical_scores(terms, view=again)[again.live] == pytest.approx(before, abs=1e-6)


def test_equal_files_share_their_passages(index: Index) -> None:
    files = Files({"a/one.md": "same text", "b/two.md": "same text", "c.md": "other"})
    view = filled(index, files)
    (document,) = view.notes[0].documents
    assert view.notes_of(document) == (0, 1)
    assert view.notes_of(10_000) == view.notes_of(-1) == ()
    one, two = (index.lexical_scores(analyze(name), view=view)[document] for name in ("one", "two"))
    assert one == two > 0


def test_frequencies_count_passages_and_names(index: Index, files: Files) -> None:
    view = filled(index, files)
    assert index.frequencies(["cach", "ada", "unknown", "cach"], view=view) == {"cach": 2, "ada": 2, "unknown": 0}


def test_a_blob_that_cannot_be_read_stays_out(index: Index, files: Files) -> None:
    notes = files.notes() | {NotePath("gone.md"): blob_of("gone")}
    assert index.update(notes, files.reader())
    assert [note.path for note in index.view(notes).notes] == sorted(NOTES)
    assert index.missing(notes) == [blob_of("gone")]


def test_progress_is_told(index: Index, files: Files) -> None:
    told: list[tuple[str, int, int]] = []
    index.update(files.notes(), files.reader(), progress=lambda *step: told.append(step))
    assert told == [("reading", 3, 3), ("indexing", 6, 6), ("embedding", 3, 3)]


def test_everything_is_there_after_reopening(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    index.commits.add([commit("a")])
    index.close()
    files.read.clear()
    again = opened(tmp_path)
    view = filled(again, files)
    assert best(again, view, "headers") == "decisions/api.md"
    assert files.read == []
    assert again.coverage(view) == Coverage(3, 3, 3)
    assert again.commits.has(commit_id("a"))
    again.close()


def test_another_model_has_vectors_of_its_own(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    index.close()
    files.read.clear()
    other = opened(tmp_path, dimensions=16)
    view = filled(other, files)
    assert files.read == []
    assert other.coverage(view) == Coverage(3, 3, 3)
    other.close()


def test_a_busy_index_answers_from_what_is_there(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    files.texts[NotePath("new.md")] = "# Something new"
    with writers_lock(tmp_path / "index" / f"v{SCHEMA_VERSION}", wait=0) as is_held:
        assert is_held
        assert not index.update(files.notes(), files.reader(), wait=0.05)
        view = index.view(files.notes())
        assert len(view.notes) == 3
        assert best(index, view, "headers") == "decisions/api.md"
    assert len(filled(index, files).notes) == 4


def test_views_of_the_same_notes_are_kept(index: Index, files: Files) -> None:
    view = filled(index, files)
    assert index.view(files.notes()) is view
    files.texts[NotePath("new.md")] = "# New"
    assert filled(index, files) is not view


def test_clearing_empties_it_for_every_process(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    other = opened(tmp_path)
    filled(other, files)
    other.clear()
    assert other.view(files.notes()).notes == ()
    assert index.missing(files.notes()) == list(files.notes().values())
    assert best(index, filled(index, files), "headers") == "decisions/api.md"
    other.close()


# --- damage and kills ---


def root(tmp_path: Path) -> Path:
    return tmp_path / "index" / f"v{SCHEMA_VERSION}"


def part(tmp_path: Path, name: str) -> Path:
    return next(folder for folder in root(tmp_path).glob("*/*") if folder.name.startswith(name))


@pytest.mark.parametrize("name", ["lexical", "vectors"])
def test_an_engine_that_is_deleted_is_made_again_alone(index: Index, files: Files, tmp_path: Path, name: str) -> None:
    view = filled(index, files)
    expected = index.lexical_scores(["cach"], view=view), index.dense_scores("cache", view=view)
    index.close()
    shutil.rmtree(part(tmp_path, name))
    again = opened(tmp_path)
    view = again.view(files.notes())
    assert again.coverage(view) == Coverage(3, 3, 3)
    found = again.lexical_scores(["cach"], view=view), again.dense_scores("cache", view=view)
    assert found[0] == pytest.approx(expected[0])
    assert found[1] == pytest.approx(expected[1])
    again.close()


@pytest.mark.parametrize("name", ["lexical", "vectors"])
@pytest.mark.parametrize("is_open", [False, True])
def test_a_damaged_engine_is_made_again(index: Index, files: Files, tmp_path: Path, name: str, is_open: bool) -> None:
    view = filled(index, files)
    for file in part(tmp_path, name).iterdir():
        if file.suffix in {".pst", ".toc", ".f32"}:
            file.write_bytes(b"\x80" * 40)
    if not is_open:
        index.close()
        index = opened(tmp_path)
    view = index.view(files.notes())
    assert best(index, view, "headers") == "decisions/api.md"
    scores = index.dense_scores("the cache is stale", view=view)
    assert scores is not None
    assert view.notes[view.notes_of(int(np.argmax(scores)))[0]].path == "gotchas/cache.md"
    index.close()


@pytest.mark.parametrize("content", [b"", b"garbage" * 2_000])
def test_a_damaged_catalog_is_begun_again(index: Index, files: Files, tmp_path: Path, content: bytes) -> None:
    filled(index, files)
    index.close()
    catalog = root(tmp_path) / "catalog.sqlite"
    catalog.write_bytes(content)
    again = opened(tmp_path)
    assert best(again, filled(again, files), "headers") == "decisions/api.md"
    assert len(list(root(tmp_path).glob("*/lexical-*"))) == 1
    again.close()


def test_a_catalog_damaged_while_open_is_said_and_cleared(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    index.catalog.close()  # its pages are cached while a connection is open
    catalog = root(tmp_path) / "catalog.sqlite"
    with catalog.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (catalog.stat().st_size - 100))
    with pytest.raises(IndexDamagedError):
        index.catalog.stored(files.notes().values())
    index.clear()
    assert best(index, filled(index, files), "headers") == "decisions/api.md"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files")
def test_a_folder_deleted_under_an_open_index_comes_back(index: Index, files: Files, tmp_path: Path) -> None:
    filled(index, files)
    shutil.rmtree(tmp_path / "index")
    assert best(index, filled(index, files), "headers") == "decisions/api.md"


KILLED = """
import os, sys
from pathlib import Path
from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files
from vault_mem.index.index import Index
from vault_mem.index import engines, index
from vault_mem.index.lexical import whoosh
target, name = sys.argv[2].split(":")
owner = getattr({"engines": engines, "index": index, "whoosh": whoosh}[target.split(".")[0]], target.split(".")[1])
calls, original = [], getattr(owner, name)
def last(*arguments, **options):
    if sys.argv[3] == "after":
        original(*arguments, **options)
    os._exit(9)
opened = Index.open(Path(sys.argv[1]), embedder=HashingEmbedder())
setattr(owner, name, last)
files = Files({"a.md": "# Alpha\\n\\nfirst", "b.md": "# Beta\\n\\nsecond"})
opened.update(files.notes(), files.reader())
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "step",
    [
        "index.Catalog:add_blobs",
        "index.Catalog:add_names",
        "whoosh.WhooshLexicalIndex:add",
        "engines.FlatVectorIndex:append",
    ],
)
def test_a_kill_at_any_step_is_healed(index: Index, files: Files, tmp_path: Path, step: str, moment: str) -> None:
    filled(index, files)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "index"), step, moment]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert killed.returncode == 9, killed.stderr
    files.texts |= {NotePath("a.md"): "# Alpha\n\nfirst", NotePath("b.md"): "# Beta\n\nsecond"}
    view = filled(index, files)
    assert index.coverage(view) == Coverage(5, 5, 5)
    assert (best(index, view, "alpha"), best(index, view, "stale")) == ("a.md", "gotchas/cache.md")


TOGETHER = """
import sys
from pathlib import Path
from tests.index.hashing import HashingEmbedder
from tests.index.samples import Files
from vault_mem.index.index import Index
sys.stdin.readline()
index = Index.open(Path(sys.argv[1]), embedder=HashingEmbedder())
files = Files({f"{sys.argv[2]}-{number}.md": f"# Note {sys.argv[2]} {number}" for number in range(5)})
assert index.update(files.notes(), files.reader())
view = index.view(files.notes())
assert index.coverage(view) == type(index.coverage(view))(5, 5, 5), index.coverage(view)
assert (index.lexical_scores(["note"], view=view) > 0).sum() == 5
"""


def test_processes_may_open_a_new_index_at_once(tmp_path: Path) -> None:
    """Whoosh empties a folder when it creates an index in it, and SQLite does not wait when it switches to its log."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, str(tmp_path / "index"), str(number)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in started]
    assert errors == [""] * 4


def test_two_threads_fill_it_once(index: Index, files: Files) -> None:
    threads = [threading.Thread(target=lambda: index.update(files.notes(), files.reader())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(files.read) == sorted(files.notes().values())
    assert index.coverage(index.view(files.notes())) == Coverage(3, 3, 3)
