from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from vault_mem.mcp.results import (
    CUT,
    LIST_CHARACTERS,
    NOTE_CHARACTERS,
    SAME_COMMIT,
    shape_context,
    shape_history,
    shape_note,
    shape_recalled,
    shape_related,
    shape_timeline,
)
from vault_mem.memory.answers import (
    BlamedLine,
    Context,
    ContextItem,
    Difference,
    Feature,
    History,
    Hit,
    Json,
    NoteAnswer,
    Recalled,
    Related,
    Relation,
    Timeline,
    Turn,
    Version,
)
from vault_mem.notes.model import Lines, NotePath

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATH = NotePath("decisions/api.md")
HIT = Hit(
    id=None,
    path=PATH,
    title="",
    excerpt="We pin the version.",
    lines=Lines(3, 4),
    score=0.123456,
    relevance=None,
    scores={"lexical": 0.5},
    confidence=1.0,
    commit="c" * 40,
    author="Ada",
    agent=None,
    dirty=False,
    version="b" * 40,
    created=NOON,
    age_days=0,
    status="active",
    type="decision",
    tags=(),
    namespace="",
    vault="/home/ada/memory",
)
NOTE = NoteAnswer(
    revision="a" * 40,
    dirty=False,
    id=None,
    path=PATH,
    title="API",
    type="decision",
    status="active",
    namespace="",
    text="# API\n",
    lines=Lines(5, 5),
    properties={"tags": ["x"], "aliases": [], "dirty": False, "empty": None},
    sections=("API",),
    version="b" * 40,
    commit=None,
    author=None,
    agent=None,
    changed=NOON,
)


def recalled(*hits: Hit, explanation: tuple[str, ...] = ()) -> Recalled:
    return Recalled(revision="a" * 40, dirty=False, query="q", hits=hits, total=len(hits), explanation=explanation)


def only_hit(answer: Recalled) -> dict[str, Json]:
    hits = shape_recalled(answer)["hits"]
    assert isinstance(hits, list)
    (hit,) = hits
    assert isinstance(hit, dict)
    return hit


def entries(shaped: dict[str, Json], key: str) -> list[Json]:
    found = shaped[key]
    assert isinstance(found, list)
    return found


def test_a_hit_keeps_what_identifies_it_and_drops_what_says_nothing() -> None:
    assert only_hit(recalled(HIT)) == {
        "id": None,
        "path": "decisions/api.md",
        "title": "",
        "excerpt": "We pin the version.",
        "lines": {"first": 3, "last": 4},
        "score": 0.1235,
        "confidence": 1.0,
        "commit": "c" * 40,
        "author": "Ada",
        "version": "b" * 40,
        "created": "2026-11-20T12:00:00Z",
        "age_days": 0,
        "status": "active",
        "type": "decision",
    }


def test_no_hits_are_an_empty_list_at_a_revision() -> None:
    assert shape_recalled(replace(recalled(), revision=None)) == {
        "revision": None,
        "query": "q",
        "hits": [],
        "total": 0,
        "is_relevant": True,
    }


def test_scores_come_with_an_explanation() -> None:
    assert "scores" not in only_hit(recalled(HIT))
    assert only_hit(recalled(HIT, explanation=("why",)))["scores"] == {"lexical": 0.5}


def test_a_dirty_hit_says_so() -> None:
    assert only_hit(recalled(replace(HIT, dirty=True)))["dirty"] is True


def test_the_lines_asked_about_are_named_where_they_tell_more() -> None:
    assert only_hit(recalled(replace(HIT, matched=(4,))))["matched"] == [4]
    assert "matched" not in only_hit(recalled(replace(HIT, lines=Lines(4, 4), matched=(4,))))
    assert "matched" not in only_hit(recalled(HIT))


def test_an_explanation_has_every_feature() -> None:
    feature = Feature("window", 0.5, 3.0, 1.5)
    hit = only_hit(recalled(replace(HIT, features=(feature,)), explanation=("why",)))
    assert hit["features"] == [{"name": "window", "value": 0.5, "weight": 3.0, "share": 1.5}]


def test_a_short_note_is_whole() -> None:
    shaped = shape_note(NOTE)
    assert shaped["text"] == "# API\n"
    assert shaped["properties"] == {"tags": ["x"], "aliases": [], "dirty": False, "empty": None}
    assert "notice" not in shaped


def test_a_long_note_is_cut_at_a_line_and_says_where_to_read_on() -> None:
    rows = [f"line {number}" + "." * 100 for number in range(1, 1_001)]
    shaped = shape_note(replace(NOTE, text="\n".join(rows), lines=Lines(11, 1_010)))
    text, lines = shaped["text"], shaped["lines"]
    assert isinstance(text, str)
    assert isinstance(lines, dict)
    kept = text.split("\n")
    assert kept == rows[: len(kept)]
    assert NOTE_CHARACTERS - 200 < len(text) <= NOTE_CHARACTERS
    assert lines == {"first": 11, "last": 10 + len(kept)}
    assert f"section='L{11 + len(kept)}-L1010'" in str(shaped["notice"])


def test_a_line_that_is_too_long_is_cut_itself() -> None:
    shaped = shape_note(replace(NOTE, text="x" * 100_000, lines=Lines(1, 1)))
    assert len(str(shaped["text"])) <= NOTE_CHARACTERS + len(CUT) + 1
    assert shaped["lines"] == {"first": 1, "last": 1}
    assert "too long" in str(shaped["notice"])


