from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data import data_folder
from tests.timing import times_slower
from vault_mem.index.analysis import _tokens, _words, analyze, runs, said_words, written_words
from vault_mem.index.compounds import MAX_TOKEN, STOP_WORDS
from vault_mem.index.lexical.base import FieldWeights, LexicalDocument
from vault_mem.index.lexical.whoosh import WhooshLexicalIndex


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("What did Caroline's dogs do?", ["carolin", "dog"]),
        ("deploying the deploys", ["deploy", "deploy"]),
        ("call parseUserToken() first", ["call", "parseusertoken", "pars", "user", "token", "first"]),
        ("MAX_RETRY_COUNT", ["maxretrycount", "max", "retri", "count"]),
        ("run gen-itgc", ["run", "genitgc", "gen", "itgc"]),
        ("src/api/router.py", ["src/api/routerpy", "routerpi", "src", "api", "router", "py"]),
        ("v1.10.2", ["1.10.2", "1.10", "v1"]),
        ("error E1234", ["error", "e1234", "1234"]),
        ("vue3 v2 k8s 5GB", ["vue3", "vue", "3", "v2", "k8s", "5gb", "5", "gb"]),
        ("2026-11-20T10:30", ["2026-11-20", "2026-11", "2026", "t10:30", "t10", "30"]),
        ("1,000 of 2,5", ["1000", "2", "5"]),
        ("9f3ab21c 0x80070005", ["9f3ab21c", "9f3ab21", "0x80070005", "80070005"]),
        ("C++ and C#", ["c++", "c", "c#", "c"]),
        ("café", ["café", "cafe"]),
        ("ｐｏｓｔｇｒｅｓｑｌ ①", ["postgresql", "1"]),
        ("don't", []),
        ("ran run running runner", ["run", "run", "run", "runner"]),
        ("participate participated participation", ["particip"] * 3),
        ("", []),
        ("… -- !", []),
    ],
)
def test_words_and_identifiers(text: str, tokens: list[str]) -> None:
    assert analyze(text) == tokens
    assert analyze(text, query=True) == tokens


@pytest.mark.parametrize(
    ("text", "stored", "asked"),
    [
        ("数据库", ["数", "据", "库", "数据", "据库"], ["数据", "据库"]),
        ("库", ["库"], ["库"]),
        ("重跑gen后", ["重", "跑", "重跑", "gen", "后"], ["重跑", "gen", "后"]),
        ("ﾃﾞｰﾀ", ["デ", "ー", "タ", "デー", "ータ"], ["デー", "ータ"]),
        ("배포", ["배", "포", "배포"], ["배포"]),
    ],
)
def test_scripts_without_spaces_become_bigrams(text: str, stored: list[str], asked: list[str]) -> None:
    assert analyze(text) == stored
    assert analyze(text, query=True) == asked


def test_a_query_finds_the_identifier_by_its_parts_and_whole() -> None:
    stored = set(analyze("Set MEMINI_FUSION_ALPHA; see useUserToken in src/auth/token_store.py"))
    for query in ("fusion alpha", "memini_fusion_alpha", "user token", "useUserToken", "token_store.py", "store"):
        assert set(analyze(query, query=True)) <= stored, query


def test_marks_belong_to_their_word() -> None:
    assert analyze("हिन्दी") == ["हिन्दी"]


def test_no_token_is_a_stop_word_or_too_long() -> None:
    tokens = analyze("the " * 10 + "x" * 500 + " " + "ß" * 300 + " ofTheAnd A.B.C " + "ab/" * 90)
    assert not STOP_WORDS.intersection(tokens), "none of these words has a stop word as its stem"
    assert max(map(len, tokens)) == MAX_TOKEN


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 250_000, id="one letter"),
        pytest.param("what is the deploy script " * 10_000, id="a long query"),
        pytest.param("-a" * 125_000, id="joints"),
        pytest.param("aA" * 125_000, id="camel"),
        pytest.param("a'" * 125_000, id="apostrophes"),
        pytest.param("数" * 250_000, id="Han"),
        pytest.param("ﷺ" * 250_000, id="expands under NFKC"),
        pytest.param("1." * 125_000, id="versions"),
        pytest.param("1,111" * 50_000, id="thousands"),
        pytest.param("0123456789abcdef" * 15_000, id="hashes"),
        pytest.param("2026-11-20" * 25_000, id="dates"),
        pytest.param(".net" * 60_000, id="dots"),
        pytest.param("🚀" * 250_000, id="pictures"),
        pytest.param("a" + "\u0301\u0327" * 125_000, id="unsorted accents"),
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    analyze(text[: len(text) // 100])
    assert times_slower(analyze, text) < 50
    assert len(analyze(text)) <= 2 * len(text)


@given(st.text(max_size=80) | st.from_regex(r"[a-zA-Z0-9_./:@#+-]{1,40}"))
def test_runs_are_what_a_query_is_looked_up_as(text: str) -> None:
    assert [piece.token for run in runs(text) for piece in run.pieces] == analyze(text, query=True)
    assert all(piece.surface and 0 < len(piece.token) <= MAX_TOKEN for run in runs(text) for piece in run.pieces)


@given(st.text(max_size=80) | st.text("aB1.,'’-_/: \n\t\x1c\x85\u2028\u3000é́数ﷺ™½🚀#+", max_size=40))
def test_a_text_is_read_stretch_by_stretch_as_in_one_go(text: str) -> None:
    assert analyze(text) == analyze(text + " " * 60_000)  # so much text is not cut into stretches


@pytest.mark.parametrize("text", ["🚀", "launch🚀day", "done ✅"])
def test_pictures_are_words(text: str) -> None:
    assert {"🚀", "✅"} & set(analyze(text))


def test_composed_and_decomposed_text_are_equal() -> None:
    for text in ("Zürich café", "データ", "한국어"):
        assert analyze(unicodedata.normalize("NFD", text)) == analyze(text)


def test_the_mixed_corpus_has_the_right_note_first(tmp_path: Path) -> None:
    corpus = json.loads((data_folder() / "cjk.json").read_text(encoding="utf-8"))
    names = list(corpus["notes"])
    index = WhooshLexicalIndex(tmp_path / "lexical")
    index.add(LexicalDocument(i, {"body": analyze(corpus["notes"][name])}) for i, name in enumerate(names))
    every = np.ones(len(names), dtype=np.bool_)
    first = {}
    for query in corpus["queries"]:
        terms = analyze(query["q"], query=True)
        scores = index.score(terms, live=every, allowed=every, weights=FieldWeights({"body": 1}))
        first[query["q"]] = names[int(np.argmax(scores))]
    index.close()
    assert first == {query["q"]: query["gold"] for query in corpus["queries"]}


_EDGES = st.text(alphabet=".,;:!?()\"'’#+-_@[]", max_size=3)
_STRETCHES = st.builds(
    "{}{}{}".format,
    _EDGES,
    st.sampled_from(["word", "Net", "NET", "camelCase", "don't", "x1", "é", "日本", "a", ""]),
    _EDGES,
)


@given(st.lists(_STRETCHES | st.text(max_size=80), max_size=8).map(" ".join))
def test_text_read_by_its_stretches_says_what_it_says_as_a_whole(text: str) -> None:
    assert analyze(text) == [token for stretch in text.split() for token in _tokens(stretch, query=False)]
    assert list(written_words(text)) == [word for stretch in text.split() for word in _words(stretch)]
    assert said_words(text) == (tuple(dict.fromkeys(written_words(text))), frozenset(analyze(text)))
