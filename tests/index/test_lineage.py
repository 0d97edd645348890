from __future__ import annotations

import time

from tests.index.samples import blob_of, commit, commit_id
from vault_mem.index.commits import CommitLog
from vault_mem.index.lineage import IdOf, Lineage, Version
from vault_mem.notes.model import NotePath

NOTE = NotePath("note.md")


def ids(**texts: str) -> IdOf:
    """Texts by the id that they have."""
    known = {blob_of(text): identity for identity, some in texts.items() for text in some.split()}
    return known.get


NONE = ids()


def lineage(log: CommitLog, head: str, note_id: IdOf = NONE) -> Lineage:
    return Lineage(log, commit_id(head), note_id=note_id)


def trace(log: CommitLog, head: str, note_id: IdOf = NONE) -> tuple[Version, ...]:
    return lineage(log, head, note_id).trace(NOTE)


def subjects(versions: tuple[Version, ...]) -> list[str]:
    return [version.record.subject for version in versions]


def forked(log: CommitLog) -> None:
    """A note that both sides of a merge changed, decided anew by the merge."""
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base", changes=[("note.md", "v1", "v2")]),
            commit("aside", "base", changes=[("note.md", "v1", "v3")]),
            commit("merge", "main", "aside", changes=[("note.md", "v2", "v4")]),
            commit("later", "merge"),
        ]
    )


def brought(log: CommitLog) -> None:
    """A note that only the merged side changed."""
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base"),
            commit("aside", "base", changes=[("note.md", "v1", "v2")]),
            commit("merge", "main", "aside", changes=[("note.md", "v1", "v2")]),
            commit("later", "merge", changes=[("note.md", "v2", None)]),
        ]
    )


def test_a_merge_that_decided_is_a_version(log: CommitLog) -> None:
    forked(log)
    assert subjects(trace(log, "later")) == ["merge", "aside", "main", "base"]


def test_a_merge_that_only_brought_a_version_is_none(log: CommitLog) -> None:
    brought(log)
    assert subjects(trace(log, "merge")) == ["aside", "base"]
    assert subjects(trace(log, "aside")) == ["aside", "base"]


def test_parents_stored_later_than_their_children_are_found(log: CommitLog) -> None:
    """A shallow clone that is deepened brings the past after the present."""
    log.add([commit("new", "old", changes=[("note.md", "v1", "v2")])])
    assert subjects(trace(log, "new")) == ["new"]
    log.add([commit("old", changes=[("note.md", None, "v1")])])
    assert subjects(trace(log, "new")) == ["new", "old"]


def test_what_a_path_holds_follows_the_first_parents(log: CommitLog) -> None:
    forked(log)
    found = {name: lineage(log, "later").at(NOTE, commit_id(name)) for name in ("base", "main", "aside", "later")}
    told = {name: (version.record.subject, version.blob) for name, version in found.items() if version}
    assert told == {
        "base": ("base", blob_of("v1")),
        "main": ("main", blob_of("v2")),
        "aside": ("aside", blob_of("v3")),
        "later": ("merge", blob_of("v4")),
    }


def test_what_a_merge_brought_is_told_by_the_commit_it_brought(log: CommitLog) -> None:
    brought(log)
    at_merge = lineage(log, "later").at(NOTE, commit_id("merge"))
    assert at_merge is not None
    assert at_merge.record.subject == "aside"
    gone = lineage(log, "later").at(NOTE, commit_id("later"))
    assert gone is not None
    assert gone.blob is None
    assert lineage(log, "later").at(NotePath("other.md"), commit_id("later")) is None
    assert lineage(log, "aside").at(NOTE, commit_id("later")) is None


def test_a_merge_that_kept_ours_holds_ours(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base"),
            commit("aside", "base", changes=[("note.md", "v1", "v2")]),
            commit("ours", "main", "aside"),
        ]
    )
    held = lineage(log, "ours").at(NOTE, commit_id("ours"))
    assert held is not None
    assert (held.record.subject, held.blob) == ("base", blob_of("v1"))


def test_a_version_was_made_from_what_its_parents_had(log: CommitLog) -> None:
    forked(log)
    made = {version.record.subject: version for version in trace(log, "later")}
    before = {name: subjects(lineage(log, "later").made_from(version)) for name, version in made.items()}
    assert before == {"merge": ["main", "aside"], "aside": ["base"], "main": ["base"], "base": []}