def test_relations_fit_nearest_first() -> None:
    relations = tuple(Relation("links", "out", PATH, f"title {n}", "api", 1, PATH) for n in range(5_000))
    shaped = shape_related(Related(revision=None, path=PATH, title="API", relations=relations))
    kept = entries(shaped, "relations")
    assert len(json.dumps(kept)) < LIST_CHARACTERS * 1.1
    assert [each["title"] for each in kept if isinstance(each, dict)] == [f"title {n}" for n in range(len(kept))]
    assert f"{5_000 - len(kept)} more relations" in str(shaped["notice"])


def test_few_relations_come_without_a_notice() -> None:
    relation = Relation("links", "out", None, "", "gone", 1, PATH)
    assert "notice" not in shape_related(Related(revision=None, path=PATH, title="API", relations=(relation,)))


def test_versions_fit_newest_first() -> None:
    versions = tuple(
        Version("c" * 40, NOON, "Ada", None, None, "revise", "revise: x.md", "r" * 2_000, PATH, "b" * 40)
        for _ in range(100)
    )
    shaped = shape_history(History(revision=None, path=PATH, title="", view="log", versions=versions))
    assert len(entries(shaped, "versions")) < 25
    assert "more versions" in str(shaped["notice"])


def test_blame_says_who_once_for_lines_of_one_commit() -> None:
    lines = [
        BlamedLine(number, f"text {number}", commit * 40, NOON, "Ada", None, None, "why", 1.0)
        for number, commit in ((1, "c"), (2, "c"), (3, "d"))
    ]
    shaped = shape_history(History(None, PATH, "", "blame", blame=tuple(lines)))
    blame = entries(shaped, "blame")
    assert [each.get("author") for each in blame if isinstance(each, dict)] == ["Ada", None, "Ada"]
    assert blame[1] == {"line": 2, "text": "text 2"}
    assert shaped["notice"] == [SAME_COMMIT]


def test_an_uncommitted_line_says_that_it_has_no_commit() -> None:
    lines = [
        BlamedLine(1, "old", "c" * 40, NOON, "Ada", None, None, "", None),
        BlamedLine(2, "new", None, None, None, None, None, "", None),
    ]
    blame = entries(shape_history(History(None, PATH, "", "blame", blame=tuple(lines))), "blame")
    assert blame[1] == {"commit": None, "line": 2, "text": "new"}


def test_a_long_blame_says_how_much_is_left_out() -> None:
    lines = [BlamedLine(n, "x" * 100, "c" * 40, NOON, "Ada", None, None, "", None) for n in range(2_000)]
    shaped = shape_history(History(None, PATH, "", "blame", blame=tuple(lines)))
    assert len(entries(shaped, "blame")) < 400
    assert "more lines left out" in str(entries(shaped, "notice")[1])


def test_a_context_block_is_sent_once() -> None:
    item = ContextItem("pinned", PATH, "API", "We pin the version.", Lines(3, 4), None, 2)
    shaped = shape_context(Context(None, False, "the whole block", (item,), 4))
    assert shaped["text"] == "the whole block"
    assert shaped["items"] == [
        {
            "reason": "pinned",
            "path": "decisions/api.md",
            "title": "API",
            "lines": {"first": 3, "last": 4},
            "age_days": 2,
        }
    ]


def test_a_long_difference_is_cut() -> None:
    difference = Difference(None, None, None, None, (), (), (), (), "+x\n" * 50_000)
    shaped = shape_history(History(None, PATH, "", "diff", difference=difference))
    assert len(json.dumps(shaped)) < NOTE_CHARACTERS * 1.5
    assert CUT in str(shaped["difference"])


def test_a_note_as_of_is_cut_like_one_that_is_read() -> None:
    note = replace(NOTE, text="row\n" * 20_000, lines=Lines(1, 20_000))
    shaped = shape_history(History(None, PATH, "", "as-of", note=note))
    assert shaped["note"] == shape_note(note)


def test_main_lists_are_there_even_when_empty() -> None:
    assert shape_related(Related(revision=None, path=PATH, title="", relations=())) == {
        "revision": None,
        "path": "decisions/api.md",
        "title": "",
        "relations": [],
    }
    assert shape_history(History(None, PATH, "", "log"))["versions"] == []
    assert "versions" not in shape_history(History(None, PATH, "", "blame"))


def test_the_newest_turns_that_fit_are_kept_oldest_first_without_patches() -> None:
    compared = Difference(None, "c" * 40, None, "b" * 40, ("tags",), (), (), (), "+x\n" * 3_000)
    turns = tuple(
        Turn(None, path=NotePath(f"{number}.md"), difference=compared, edits="+x\n" * 3_000) for number in range(50)
    )
    shaped = shape_timeline(Timeline("a" * 40, None, None, PATH, turns))
    kept = entries(shaped, "turns")
    assert len(json.dumps(kept)) < LIST_CHARACTERS * 1.1
    paths = [turn["path"] for turn in kept if isinstance(turn, dict)]
    assert 1 < len(paths) < 50
    assert paths == [f"{number}.md" for number in range(50 - len(paths), 50)]
    assert shaped["notice"] == [f"{50 - len(paths)} more turns left out; narrow with since and until."]
    (last,) = (turn for turn in kept[-1:] if isinstance(turn, dict))
    assert "patch" not in str(last["difference"])
    assert str(last["edits"]).endswith(CUT)
    assert shape_timeline(Timeline(None, None, "q", None))["turns"] == []
