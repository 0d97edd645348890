"""What a question is looked up as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.samples import Files
from vault_mem.index.index import Index
from vault_mem.index.view import View
from vault_mem.recall.terms import MAX_CORRECTIONS, MAX_TERMS, Terms, understand

NOTES = {
    "deploy.md": "# Deployment\n\nThe deployment script fails without KUBE_TOKEN; see scripts/deploy.sh.",
    "cache.md": "# Stale cache\n\nThe cache is stale after a deployment. parseUserToken reads it.",
    "festival.md": "We went to the festival. 数据库 is stale.",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index.open(tmp_path / "index", embedder=None)
    yield made
    made.close()


@pytest.fixture
def view(index: Index) -> View:
    files = Files(NOTES)
    index.update(files.notes(), files.reader())
    return index.view(files.notes())


def understood(text: str, index: Index, view: View) -> Terms:
    return understand(text, index=index, view=view)


def test_a_short_question_is_looked_up_word_for_word(index: Index, view: View) -> None:
    found = understood("Why is the cache stale, stale?", index, view)
    assert found == Terms(("cach", "stale", "stale"), {"cach": 2, "stale": 2}, "Why is the cache stale, stale?")


def test_a_misspelt_word_is_looked_up_as_the_known_one(index: Index, view: View) -> None:
    found = understood("Fesetival deploymnet fails", index, view)
    assert found.terms == ("festiv", "deploy", "fail")
    assert found.frequencies == {"festiv": 2, "deploy": 3, "fail": 1}
    assert found.corrections == {"fesetival": "festival", "deploymnet": "deployment"}
    assert found.unknown == ("fesetival", "deploymnet")
    assert found.text == "festival deployment fails"


def test_words_that_are_spelt_right_stay(index: Index, view: View) -> None:
    found = understood("state of the cave", index, view)  # near `stale` and `cache`, but English
    assert found.terms == ("state", "cave")
    assert found.unknown == ("state", "cave")
    assert not found.corrections
    assert found.text == "state of the cave"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("E4711", ("e4711",)),
        ("v1.2.4", ("v1.2.4",)),
        ("parseUserName", ("name",)),  # the rest of it is known
        ("资料", ("资料",)),
        ("数据集", ()),
        ("scripts/deploy.sh", ()),
        ("the of", ()),
    ],
)
def test_what_no_note_has_is_named_as_typed(text: str, unknown: tuple[str, ...], index: Index, view: View) -> None:
    found = understood(text, index, view)
    assert found.unknown == unknown
    assert not found.corrections


def test_a_part_of_an_identifier_is_mended(index: Index, view: View) -> None:
    found = understood("parseUserTokne", index, view)
    assert set(found.terms) >= {"parseusertoken", "token"}


def test_only_a_few_words_are_mended(index: Index, view: View) -> None:
    found = understood("deploymnet fesetival deploymet scirpt parseusertoke tokne", index, view)
    assert len(found.unknown) == 6
    assert len(found.corrections) == MAX_CORRECTIONS


FILLER = " ".join(f"Filler{number} wort{number} stale." for number in range(60))


def test_a_long_text_keeps_what_is_known_and_asked(index: Index, view: View) -> None:
    text = f"{FILLER} Why does the deployment script fail? {FILLER}"
    found = understood(text, index, view)
    assert found.terms == ("stale", *["deploy"] * 3, *["script"] * 3, *["fail"] * 3)
    assert found.text == f"stale{' deployment' * 3}{' script' * 3}{' fail' * 3}"
    assert not found.corrections


def test_small_talk_asks_nothing(index: Index, view: View) -> None:
    found = understood(f"{FILLER} Any cache? {FILLER} deployment", index, view)
    assert found.terms.count("cach") == found.terms.count("deploy") == 1


def test_a_sentence_that_goes_on_and_on_asks_at_its_end(index: Index, view: View) -> None:
    trace = " ".join(f"cache frame{number}" for number in range(50))
    found = understood(f"{trace} why does the deployment script fail?", index, view)
    assert found.terms.count("deploy") == 3
    assert found.terms.count("cach") == 1


def test_a_long_text_is_cut_to_what_tells_most(tmp_path: Path) -> None:
    words = [f"{first}{second}{third}" for first in "bdfgk" for second in "aeiou" for third in ("lam", "nop", "rix")]
    files = Files({f"n{number}.md": " ".join(words[number:]) for number in range(len(words))})
    index = Index.open(tmp_path / "index", embedder=None)
    index.update(files.notes(), files.reader())
    found = understood(" ".join(words), index, index.view(files.notes()))
    index.close()
    assert len(words) > 2 * MAX_TERMS
    assert found.terms == tuple(words[:MAX_TERMS]), "the last words stand in all notes, the first in few"


def test_a_long_text_without_a_known_word_is_embedded_as_it_is(index: Index, view: View) -> None:
    text = " ".join(f"wort{number}" for number in range(100))
    found = understood(text, index, view)
    assert found.terms == ()
    assert found.text == text


def test_the_longest_question_is_answered(index: Index, view: View) -> None:
    text = ("deployment " + " ".join(f"w{number}" for number in range(2_000)))[:9_990] + " cache"
    assert set(understood(text, index, view).terms) == {"deploy", "cach"}
