"""Known keys: read leniently, written strictly."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from vault_mem.errors import InvalidNoteError
from vault_mem.notes.metadata import read_metadata
from vault_mem.notes.model import Lines, Metadata, Value
from vault_mem.notes.schema import DEFAULT_TIERS, RELATIONS, STATUSES, TIERS, TYPES, validate

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def test_every_type_has_a_tier() -> None:
    assert len(set(TYPES)) == len(TYPES) == 18
    assert set(DEFAULT_TIERS) == set(TYPES)
    assert set(DEFAULT_TIERS.values()) == set(TIERS)


def test_the_example_of_the_format_page() -> None:
    metadata, problems = read_metadata(
        {
            "id": "01K9ZQ3T8M5N2V7C4X6B1D0F9G",
            "type": "decision",
            "key": "api-versioning",
            "tags": ["api", "versioning"],
            "aliases": ["url versioning"],
            "created": "2026-11-20T10:30:00",
            "confidence": 0.9,
            "supersedes": ["[[api-header-versioning]]"],
            "anchors": ["src/api/router.py#L10-L42@9f3ab21"],
        }
    )
    assert problems == ()
    assert (metadata.id, metadata.type, metadata.key) == ("01K9ZQ3T8M5N2V7C4X6B1D0F9G", "decision", "api-versioning")
    assert metadata.tags == ("api", "versioning")
    assert metadata.aliases == ("url versioning",)
    assert metadata.created == NOW
    assert metadata.confidence == 0.9
    assert metadata.relations == {"supersedes": ("api-header-versioning",)}
    assert metadata.anchors == ("src/api/router.py#L10-L42@9f3ab21",)


def test_nothing_known_gives_the_defaults() -> None:
    assert read_metadata({}) == (Metadata(), ())
    assert read_metadata({"created": None, "tags": [], "source": "", "mine": {"a": 1}}) == (Metadata(), ())


def test_values_of_another_shape_are_the_users_own() -> None:
    metadata, problems = read_metadata(
        {"type": ["[[UI]]"], "status": ["[[Active]]"], "confidence": 7, "created": "soon", "id": "42", "key": "A B"},
        {"type": Lines(4, 5)},
    )
    assert (metadata.type, metadata.status, metadata.confidence) == ("note", "active", 1.0)
    assert (metadata.created, metadata.id, metadata.key) == (None, None, None)
    assert metadata.relations == {"type": ("UI",), "status": ("Active",)}
    assert sorted(problem.message.split()[0] for problem in problems) == [
        "confidence",
        "created",
        "id",
        "key",
        "status",
        "type",
    ]
    assert {problem.code for problem in problems} == {"bad-property"}
    assert next(problem.line for problem in problems if problem.message.startswith("type")) == 4


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        (["a", "#b", " c "], ("a", "b", "c")),
        ("a, b c", ("a", "b", "c")),
        ("#a #b", ("a", "b")),
        (["[[x y]]", "b", "b"], ("x y", "b")),
        ([1984, "a"], ("1984", "a")),
        (7, ("7",)),
        ([["a"]], ()),
    ],
)
def test_tags_are_read_in_every_form(value: Value, tags: tuple[str, ...]) -> None:
    assert read_metadata({"tags": value})[0].tags == tags


def test_aliases_may_be_text_with_commas() -> None:
    assert read_metadata({"aliases": "one two, three"})[0].aliases == ("one two", "three")
    assert read_metadata({"aliases": ["one, two"]})[0].aliases == ("one, two",)


def test_relations_are_values_made_of_links_only() -> None:
    metadata, problems = read_metadata(
        {
            "part_of": "[[Atlas|the project]]",
            "people": ["[[Ada]]", "[[Bo#Work]]"],
            "mixed": ["[[Ada]]", "Bo"],
            "text": "see [[Ada]]",
            "depends_on": [["unquoted"]],
            "about": [],
        }
    )
    assert metadata.relations == {"part_of": ("Atlas",), "people": ("Ada", "Bo")}
    assert [problem.message.split()[0] for problem in problems] == ["depends_on"]


def test_switches_understand_what_people_write() -> None:
    assert read_metadata({"private": "yes"})[0].private
    assert not read_metadata({"pinned": "no"})[0].pinned
    assert [problem.code for problem in read_metadata({"private": "maybe"})[1]] == ["bad-property"]


def test_a_validated_note_is_in_the_one_shape() -> None:
    written = validate(
        {
            "type": "decision",
            "key": "api-versioning",
            "tags": ("#api", "versioning", "api"),
            "aliases": "url versioning",
            "created": datetime(2026, 11, 20, 12, 30, 15, 99, tzinfo=timezone(timedelta(hours=2))),
            "valid_from": "2026-11-20",
            "valid_to": date(2027, 1, 1),
            "expires": "2026-12-01T00:00:00+01:00",
            "confidence": 1,
            "supersedes": ["api-header-versioning", "[[api-header-versioning]]", "[[a/b#H|label]]"],
            "about": "Ada Lovelace",
            "pinned": False,
            "rating": 4.5,
            "mine": ["a", 1, None],
            "empty": None,
        },
        now=NOW,
    )
    assert written == {
        "type": "decision",
        "key": "api-versioning",
        "tags": ["api", "versioning"],
        "aliases": ["url versioning"],
        "created": "2026-11-20T10:30:15",
        "valid_from": "2026-11-20",
        "valid_to": "2027-01-01",
        "expires": "2026-11-30T23:00:00",
        "confidence": 1,
        "supersedes": ["[[api-header-versioning]]", "[[a/b#H|label]]"],
        "about": ["[[Ada Lovelace]]"],
        "pinned": False,
        "rating": 4.5,
        "mine": ["a", 1, None],
        "empty": None,
    }
    assert read_metadata(written)[1] == ()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("title", "A", "title is not a property"),
        ("type", "rumour", "Use one of: fact, decision"),
        ("type", None, "type cannot be None"),
        ("status", "done", "Use one of: active"),
        ("tier", "core", "Use one of: working"),
        ("key", "API Versioning", "Use 'api-versioning'"),
        ("category", "", "is not a slug"),
        ("id", "42", "a note gets its id by itself"),
        ("tags", ["two words"], "tags cannot have 'two words'"),
        ("tags", ["1984"], "is not a number alone"),
        ("tags", [""], "Give one line of text"),
        ("tags", {"a": 1}, "Give a list of texts"),
        ("aliases", ["a\nb"], "Give one line of text"),
        ("confidence", 1.5, "from 0 to 1"),
        ("confidence", True, "from 0 to 1"),
        ("importance", "0.5", "from 0 to 1"),
        ("importance", float("nan"), "from 0 to 1"),
        ("pinned", "yes", "Give true or false"),
        ("created", "soon", "created is no time"),
        ("valid_to", "2026-02-30", "valid_to is no time"),
        ("expires", 2027, "expires is no time"),
        ("supersedes", ["a]]b"], "Give names of notes"),
        ("supersedes", [["a"]], "Give one line of text"),
        ("source", "a\nb", "Give one line of text"),
        ("agent", 7, "Give one line of text"),
        ("mine", {"a": 1}, "nested"),
        ("mine", [["a"]], "nested"),
        ("mine", "bell\x07", "control characters"),
        ("mine", "x" * 5_000, "Write it in the body"),
        ("mine", ["x"] * 1_001, "Write them in the body"),
        ("bad\nkey", 1, "cannot be the name of a property"),
    ],
)
def test_what_the_format_does_not_allow_is_refused(key: str, value: object, message: str) -> None:
    with pytest.raises(InvalidNoteError) as caught:
        validate({key: value}, now=NOW)
    assert message in str(caught.value)


def test_typed_words_become_times() -> None:
    assert validate({"valid_from": "2 days ago"}, now=NOW) == {"valid_from": "2026-11-18T10:30:00"}


def test_every_choice_of_the_lists_is_allowed() -> None:
    for status in STATUSES:
        assert validate({"status": status}, now=NOW) == {"status": status}
    for relation in RELATIONS:
        assert validate({relation: ["x"]}, now=NOW) == {relation: ["[[x]]"]}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set on this system")
def test_typed_times_are_local_and_stored_ones_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        text = "2026-11-20T10:30:00"
        assert validate({"created": text}, now=NOW) == {"created": "2026-11-20T01:30:00"}
        assert validate({"created": text}, now=NOW, stored=True) == {"created": text}
        assert validate({"created": "2026-11-20"}, now=NOW) == {"created": "2026-11-20"}
    finally:
        monkeypatch.undo()
        time.tzset()
