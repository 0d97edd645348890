from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from vault_mem.mcp import parameters as p


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        (["a", "b"], ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("a", ["a"]),
        ("[not json", ["[not json"]),
        (None, []),
    ],
)
def test_lists_are_read_in_every_form_models_send(given: object, understood: list[str]) -> None:
    assert TypeAdapter(p.Tags).validate_python(given) == understood


def test_relations_are_read_in_every_form_models_send() -> None:
    links = TypeAdapter(p.Links)
    assert links.validate_python({"supersedes": "old", "about": ["x", "y"]}) == {
        "supersedes": ["old"],
        "about": ["x", "y"],
    }
    assert links.validate_python('{"supersedes": ["old"]}') == {"supersedes": ["old"]}
    assert links.validate_python(None) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (p.Tags, ["x"] * (p.MAX_NAMES + 1)),
        (p.Tags, ["x" * 501]),
        (p.Tags, "[" * 100_000),
        (p.Note, ""),
        (p.Note, "x" * 501),
        (p.Query, "x" * 10_001),
        (p.Limit, 0),
        (p.Limit, 201),
        (p.Depth, 6),
        (p.Importance, 1.1),
        (p.Text, "x" * 1_048_577),
        (p.Mode, "fuzzy"),
        (p.Notes, [{}] * (p.MAX_BATCH + 1)),
        (p.Links, {f"r{n}": ["x"] for n in range(p.MAX_NAMES + 1)}),
        (p.Changes, {f"k{n}": 1 for n in range(p.MAX_NAMES + 1)}),
    ],
)
def test_what_is_out_of_bounds_is_refused(kind: Any, value: object) -> None:  # Any: a type form
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)
