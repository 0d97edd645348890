"""Which known words a misspelt one may stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.index.samples import parsed
from vault_mem.index import vocabulary
from vault_mem.index.catalog import Catalog
from vault_mem.index.dictionary import is_english
from vault_mem.index.vocabulary import Vocabulary, words_in


class Listed:
    """Words in a list, numbered from 1."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)

    def words_after(self, number: int, *, limit: int) -> list[tuple[int, str]]:
        return list(enumerate(self.words, start=1))[number : number + limit]


@pytest.mark.parametrize(
    ("typed", "known", "near"),
    [
        ("deploymnet", ["deployment", "department"], [(1, "deployment")]),
        ("deploymet", ["deployments"], [(2, "deployments")]),
        ("cahce", ["cache", "catch"], [(1, "cache")]),
        ("cach", ["cache", "cash"], [(1, "cache"), (1, "cash")]),
        ("cche", ["cachet"], []),  # two edits are too many for a short word
        ("bache", ["cache"], []),  # nor may its first letter differ
        ("zostgresql", ["postgresql"], [(1, "postgresql")]),
        ("zostgresq", ["postgresql"], []),
        ("tennesee", ["tennessee"], [(1, "tennessee")]),
        ("straße", ["strasse", "strasze", "straßen"], [(1, "straßen")]),
        ("deploy", ["deploy"], []),  # a known word is no misspelling
        ("cat", ["cats", "cut"], []),
        ("e1234", ["e1235"], []),
        ("http2server", ["httpserver"], []),
        ("数据库", ["数据"], []),
    ],
)
def test_near_words(typed: str, known: list[str], near: list[tuple[int, str]]) -> None:
    assert Vocabulary(Listed(*known)).near(typed) == near


def test_words_of_every_kind_are_kept_as_written() -> None:
    assert words_in(["Deployments of parseUserToken, see docs/Upgrade-guide.md at v1.10.2 (数据库), E1234, an ox"]) == {
        *("deployments", "parseusertoken", "parse", "user", "token", "docs", "upgrade", "guide"),
    }


def test_words_that_come_later_are_seen() -> None:
    words = Listed("cache")
    known = Vocabulary(words)
    assert known.near("deplyment") == []
    words.words.append("deployment")
    assert known.near("deplyment") == [(1, "deployment")]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_WORDS", 3)
    known = Vocabulary(Listed("ants", "bees", "cats", "deployment"))
    known.near("deplyment")
    assert known.near("bess") == [(1, "bees")]


def test_the_catalog_keeps_each_word_once(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    catalog.add_blobs(parsed("# Stale cache\n\nThe cache is stale.", "---\ntags: [redis]\n---\nflushed the Cache"))
    catalog.add_names(["cache-warming"])
    numbered = catalog.words_after(0, limit=100)
    assert {word for _, word in numbered} == {"stale", "cache", "redis", "flushed", "warming"}
    assert len({number for number, _ in numbered}) == len(numbered)
    assert catalog.words_after(numbered[2][0], limit=1) == [numbered[3]]
    catalog.clear()
    assert catalog.words_after(0, limit=100) == []
    catalog.close()


@pytest.mark.parametrize(("word", "expected"), [("father", True), ("deployment", True), ("fesetival", False)])
def test_english_words_are_told_from_misspelt_ones(word: str, expected: bool) -> None:
    assert is_english(word) is expected
