"""Recalls of a session asked again: the same ids, or a name for what changed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.choices import EmbedderChoice
from vault_mem.config import load_settings
from vault_mem.errors import InvalidQueryError
from vault_mem.memory.answers import ReplayedRecall
from vault_mem.memory.replaying import replaying
from vault_mem.recall import weights

TOPICS = ("harbour", "crane", "tea", "kettle", "boiler", "nginx", "deploy", "invoice", "cellar", "garden")


def fill(memory: Memory) -> None:
    """Write notes that share words, so that every question has several answers."""
    pairs = [(one, two) for one in TOPICS[:5] for two in TOPICS[5:]]
    memory.remember(
        notes=[
            {"text": f"# {one} {two}\n\nThe {one} needs the {two}, said {n} people."}
            for n, (one, two) in enumerate(pairs)
        ]
    )


def ask(memory: Memory) -> None:
    """Ask in every way."""
    memory.recall("which boiler needs the garden?")
    memory.recall("kettel and invoice", limit=3, offset=1)
    memory.recall("tea", mode="lexical", passages=True)
    memory.recall("the harbour crane", mode="dense", max_tokens=400)
    memory.recall("nginx last week", at="HEAD")
    memory.recall(types=["note"], since="3 weeks ago", limit=50)
    memory.recall("deploy", statuses=["active", "archived"], authors=["tester"], without=["neighbours"])
    memory.recall("zebra")


def write_more(memory: Memory) -> None:
    """Change what the answers would be now: near-duplicates, revisions, archived and superseded notes."""
    memory.remember(
        notes=[{"text": f"# Boiler garden {n}\n\nThe boiler needs the garden {n} times."} for n in range(9)]
    )
    memory.revise("tea deploy", "Nothing about that any more.")
    memory.forget("boiler garden")
    memory.remember("# New harbour\n\nThe harbour crane is gone.", links={"supersedes": ["harbour nginx"]})


def codes(recall: ReplayedRecall) -> list[str]:
    return [cause.code for cause in recall.causes]


def assert_all_same(memory: Memory, session: str = "s1") -> None:
    answer = memory.replay(session)
    assert answer.recalls
    assert [(recall.question, codes(recall)) for recall in answer.recalls if not recall.is_same or recall.causes] == []
    assert (answer.same, answer.differing, answer.skipped) == (len(answer.recalls), 0, 0)


def only(memory: Memory) -> ReplayedRecall:
    (recall,) = memory.replay("s1").recalls
    return recall


# --- the same ---


def test_the_same_ids_come_in_the_same_order_whatever_was_written_since(memory: Memory) -> None:
    fill(memory)
    ask(memory)
    before = memory.replay("s1")
    write_more(memory)
    now = memory.recall("which boiler needs the garden?", session="other")
    assert_all_same(memory)
    assert [recall.before for recall in memory.replay("s1").recalls] == [recall.before for recall in before.recalls]
    assert [note.path for note in before.recalls[0].before] != [hit.path for hit in now.hits]
    assert len(before.recalls[0].before) > 3
    assert before.recalls[-1].before == ()


def test_and_after_the_index_was_built_again(memory: Memory) -> None:
    fill(memory)
    ask(memory)
    write_more(memory)
    ask(memory)
    memory.reindex()
    assert_all_same(memory)


def test_and_in_another_process_without_the_index(memory: Memory) -> None:
    fill(memory)
    ask(memory)
    write_more(memory)
    memory.close()
    code = (
        "import sys, shutil, vault_mem; from vault_mem.config import load_settings;"
        "shutil.rmtree(load_settings().cache_dir);"
        "answer = vault_mem.open_memory(sys.argv[1]).replay('s1'); print(answer.same, answer.differing)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(memory.root)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["8", "0"]


def test_a_question_is_asked_as_of_its_own_time(vault: Path) -> None:
    """What had not expired then, and what `yesterday` was, is judged by the time of the question."""
    with vault_mem.open_memory(vault, session="s1") as memory:
        clock = [datetime(2026, 11, 20, 12, tzinfo=UTC)]
        memory._session._clock = lambda: clock[0]
        memory.remember("# Code\n\nThe door code is 7.", expires="2026-11-21")
        write(memory.root, "notes/2026-11-19.md", "# 2026-11-19\n\nWe painted the door.\n")
        git(memory.root, "add", "-A")
        git(memory.root, "commit", "-qm", "journal")
        asked = [memory.recall("door code"), memory.recall("what did we do to the door yesterday?")]
        memory.recall("door", since="yesterday")
        assert asked[0].hits[0].title == "Code"
        assert asked[1].window is not None
        clock[0] += timedelta(days=400)
        assert "Code" not in [hit.title for hit in memory.recall("door code", session="other").hits]
        assert_all_same(memory)


def test_another_time_zone_is_named_and_filters_mean_what_they_meant(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(memory)
    memory.recall("boiler", since="2026-01-02", until="2100-01-01")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        recall = only(memory)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert recall.is_same
    assert codes(recall) == ["zone"]
    assert recall.question["until"] == "2100-01-01T23:59:59.999999+00:00"


def test_a_replay_is_not_recorded_and_neither_is_a_recall_without_a_session(vault: Path) -> None:
    with vault_mem.open_memory(vault) as memory:
        memory.recall("tea")
        memory.recall("tea", session=" \n")
        assert memory.replay().total == 0
        memory.recall("tea", agent="me", session="s2")
        memory.replay("s2")
        memory.context("tea")
        (session,) = memory.replay().sessions
        assert (session.session, session.agent, session.recalls) == ("s2", "me", 1)
        assert git(memory.root, "status", "--porcelain") == ""


def test_sessions_are_listed_the_latest_first_in_pages(memory: Memory) -> None:
    for session in ("a", "b", "a", "c"):
        memory.recall("tea", session=session, agent=f"agent of {session}")
    listed = memory.replay(limit=2)
    assert [(each.session, each.recalls) for each in listed.sessions] == [("c", 1), ("a", 2)]
    assert (listed.total, listed.next_offset) == (3, 2)
    assert [each.session for each in memory.replay(offset=2).sessions] == ["b"]
    assert [recall.agent for recall in memory.replay("a", limit=1, offset=1).recalls] == ["agent of a"]
    assert memory.replay("nobody").total == 0
    with pytest.raises(InvalidQueryError):
        memory.replay("a", limit=0)


# --- what changed ---


def test_a_commit_that_was_amended_away_is_named_and_still_asked(memory: Memory) -> None:
    fill(memory)
    memory.recall("harbour")
    git(memory.root, "commit", "-q", "--amend", "-m", "other")
    recall = only(memory)
    assert recall.is_same
    assert codes(recall) == ["rewritten"]
    memory.reindex()
    assert only(memory).is_same


def test_a_commit_that_is_gone_is_named(memory: Memory) -> None:
    fill(memory)
    memory.recall("harbour")
    git(memory.root, "reset", "-q", "--hard", "HEAD~1")
    git(memory.root, "-c", "gc.reflogExpire=now", "reflog", "expire", "--expire=now", "--all")
    git(memory.root, "gc", "-q", "--prune=now")
    memory.close()
    with vault_mem.open_memory(memory.root) as again:
        recall = only(again)
    assert (recall.is_same, recall.now) == (False, ())
    assert codes(recall) == ["rewritten"]
    assert "not here any more" in recall.causes[0].message


def test_text_that_no_commit_has_is_named(memory: Memory) -> None:
    fill(memory)
    write(memory.root, "notes/draft.md", "# Draft\n\nThe zebra crosses.\n")
    memory.recall("zebra")
    recall = only(memory)
    assert ([note.path for note in recall.before], recall.now, recall.is_same) == (["notes/draft.md"], (), False)
    assert codes(recall) == ["dirty"]


def test_a_branch_without_a_commit_has_only_such_text(memory: Memory) -> None:
    git(memory.root, "checkout", "-q", "--orphan", "empty")
    memory.recall("zebra")
    write(memory.root, "draft.md", "# Draft\n\nThe zebra crosses.\n")
    memory.recall("zebra")
    nothing, draft = memory.replay("s1").recalls
    assert (nothing.revision, nothing.is_same) == (None, True)
    assert (draft.revision, draft.is_same, codes(draft)) == (None, False, ["dirty"])


def test_other_weights_are_named(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(memory)
    memory.recall("which boiler needs the garden?")
    turned = MappingProxyType({name: -value for name, value in weights.SECOND.items()})
    monkeypatch.setattr(weights, "SECOND", turned)
    recall = only(memory)
    assert not recall.is_same
    assert codes(recall) == ["weights"]


def test_another_model_is_named_and_a_question_that_needs_it_is_refused(memory: Memory) -> None:
    fill(memory)
    memory.recall("which boiler needs the garden?", mode="dense")
    memory.recall("what heats water?")
    memory.close()
    chosen = replace(load_settings(), embedder=EmbedderChoice("none"))
    with vault_mem.open_memory(memory.root, settings=chosen) as without:
        first, second = without.replay("s1").recalls
    assert codes(first) == ["model", "refused"]
    assert not first.is_same
    assert "is now none" in first.causes[0].message
    assert codes(second) == ["model"]


def test_a_tag_that_was_moved_is_named(memory: Memory) -> None:
    fill(memory)
    git(memory.root, "tag", "v2-launch", "HEAD")
    answer = memory.recall("boiler before the v2-launch")
    assert answer.window is not None
    git(memory.root, "tag", "-d", "v2-launch")
    recall = only(memory)
    assert codes(recall) == ["tags"]


def edited(memory: Memory, change: Callable[[str], str]) -> None:
    """Change the record of the one session by hand."""
    (file,) = memory._session.recalls.folder.iterdir()
    file.write_text(change(file.read_text()))


@pytest.mark.parametrize(
    ("was", "then", "code"),
    [
        ('"program":"0.1.0"', '"program":"0.0.9"', "program"),
        ('"index":"', '"index":"old ', "index"),
        ('"engine":"whoosh"', '"engine":"other"', "engine"),
        ('"reranker":null', '"reranker":"cross"', "reranker"),
        ('"model":"', '"model":"other ', "model"),
    ],
)
def test_what_answered_then_is_compared(memory: Memory, was: str, then: str, code: str) -> None:
    fill(memory)
    memory.recall("harbour")
    edited(memory, lambda text: text.replace(was, then))
    assert codes(only(memory)) == [code]


def test_a_difference_without_a_cause_is_a_bug_and_says_so(memory: Memory) -> None:
    fill(memory)
    memory.recall("harbour")
    first, second, *_ = only(memory).before
    edited(memory, lambda text: text.replace(str(first.id), "X").replace(str(second.id), str(first.id)))
    recall = only(memory)
    assert not recall.is_same
    assert codes(recall) == ["unexplained"]


def test_the_words_of_a_long_text_are_chosen_by_the_whole_index(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(memory)
    memory.recall("harbour crane")
    edited(memory, lambda text: text.replace(str(only(memory).before[0].id), "X"))
    monkeypatch.setattr(replaying, "MAX_SURVEYED", 1)
    assert codes(only(memory)) == ["index"]


# --- privacy ---


def test_the_user_may_say_no(vault: Path) -> None:
    chosen = replace(load_settings(), recall_log=False)
    with vault_mem.open_memory(vault, settings=chosen, session="s1") as memory:
        memory.recall("secret")
        status = memory.status()
        assert memory.replay("s1").total == 0
        assert (status.recall_log, status.notice) == (None, ())
        assert "recall_log is off" in memory.replay().notice[0]
        assert not memory._session.recalls.folder.exists()


def test_what_was_recorded_can_be_deleted(memory: Memory) -> None:
    for session in ("a", "b", "b", "c"):
        memory.recall("secret", session=session)
    assert memory.clear_recalls("b").recalls == 2
    assert [each.session for each in memory.replay().sessions] == ["c", "a"]
    assert memory.clear_recalls().recalls == 2
    assert list(memory._session.recalls.folder.iterdir()) == []
    memory.recall("again", session="a")
    assert memory.replay("a").total == 1
