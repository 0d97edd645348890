"""Forms of a word meet in one stem, different words do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.index.lexical.irregular import LEMMAS
from vault_mem.index.lexical.stemming import stem


@pytest.mark.parametrize(
    "forms",
    [
        "run runs running ran",
        "participate participates participated participating participation",
        "deploy deploys deployed deploying deployment",
        "go goes going went gone",
        "buy buys buying bought",
        "write writes writing wrote written",
        "rewrite rewriting rewrote rewritten",
        "child children",
        "index indexes indices",
        "analysis analyses",
        "colour colours coloured color colors",
        "favourite favorite",
        "organise organises organisation organize organization",
        "analyse analysed analyze analyzed",
        "centre centres center",
        "travelling traveling travel",
        "сервер сервера сервере серверы",
        "книга книги книгами",
    ],
)
def test_forms_meet(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("new", "news"), ("four", "for"), ("hour", "horse"), ("organ", "origin"), ("wise", "wizard")]
)
def test_others_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_the_table_of_irregular_forms_is_sound() -> None:
    assert not [form for form, base in LEMMAS.items() if base in LEMMAS or form == base]
    assert not [form for form in LEMMAS if not (form.isascii() and form.isalpha() and form.islower())]


@given(st.text(min_size=1, max_size=70))
def test_every_word_has_a_stem(word: str) -> None:
    assert stem(word)
