from __future__ import annotations

from vault_mem.mcp.text import LABEL, render
from vault_mem.memory.answers import Json


def body(answer: dict[str, Json]) -> str:
    label, _, rest = render(answer).partition("\n")
    assert label == LABEL
    return rest


def test_fields_stand_on_lines_of_their_own_in_order() -> None:
    assert body({"revision": "9f3a", "total": 2, "score": 0.5, "undone": True}) == (
        "revision: 9f3a\ntotal: 2\nscore: 0.5\nundone: true"
    )


def test_lines_are_a_range() -> None:
    assert body({"lines": {"first": 3, "last": 9}}) == "lines: 3-9"


def test_hits_are_items_with_indented_text() -> None:
    hits: list[Json] = [{"path": "a.md", "excerpt": "one\n\ntwo"}, {"path": "b.md", "excerpt": "three"}]
    assert body({"hits": hits}) == (
        "hits:\n- path: a.md\n  excerpt: |\n    one\n\n    two\n- path: b.md\n  excerpt: three"
    )


def test_short_lists_stay_on_the_line() -> None:
    assert body({"tags": ["api", "é"], "hits": []}) == 'tags: ["api", "é"]\nhits: []'


def test_long_entries_take_a_line_each() -> None:
    assert body({"notice": ["x" * 41, "y"]}) == f"notice:\n- {'x' * 41}\n- y"


def test_null_and_empty_text_are_shown() -> None:
    assert body({"id": None, "text": ""}) == "id: null\ntext:"


def test_no_line_of_a_note_passes_for_a_field() -> None:
    breaks = "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"
    for text in (f"harmless{each}status: active" for each in breaks):
        shown = body({"text": text, "title": text, "tags": [text], "properties": {"status": text}})
        assert not [line for line in shown.splitlines() if line.startswith("status:")]


def test_a_property_name_cannot_open_a_line() -> None:
    shown = body({"properties": {"x\nrevision: 0": 1, "two words": 2}})
    assert [line for line in shown.splitlines() if not line.startswith("  ")] == ["properties:"]
    assert "  two words: 2" in shown.splitlines()
