"""What every lexical index must do; a new engine is one more line in `ENGINES`."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_mem.errors import IndexDamagedError
from vault_mem.index.lexical.base import FIELDS, FieldWeights, LexicalDocument, LexicalIndex, Mask
from vault_mem.index.lexical.whoosh import WhooshLexicalIndex

Engine = Callable[[Path], LexicalIndex]
ENGINES: dict[str, Engine] = {"whoosh": WhooshLexicalIndex}
if find_spec("tantivy"):
    from vault_mem.index.lexical.tantivy import TantivyLexicalIndex

    ENGINES["tantivy"] = TantivyLexicalIndex
WEIGHTS = FieldWeights({"title": 2.0, "tags": 1.5, "body": 1.0})


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[LexicalIndex]:
    opened = engine(tmp_path / "lexical")
    yield opened
    opened.close()


def document(number: int, **fields: str) -> LexicalDocument:
    return LexicalDocument(number, {name: text.split() for name, text in fields.items()})


def mask(size: int, *members: int) -> Mask:
    chosen = np.zeros(size, dtype=np.bool_)
    chosen[list(members)] = True
    return chosen


def every(size: int) -> Mask:
    return np.ones(size, dtype=np.bool_)


def oracle(
    documents: Sequence[LexicalDocument], terms: Sequence[str], live: Mask, allowed: Mask, weights: FieldWeights
) -> list[float]:
    """BM25F by its definition, one document and one term at a time."""
    alive = [doc for doc in documents if doc.id < len(live) and live[doc.id]]
    counts = {doc.id: {name: Counter(tokens) for name, tokens in doc.fields.items()} for doc in documents}
    names = [name for name in FIELDS if weights.weights.get(name, 0) > 0]
    means = {}
    for name in names:
        lengths = [len(doc.fields[name]) for doc in alive if doc.fields.get(name)]
        means[name] = sum(lengths) / len(lengths) if lengths else None
    scores = [0.0] * len(allowed)
    for doc in documents:
        if doc.id >= len(allowed) or not allowed[doc.id]:
            continue
        for term in terms:
            held = sum(any(counts[other.id].get(name, Counter())[term] for name in names) for other in alive)
            idf = math.log(1 + (len(alive) - held + 0.5) / (held + 0.5))
            frequency = 0.0
            for name in names:
                mean, length = means[name], len(doc.fields.get(name, ()))
                divisor = 1 - weights.b + weights.b * length / mean if mean else 1.0
                frequency += weights.weights[name] * counts[doc.id].get(name, Counter())[term] / divisor
            scores[doc.id] += idf * frequency * (weights.k1 + 1) / (weights.k1 + frequency)
    return scores


words = st.lists(st.sampled_from(["ant", "bee", "cat", "dog", "emu", "数据", "a/b.py"]), max_size=12)
bodies = st.fixed_dictionaries({}, optional={"title": words, "tags": words, "body": words, "author": words})


@given(
    fields=st.lists(bodies, min_size=1, max_size=12),
    terms=st.lists(st.sampled_from(["ant", "bee", "cat", "数据", "unknown"]), max_size=5),
    data=st.data(),
)
def test_scores_are_bm25f(
    fields: list[dict[str, list[str]]],
    terms: list[str],
    data: st.DataObject,
    engine: Engine,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    documents = [LexicalDocument(2 * number, found) for number, found in enumerate(fields)]
    size = 2 * len(documents)
    flags = st.lists(st.booleans(), min_size=size, max_size=size)
    live, allowed = (np.array(data.draw(flags), dtype=np.bool_) for _ in range(2))
    cut = data.draw(st.integers(0, len(documents)))
    index = engine(tmp_path_factory.mktemp("lexical"))
    index.add(documents[:cut])
    index.add(documents[cut:])
    scores = index.score(terms, live=live, allowed=allowed, weights=WEIGHTS)
    index.close()
    assert scores.dtype == np.float32
    assert scores.tolist() == pytest.approx(oracle(documents, terms, live, allowed, WEIGHTS), abs=1e-4)


def test_any_term_is_enough_and_more_are_better(index: LexicalIndex) -> None:
    index.add([document(0, body="ant bee"), document(1, body="ant cow"), document(2, body="dog cow")])
    scores = index.score(["ant", "bee"], live=every(3), allowed=every(3), weights=WEIGHTS)
    assert scores[0] > scores[1] > scores[2] == 0


def test_only_allowed_documents_have_a_score(index: LexicalIndex) -> None:
    index.add(document(number, body="ant") for number in range(5))
    scores = index.score(["ant"], live=every(5), allowed=mask(5, 1, 3), weights=WEIGHTS)
    assert np.flatnonzero(scores).tolist() == [1, 3]


def test_a_repeated_term_counts_as_often_as_it_stands_there(index: LexicalIndex) -> None:
    index.add([document(0, body="ant bee"), document(1, body="cow")])
    once, twice = (
        index.score(terms, live=every(2), allowed=every(2), weights=WEIGHTS) for terms in (["ant"], ["ant", "ant"])
    )
    assert twice[0] == pytest.approx(2 * once[0])


def test_unknown_terms_and_no_terms_score_nothing(index: LexicalIndex) -> None:
    index.add([document(0, body="ant")])
    for terms in (["unknown"], [], ["x" * 5_000], ["\ud800"], [""]):
        assert not index.score(terms, live=every(1), allowed=every(1), weights=WEIGHTS).any()


def test_fields_without_weight_have_no_influence(index: LexicalIndex) -> None:
    index.add([document(0, body="ant", author="bee"), document(1, body="ant")])
    scores = index.score(["ant", "bee"], live=every(2), allowed=every(2), weights=WEIGHTS)
    assert scores[0] == scores[1] > 0


def test_old_versions_do_not_change_the_scores_of_today(index: LexicalIndex) -> None:
    index.add([document(0, title="ant hill", body="ant bee cow"), document(1, body="ant dog")])
    before = index.score(["ant", "bee"], live=every(2), allowed=every(2), weights=WEIGHTS)
    index.add(document(2 + version, title="ant", body="ant bee " + "bee " * version) for version in range(150))
    live = mask(152, 0, 1)
    after = index.score(["ant", "bee"], live=live, allowed=live, weights=WEIGHTS)
    assert after[:2] == pytest.approx(before, abs=1e-6)
    assert not after[2:].any()


def test_masks_may_be_shorter_or_longer_than_the_index(index: LexicalIndex) -> None:
    index.add(document(number, body="ant bee" if number % 2 else "ant") for number in range(6))
    full = index.score(["bee"], live=every(6), allowed=every(6), weights=WEIGHTS)
    short = index.score(["bee"], live=every(6), allowed=every(3), weights=WEIGHTS)
    long = index.score(["bee"], live=every(6), allowed=every(9), weights=WEIGHTS)
    assert short == pytest.approx(full[:3])
    assert long == pytest.approx([*full, 0, 0, 0])


def test_holders_are_live_documents_each_once(index: LexicalIndex) -> None:
    index.add([document(0, title="ant", body="ant ant"), document(1, author="ant"), document(2, body="ant")])
    assert len(index.holders(["ant"], live=mask(3, 0, 1))[0]) == 2
    assert len(index.holders(["unknown"], live=every(3))[0]) == 0
    assert [len(ids) for ids in index.holders(["ant", "unknown"], live=every(3), fields=("author",))] == [1, 0]


def test_stored_frequencies_are_about_what_is_stored(index: LexicalIndex) -> None:
    assert index.stored_frequencies(["ant"]) == [0]
    index.add([document(0, title="ant", body="ant ant"), document(1, author="ant")])
    index.add([document(2, body="ant bee")])
    ant, bee, *unknown = index.stored_frequencies(["ant", "bee", "cow", "", "x" * 5_000, "\ud800"])
    assert 1 <= ant <= 3
    assert bee == 1
    assert unknown == [0, 0, 0, 0]
    assert index.stored_frequencies([]) == []


def test_discarding_takes_away_what_is_above(index: LexicalIndex) -> None:
    assert index.last_id() == -1
    index.add(document(number, body="ant") for number in range(4))
    index.add(document(number, body="ant") for number in range(4, 9))
    index.discard_after(5)
    assert index.last_id() == 5
    scores = index.score(["ant"], live=every(9), allowed=every(9), weights=WEIGHTS)
    assert np.flatnonzero(scores).tolist() == [0, 1, 2, 3, 4, 5]
    index.add([document(6, body="bee")])
    assert index.last_id() == 6
    index.discard_after(-1)
    assert index.last_id() == -1


def test_many_small_commits_lose_nothing(index: LexicalIndex) -> None:
    for number in range(40):
        index.add([document(number, body=f"ant word{number}")])
    assert len(index.holders(["ant"], live=every(40))[0]) == 40
    for number in (0, 7, 8, 39):
        scores = index.score([f"word{number}"], live=every(40), allowed=every(40), weights=WEIGHTS)
        assert np.flatnonzero(scores).tolist() == [number]


@settings(max_examples=6)
@given(steps=st.lists(st.integers(-2, 3), min_size=10, max_size=20))
def test_any_order_of_adding_and_discarding_leaves_what_it_says(
    steps: list[int], engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = engine(tmp_path_factory.mktemp("lexical"))
    stored: list[LexicalDocument] = []
    for step in steps:
        if step < 0:
            stored = stored[: len(stored) + step] if len(stored) + step > 0 else []
            index.discard_after(len(stored) - 1)
        else:
            first = len(stored)
            stored += [document(first + i, body=f"ant word{first + i} " + "bee " * (first + i)) for i in range(step)]
            index.add(stored[first:])
        assert index.last_id() == len(stored) - 1
    live = every(len(stored))
    scores = index.score(["ant", "bee"], live=live, allowed=live, weights=WEIGHTS)
    index.close()
    assert scores.tolist() == pytest.approx(oracle(stored, ["ant", "bee"], live, live, WEIGHTS), abs=1e-4)


def test_an_add_that_fails_adds_nothing(index: LexicalIndex) -> None:
    def broken() -> Iterator[LexicalDocument]:
        yield document(0, body="ant")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        index.add(broken())
    assert index.last_id() == -1
    index.add([document(0, body="bee")])
    assert len(index.holders(["bee"], live=every(1))[0]) == 1


def in_another_process(code: str, index: LexicalIndex, folder: Path) -> subprocess.CompletedProcess[str]:
    head = (
        "import os, sys\nfrom pathlib import Path\nfrom tests.contracts.test_lexical_index import ENGINES, document\n"
    )
    script = f"{head}index = ENGINES[sys.argv[1]](Path(sys.argv[2]))\n{code}"
    root = Path(__file__).parents[2]
    name = next(name for name, engine in ENGINES.items() if type(index) is engine)
    command = [sys.executable, "-c", script, name, str(folder)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_a_reader_sees_the_last_commit_of_another_process(index: LexicalIndex, tmp_path: Path) -> None:
    index.add([document(0, body="ant")])
    assert len(index.holders(["ant"], live=every(2))[0]) == 1
    done = in_another_process("index.add([document(1, body='ant')])\nindex.close()", index, tmp_path / "lexical")
    assert done.returncode == 0, done.stderr
    assert len(index.holders(["ant"], live=every(2))[0]) == 2


def test_a_kill_during_add_leaves_the_last_commit(index: LexicalIndex, tmp_path: Path) -> None:
    index.add([document(0, body="ant")])
    code = """
