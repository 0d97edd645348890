"""Ids, slugs and folded names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.identifiers import MAX_SLUG, MAX_SLUG_BYTES, fold, is_id, is_slug, new_id, slugify, unique_slug

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def test_an_id_is_a_ulid_of_its_moment() -> None:
    # The time part of a ULID: 10 digits of Crockford's base 32 for the milliseconds since 1970.
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    made = new_id(NOW)
    milliseconds = 0
    for char in made[:10]:
        milliseconds = milliseconds * 32 + digits.index(char)
    assert milliseconds == int(NOW.timestamp() * 1000)
    assert len(made) == 26
    assert is_id(made)


def test_ids_differ_and_sort_by_time() -> None:
    assert len({new_id(NOW) for _ in range(100)}) == 100
    assert new_id(NOW) < new_id(NOW + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    "text",
    ["", "01K9ZQ3T8M5N2V7C4X6B1D0F9", "01k9zq3t8m5n2v7c4x6b1d0f9g", "81K9ZQ3T8M5N2V7C4X6B1D0F9G", "api", "I" * 26],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("API versioning by URL", "api-versioning-by-url"),
        ("  Café — naïve?!  ", "café-naïve"),
        ("重跑 gen-itgc 后", "重跑-gen-itgc-后"),
        ("हिन्दी नोट", "हिन्दी-नोट"),
        ('a/b\\c:d*e?f"g<h>i|j[k]l#m^n', "a-b-c-d-e-f-g-h-i-j-k-l-m-n"),
        ("snake_case v1.10.2", "snake-case-v1-10-2"),
        ("...", "note"),
        ("", "note"),
        ("\x00\x1f\u200b", "note"),
        ("CON", "con-note"),
        ("lpt1.md", "lpt1-md"),
        ("com¹", "com¹-note"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text(max_size=300))
def test_a_slug_is_short_portable_and_its_own_slug(text: str) -> None:
    slug = slugify(text)
    assert slug
    assert len(slug) <= MAX_SLUG
    assert len(slug.encode()) <= MAX_SLUG_BYTES
    assert not set(slug) & set('[]#^|\\/:*?"<>. \t\n')
    assert slug[0] != "-"
    assert slug[-1] != "-"
    assert slugify(slug) == slug
    assert is_slug(slug)


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_words_are_the_same_beside_another_script(text: str) -> None:
    assert slugify(f"a {text} 漢") == f"{slugify(f'a {text}')}-漢"


def test_a_long_title_is_cut_at_a_word() -> None:
    slug = slugify("why the retry budget of the payment worker is three and what happens when it is used up entirely")
    assert slug == "why-the-retry-budget-of-the-payment-worker-is-three-and-what-happens-when-it-is"


def test_a_long_title_of_wide_letters_is_cut_by_bytes() -> None:
    assert slugify("漢" * 100) == "漢" * 66


@pytest.mark.parametrize(
    ("one", "other"), [("Note", "nOTE"), ("Café", "CAFE\u0301"), ("STRASSE", "straße"), ("Σίσυφος", "ΣΊΣΥΦΟΣ")]
)
def test_names_are_the_same_whatever_case_and_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("cafe", "café"), ("a b", "a-b"), ("x²", "x2")])
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_taken_slug_gets_the_next_number() -> None:
    assert unique_slug("api", set()) == "api"
    assert unique_slug("api", {"api", "api-2"}) == "api-3"
    assert unique_slug("Café", {fold("CAFÉ")}) == "Café-2"


def test_a_numbered_slug_stays_short() -> None:
    for slug in ("a" * MAX_SLUG, "漢" * 66):
        numbered = unique_slug(slug, {fold(slug)})
        assert numbered.endswith("-2")
        assert len(numbered) <= MAX_SLUG
        assert len(numbered.encode()) <= MAX_SLUG_BYTES
