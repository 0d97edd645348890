"""What every vector index must do; a new engine is one more line in `ENGINES`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vault_mem.errors import IndexDamagedError
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.vectors.base import Rows, VectorIndex
from vault_mem.index.vectors.flat import FlatVectorIndex

DIMENSIONS = 8
Engine = Callable[[Path, int], VectorIndex]
ENGINES: Mapping[str, Engine] = {"flat": FlatVectorIndex}


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[VectorIndex]:
    opened = engine(tmp_path / "vectors", DIMENSIONS)
    yield opened
    opened.close()


def vectors(count: int, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def test_similarities_are_exact_dot_products(index: VectorIndex) -> None:
    stored, query = vectors(200), vectors(1, seed=1)[0]
    index.append(stored[:150])
    index.append(stored[150:])
    for wanted in (rows(0), rows(199, 3, 3), np.arange(200)):
        assert index.similarities(query, wanted) == pytest.approx(stored[wanted] @ query, abs=1e-5)
    assert index.similarities(query, rows()).shape == (0,)


def test_rows_that_are_not_there_are_refused(index: VectorIndex) -> None:
    index.append(vectors(3))
    for wanted in (rows(3), rows(-1)):
        with pytest.raises(ValueError, match="row"):
            index.similarities(vectors(1)[0], wanted)


def test_rows_are_there_after_reopening(engine: Engine, index: VectorIndex, tmp_path: Path) -> None:
    stored = vectors(5)
    index.append(stored)
    again = engine(tmp_path / "vectors", DIMENSIONS)
    assert len(again) == 5
    assert again.similarities(stored[2], rows(2))[0] == pytest.approx(float(stored[2] @ stored[2]), abs=1e-5)
    again.close()


def test_a_truncated_index_grows_on(index: VectorIndex) -> None:
    stored = vectors(6)
    index.append(stored)
    index.similarities(stored[0], rows(5))
    index.truncate(2)
    assert len(index) == 2
    index.truncate(4)
    assert len(index) == 2
    index.append(stored[4:])
    assert len(index) == 4
    assert index.similarities(stored[4], rows(2))[0] == pytest.approx(float(stored[4] @ stored[4]), abs=1e-5)


def test_an_index_that_grows_while_it_is_asked_has_all_rows(index: VectorIndex) -> None:
    expected = vectors(900, seed=5)
    query = vectors(1, seed=6)[0]
    ends = [700, 701, 760, 800, 900]
    for first, end in pairwise([0, *ends]):
        index.append(expected[first:end])
        every = np.arange(end)
        np.testing.assert_allclose(index.similarities(query, every), expected[:end] @ query, rtol=1e-5)
        few = rows(end - 1, 0, first)
        np.testing.assert_allclose(index.similarities(query, few), expected[few] @ query, rtol=1e-5)


def test_a_wrong_width_is_refused(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="rows of 8"):
        index.append(np.zeros((2, DIMENSIONS + 1), dtype=np.float32))
    assert len(index) == 0


def test_a_reader_sees_what_another_process_appends(index: VectorIndex, tmp_path: Path) -> None:
    index.append(vectors(2))
    code = """
import sys
from pathlib import Path
from tests.contracts.test_vector_index import DIMENSIONS, ENGINES, vectors
index = ENGINES[sys.argv[1]](Path(sys.argv[2]), DIMENSIONS)
index.append(vectors(3, seed=7))
"""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, "flat", str(tmp_path / "vectors")], cwd=root, check=True)
    assert len(index) == 5
    last = vectors(3, seed=7)[2]
    assert index.similarities(last, rows(4))[0] == pytest.approx(float(last @ last), abs=1e-5)


def test_other_dimensions_are_damage(engine: Engine, index: VectorIndex, tmp_path: Path) -> None:
    index.append(vectors(1))
    with pytest.raises(IndexDamagedError):
        len(engine(tmp_path / "vectors", DIMENSIONS * 2))


def test_a_torn_tail_is_not_read_and_is_written_over(engine: Engine, index: VectorIndex, tmp_path: Path) -> None:
    stored = vectors(3)
    index.append(stored)
    (file,) = (tmp_path / "vectors").iterdir()
    with file.open("ab") as tail:
        tail.write(b"\xff" * (DIMENSIONS * 4 + 5))
    again = engine(tmp_path / "vectors", DIMENSIONS)
    assert len(again) == 3
    again.append(stored)
    assert again.similarities(stored[0], rows(3))[0] == pytest.approx(float(stored[0] @ stored[0]), abs=1e-5)
    again.close()


def test_a_folder_that_is_not_there_is_empty(engine: Engine, tmp_path: Path) -> None:
    index = engine(tmp_path / "nowhere", DIMENSIONS)
    assert len(index) == 0
    index.truncate(0)
    assert not (tmp_path / "nowhere").exists()


def test_a_first_append_that_was_killed_left_nothing(engine: Engine, tmp_path: Path) -> None:
    engine(tmp_path / "vectors", DIMENSIONS).append(vectors(1))
    (file,) = (tmp_path / "vectors").iterdir()
    file.write_bytes(b"\0" * 64 + file.read_bytes()[64:])
    index = engine(tmp_path / "vectors", DIMENSIONS)
    assert len(index) == 0
    index.append(vectors(2))
    assert len(index) == 2


@pytest.mark.parametrize("content", [b"\xff" * 64, b"vmvector" + b"\xff" * 200], ids=["garbage", "count"])
def test_damage_is_said(engine: Engine, tmp_path: Path, content: bytes) -> None:
    engine(tmp_path / "vectors", DIMENSIONS).append(vectors(1))
    (file,) = (tmp_path / "vectors").iterdir()
    file.write_bytes(content)
    with pytest.raises(IndexDamagedError):
        len(engine(tmp_path / "vectors", DIMENSIONS))


def test_a_file_shorter_than_its_count_is_damage(engine: Engine, index: VectorIndex, tmp_path: Path) -> None:
    index.append(vectors(4))
    (file,) = (tmp_path / "vectors").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(IndexDamagedError):
        len(engine(tmp_path / "vectors", DIMENSIONS))