def test_a_moved_version_was_made_from_the_one_at_the_other_path(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("first.md", None, "v1")]),
            commit("moved", "made", changes=[("first.md", "v1", None), ("note.md", None, "v2")]),
        ]
    )
    known = lineage(log, "moved", ids(one="v1 v2"))
    (newest, _) = known.trace(NOTE)
    assert [(each.record.subject, each.path) for each in known.made_from(newest)] == [("made", "first.md")]


def test_which_version_of_a_note_a_commit_has(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("first.md", None, "v1")]),
            commit("moved", "made", changes=[("first.md", "v1", None), ("note.md", None, "v1")]),
            commit("taken", "moved", changes=[("first.md", None, "other")]),
            commit("edited", "taken", changes=[("note.md", "v1", "v2")]),
        ]
    )
    known = lineage(log, "edited")
    versions = known.trace(NOTE)
    held = {name: known.held(versions, commit_id(name)) for name in ("made", "moved", "taken", "edited")}
    assert {name: (version.path, version.blob) for name, version in held.items() if version} == {
        "made": ("first.md", blob_of("v1")),
        "moved": ("note.md", blob_of("v1")),
        "taken": ("note.md", blob_of("v1")),
        "edited": ("note.md", blob_of("v2")),
    }
    assert known.held(versions, commit_id("unknown")) is None


def test_a_rename_is_followed_by_content_and_by_id(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("first.md", None, "v1"), ("decoy.md", None, "d")]),
            commit(
                "moved", "made", changes=[("decoy.md", "d", None), ("first.md", "v1", None), ("mid.md", None, "v1")]
            ),
            commit("edited", "moved", changes=[("mid.md", "v1", "v2")]),
            commit("moved+edited", "edited", changes=[("mid.md", "v2", None), ("note.md", None, "v3")]),
        ]
    )
    versions = trace(log, "moved+edited", ids(one="v2 v3"))
    assert [(version.record.subject, version.path) for version in versions] == [
        ("moved+edited", "note.md"),
        ("edited", "mid.md"),
        ("moved", "mid.md"),
        ("made", "first.md"),
    ]
    assert [version.blob for version in versions] == [blob_of(text) for text in ("v3", "v2", "v1", "v1")]
    assert subjects(trace(log, "moved+edited")) == ["moved+edited"]


def test_a_rename_there_and_back_ends(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("note.md", None, "v1")]),
            commit("away", "made", changes=[("note.md", "v1", None), ("b.md", None, "v1")]),
            commit("back", "away", changes=[("b.md", "v1", None), ("note.md", None, "v1")]),
        ]
    )
    assert subjects(trace(log, "back")) == ["back", "away", "made"]


def test_a_note_that_came_back_keeps_its_past_another_does_not(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("note.md", None, "v1")]),
            commit("gone", "made", changes=[("note.md", "v1", None)]),
            commit("again", "gone", changes=[("note.md", None, "v2")]),
        ]
    )
    assert subjects(trace(log, "again", ids(one="v1 v2"))) == ["again", "gone", "made"]
    assert subjects(trace(log, "again")) == ["again"]
    assert subjects(trace(log, "gone")) == ["gone", "made"]


def swapped(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("note.md", None, "a1"), ("other.md", None, "b1")]),
            commit("swap", "made", changes=[("note.md", "a1", "b1"), ("other.md", "b1", "a1")]),
            commit("later", "swap", changes=[("note.md", "b1", "b2")]),
        ]
    )


def test_notes_that_change_places_keep_their_own_pasts(log: CommitLog) -> None:
    swapped(log)
    known = lineage(log, "later", ids(a="a1", b="b1 b2"))
    assert [(v.record.subject, v.path, v.blob) for v in known.trace(NOTE)] == [
        ("later", "note.md", blob_of("b2")),
        ("swap", "note.md", blob_of("b1")),
        ("made", "other.md", blob_of("b1")),
    ]
    held = known.held(known.trace(NOTE), commit_id("made"))
    assert held is not None
    assert (held.path, held.blob) == ("other.md", blob_of("b1"))
    arrived = known.trace(NOTE)[1]
    assert [(v.record.subject, v.path) for v in known.made_from(arrived)] == [("made", "other.md")]