def killed():
    for number in range(1, 500):
        yield document(number, body="ant bee")
    os._exit(9)
index.add(killed())
"""
    assert in_another_process(code, index, tmp_path / "lexical").returncode == 9
    assert index.last_id() == 0
    index.add([document(1, body="bee")])
    assert len(index.holders(["bee"], live=every(500))[0]) == 1


@pytest.mark.parametrize("damage", ["cut", "garbage", "gone"])
def test_damage_is_said_never_answered_from(engine: Engine, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "lexical"
    index = engine(folder)
    index.add(document(number, body="ant bee cow", title="dog") for number in range(50))
    expected = asked(index)
    index.close()
    said = 0
    for name in sorted(file.name for file in folder.iterdir() if file.stat().st_size):
        damaged = engine(shutil.copytree(folder, tmp_path / name))
        spoil(tmp_path / name / name, damage)
        try:
            assert damaged.last_id() == -1 or asked(damaged) == expected
        except IndexDamagedError:
            said += 1
        damaged.close()
    assert said >= 2


def asked(index: LexicalIndex) -> list[float]:
    scores: list[float] = index.score(["ant"], live=every(50), allowed=every(50), weights=WEIGHTS).tolist()
    return scores


def spoil(file: Path, damage: str) -> None:
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 3] if damage == "cut" else b"\x80" * len(content))