def test_a_note_in_anothers_place_begins_there(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("note.md", None, "a1")]),
            commit("edited", "made", changes=[("note.md", "a1", "a2")]),
            commit("replaced", "edited", changes=[("note.md", "a2", "b1")]),
            commit("back", "replaced", changes=[("note.md", "b1", "a3")]),
        ]
    )
    known = ids(a="a1 a2 a3", b="b1")
    assert subjects(trace(log, "replaced", known)) == ["replaced"]
    versions = trace(log, "back", known)
    assert subjects(versions) == ["back", "replaced", "edited", "made"]
    assert versions[1].blob is None


def test_a_note_moved_on_a_side_and_edited_on_the_other_has_both_pasts(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("old.md", None, "v1")]),
            commit("main", "base", changes=[("old.md", "v1", "v2")]),
            commit("moved", "base", changes=[("old.md", "v1", None), ("note.md", None, "v1")]),
            commit("aside", "moved", changes=[("note.md", "v1", "v3")]),
            commit("merge", "main", "aside", changes=[("old.md", "v2", None), ("note.md", None, "v4")]),
        ]
    )
    assert set(subjects(trace(log, "merge", ids(one="v1 v2 v3 v4")))) == {"merge", "aside", "moved", "main", "base"}


def test_a_note_that_was_away_on_a_side_keeps_what_the_other_line_did(log: CommitLog) -> None:
    log.add(
        [
            commit("base", changes=[("note.md", None, "v1")]),
            commit("main", "base", changes=[("note.md", "v1", "v2")]),
            commit("away", "base", changes=[("note.md", "v1", None), ("b.md", None, "v1")]),
            commit("back", "away", changes=[("b.md", "v1", None), ("note.md", None, "v1")]),
            commit("merge", "main", "back", changes=[("note.md", "v2", "v3")]),
        ]
    )
    assert set(subjects(trace(log, "merge", ids(one="v1 v2 v3")))) == {"merge", "back", "away", "main", "base"}


def test_a_note_is_followed_to_all_its_places_whichever_is_named(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("first.md", None, "v1"), ("other.md", None, "w1")]),
            commit("moved", "made", changes=[("first.md", "v1", None), ("note.md", None, "v1")]),
            commit("aside", "made", changes=[("first.md", "v1", "v2")]),
            commit("noise", "moved", changes=[("other.md", "w1", "w2")]),
            commit("renamed", "noise", changes=[("note.md", "v1", None), ("last.md", None, "v3")]),
            commit("merge", "renamed", "aside", changes=[("last.md", "v3", "v4")]),
            commit("gone", "merge", changes=[("last.md", "v4", None)]),
            commit("ahead", "gone", changes=[("note.md", None, "v5")]),
        ]
    )
    known = lineage(log, "gone", ids(one="v1 v3"))
    wanted = {commit_id(name) for name in ("made", "moved", "aside", "renamed", "merge", "gone")}
    for place in ("first.md", "note.md", "last.md"):
        assert known.around(NotePath(place)) == wanted
    assert known.around(NotePath("other.md")) == {commit_id("made"), commit_id("noise")}
    assert known.around(NotePath("never.md")) == frozenset()


def test_a_note_of_thousands_of_versions_is_followed_in_linear_time(log: CommitLog) -> None:
    count = 3_000
    made = [commit("c0", changes=[("note.md", None, "v0")])]
    made += [commit(f"c{n}", f"c{n - 1}", changes=[("note.md", f"v{n - 1}", f"v{n}")]) for n in range(1, count)]
    log.add(made)
    past = lineage(log, f"c{count - 1}")
    version = past.at(NOTE, commit_id(f"c{count - 1}"))
    steps, started = 0, time.perf_counter()
    while version is not None:
        version, steps = next(iter(past.made_from(version)), None), steps + 1
    assert steps == count
    assert time.perf_counter() - started < 10


def test_a_note_without_an_id_that_a_side_had_in_its_place_is_not_taken_for_it(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("old.md", None, "v1")]),
            commit("side", "made", changes=[("note.md", None, "bare")]),
            commit("moved", "made", changes=[("old.md", "v1", None), ("note.md", None, "v1")]),
            commit("later", "moved", changes=[("note.md", "v1", "v2")]),
            commit("merge", "later", "side"),
        ]
    )
    known = lineage(log, "merge", ids(one="v1 v2"))
    held = {name: known.held(known.trace(NOTE), commit_id(name)) for name in ("made", "side", "moved", "merge")}
    assert {name: (version.path, version.blob) for name, version in held.items() if version} == {
        "made": ("old.md", blob_of("v1")),
        "side": ("old.md", blob_of("v1")),
        "moved": ("note.md", blob_of("v1")),
        "merge": ("note.md", blob_of("v2")),
    }
    assert subjects(known.trace(NOTE)) == ["later", "moved", "made"]


def test_versions_before_a_note_got_its_id_are_its_own_on_both_lines(log: CommitLog) -> None:
    log.add(
        [
            commit("hand", changes=[("note.md", None, "h1")]),
            commit("typo", "hand", changes=[("note.md", "h1", "h2")]),
            commit("aside", "typo", changes=[("note.md", "h2", "h3")]),
            commit("given", "typo", changes=[("note.md", "h2", "v1")]),
            commit("merge", "given", "aside", changes=[("note.md", "v1", "v2")]),
            commit("dropped", "merge", changes=[("note.md", "v2", "h4")]),
            commit("again", "dropped", changes=[("note.md", "h4", "v3")]),
        ]
    )
    found = subjects(trace(log, "again", ids(one="v1 v2 v3")))
    assert found == ["again", "dropped", "merge", "aside", "given", "typo", "hand"]


def test_a_note_without_an_id_that_went_elsewhere_gave_its_place_and_not_its_past(log: CommitLog) -> None:
    log.add(
        [
            commit("hand", changes=[("note.md", None, "h1")]),
            commit("placed", "hand", changes=[("note.md", "h1", "v1"), ("away.md", None, "h1")]),
            commit("later", "placed", changes=[("note.md", "v1", "v2")]),
        ]
    )
    known = lineage(log, "later", ids(one="v1 v2"))
    assert subjects(known.trace(NOTE)) == ["later", "placed"]
    assert known.held(known.trace(NOTE), commit_id("hand")) is None


def test_a_note_without_an_id_in_the_place_of_one_that_moved_is_not_taken_for_it(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("note.md", None, "v1")]),
            commit("moved", "made", changes=[("note.md", "v1", "bare"), ("away.md", None, "v1")]),
            commit("gone", "moved", changes=[("away.md", "v1", None)]),
            commit("ahead", "made", changes=[("other.md", None, "o1")]),
            commit("merge", "ahead", "gone"),
        ]
    )
    known = lineage(log, "merge", ids(one="v1"))
    assert known.held(known.trace(NOTE), commit_id("moved")) is None


def test_what_a_side_did_to_a_note_without_an_id_in_the_same_place_is_not_its_past(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("old.md", None, "v1")]),
            commit("moved", "made", changes=[("old.md", "v1", None), ("note.md", None, "v1")]),
            commit("placed", "made", changes=[("note.md", None, "bare")]),
            commit("taken", "placed", changes=[("note.md", "bare", None)]),
            commit("merge", "taken", "moved", changes=[("old.md", "v1", None), ("note.md", None, "v1")]),
            commit("later", "merge", changes=[("note.md", "v1", "v2")]),
        ]
    )
    found = subjects(trace(log, "later", ids(one="v1 v2")))
    assert "placed" not in found
    assert "taken" not in found


def test_what_a_side_took_of_another_note_is_not_the_past_of_one_that_came_to_its_place(log: CommitLog) -> None:
    log.add(
        [
            commit("made", changes=[("one.md", None, "o1"), ("note.md", None, "t1")]),
            commit("placed", "made", changes=[("one.md", "o1", None), ("away.md", None, "o1")]),
            commit("taken", "placed", changes=[("away.md", "o1", None)]),
            commit("moved", "made", changes=[("note.md", "t1", None), ("away.md", None, "t2")]),
            commit("merge", "moved", "taken", changes=[]),
        ]
    )
    found = subjects(lineage(log, "merge", ids(one="o1", two="t1 t2")).trace(NotePath("away.md")))
    assert found == ["moved", "made"]
