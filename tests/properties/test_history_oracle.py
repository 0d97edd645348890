"""What a memory says of random histories is what git says, asked slowly; whether it followed along or looks back."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_mem
from tests.properties.git_oracle import GitOracle, moment
from tests.properties.log_oracle import log_by_id, log_on_a_line
from tests.properties.small_histories import IDS, PATHS, Planned, branched, build, lines
from tests.vaults import git
from vault_mem import Memory
from vault_mem.config import load_settings
from vault_mem.errors import AmbiguousNoteError, NoteNotFoundError, RevisionNotFoundError, VaultMemError


@contextmanager
def opened(folder: Path, *, index: str = "index") -> Iterator[Memory]:
    """Open the vault of a folder with the index of that name."""
    chosen = dataclasses.replace(load_settings(), cache_dir=folder / index)
    with vault_mem.open_memory(folder / "vault", settings=chosen) as memory:
        yield memory


@contextmanager
def made(history: Sequence[Planned]) -> Iterator[tuple[Path, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), build(Path(folder) / "vault", history)


# --- what is asked ---


def times_name_commits_of_the_first_parent_line(memory: Memory, oracle: GitOracle) -> None:
    line = oracle.line(oracle.head)
    for seconds in sorted({time + shift for time in oracle.times.values() for shift in (-1, 0, 1)}):
        known = [commit for commit, since in line if since <= seconds]
        asked = moment(seconds).isoformat()
        if known:
            assert memory.log(until=asked, limit=1).revision == known[-1]
        else:
            with pytest.raises(RevisionNotFoundError):
                memory.log(until=asked)
        earlier = [commit for commit, since in line if since < seconds]
        assert memory.changes(since=asked, limit=1).since == (earlier[-1] if earlier else None)


def notes_at_each_commit_are_those_of_its_tree(memory: Memory, oracle: GitOracle) -> None:
    for commit, tree in oracle.trees.items():
        for path in PATHS:
            if path not in tree:
                with pytest.raises(NoteNotFoundError):
                    memory.read(path, at=commit)
                continue
            note = memory.read(path, at=commit)
            assert (note.text, note.version, note.revision) == (oracle.texts[tree[path]], tree[path], commit)
            assert note.commit in oracle.behind(commit)
            assert oracle.trees[note.commit][path] == tree[path] != oracle.before(note.commit).get(path)
        for identity in IDS.values():
            _as_of_an_id(memory, oracle, identity, commit)


def _as_of_an_id(memory: Memory, oracle: GitOracle, identity: str, commit: str) -> None:
    places, now = oracle.places(identity, commit), oracle.places(identity, oracle.head)
    if len(now) > 1:
        return
    if len(places) == 1 or (places and now):
        # Of several that had it, the one that has it now is meant, if it was there.
        with suppress(AmbiguousNoteError) if len(places) > 1 else nullcontext():
            note = memory.history(identity, view="as-of", at=commit).note
            assert note is not None
            assert (note.path, note.version) in places
        return
    if not places and now and (without := _without_its_id(memory, identity, commit)):
        assert without in {(version.path, version.blob) for version in memory.history(identity).versions}
        assert oracle.identity(without[1]) is None
        assert oracle.trees[commit][without[0]] == without[1]
        return
    with pytest.raises(AmbiguousNoteError if places else NoteNotFoundError):
        memory.history(identity, view="as-of", at=commit)


def _without_its_id(memory: Memory, identity: str, commit: str) -> tuple[str, str] | None:
    """Return what is answered for a note at a commit that has its id nowhere: what it was before it had one, if any."""
    with suppress(NoteNotFoundError):
        note = memory.history(identity, view="as-of", at=commit).note
        return (note.path, note.version) if note else None
    return None


def the_log_has_every_commit_children_first(memory: Memory, oracle: GitOracle) -> None:
    acts = memory.log(limit=1_000).acts
    commits = [act.commit for act in acts]
    assert commits == oracle.newest_first(oracle.head)
    assert set(commits) == oracle.behind(oracle.head)
    for position, act in enumerate(acts):
        assert not set(commits[:position]) & set(oracle.parents[act.commit])
        assert act.time == moment(oracle.times[act.commit])
        assert (act.arrived or act.time) == oracle.arrived(act.commit, oracle.head)
        first = oracle.parents[act.commit][0] if oracle.parents[act.commit] else None
        assert (set(act.notes), act.count) == (oracle.changed_paths(first, act.commit), len(act.notes))
    for bound in commits:
        behind = oracle.behind(bound)
        assert {act.commit for act in memory.log(until=bound).acts} == behind
        assert {act.commit for act in memory.log(since=bound).acts} == set(commits) - behind


def changes_are_the_difference_of_two_trees(memory: Memory, oracle: GitOracle) -> None:
    known = oracle.behind(oracle.head)
    for until in (*oracle.parents[oracle.head], oracle.head):
        for since in (None, *oracle.parents):
            if since is None or since in oracle.behind(until):
                _changes_between(memory, oracle, since, until)
            else:
                with pytest.raises(RevisionNotFoundError):
                    memory.changes(since=since, until=until)
    for other in oracle.parents.keys() - known:
        with pytest.raises(RevisionNotFoundError):
            memory.changes(until=other)


def _changes_between(memory: Memory, oracle: GitOracle, since: str | None, until: str) -> None:
    notes = memory.changes(since=since, until=until).notes
    assert {path for note in notes for path in (note.path, note.old_path) if path} == oracle.changed_paths(since, until)
    for note in notes:
        if note.commit is None:  # a merge left it out, and its first parent never had it
            assert since is not None
            assert note.kind == "deleted"
            was = oracle.trees[since][note.path]
            is_taken = note.path in oracle.trees[until]
            assert not any(oracle.takes(each, note.path, was if is_taken else None) for each in oracle.behind(until))
            continue
        assert note.commit in oracle.behind(until)
        assert oracle.before(note.commit).get(note.path) != oracle.trees[note.commit].get(note.path)
        if note.kind != "deleted":
            assert oracle.trees[note.commit][note.path] == oracle.trees[until][note.path]


def versions_are_changes_newest_first(memory: Memory, oracle: GitOracle) -> None:
    order = {act.commit: position for position, act in enumerate(memory.log(limit=1_000).acts)}
    for path in PATHS:
        try:
            versions = memory.history(path).versions
        except NoteNotFoundError:
            assert not any(path in oracle.trees[commit] for commit in order)
            continue
        positions = [order[version.commit] for version in versions]
        assert positions == sorted(positions)
        for version in versions:
            if version.blob is None:
                assert oracle.left(version.commit, version.path, oracle.before(version.commit)[version.path])
                continue
            assert oracle.trees[version.commit].get(version.path) == version.blob
            assert oracle.before(version.commit).get(version.path) != version.blob
            assert (version.arrived or version.time) == oracle.arrived(version.commit, oracle.head)


EVERYTHING = (
    times_name_commits_of_the_first_parent_line,
    notes_at_each_commit_are_those_of_its_tree,
    the_log_has_every_commit_children_first,
    changes_are_the_difference_of_two_trees,
    versions_are_changes_newest_first,
)


# --- random histories ---


def check_a_line(history: Sequence[Planned]) -> None:
    with made(history) as (folder, _), opened(folder) as memory:
        oracle = GitOracle(folder / "vault")
        for agrees in EVERYTHING:
            agrees(memory, oracle)
        for path in oracle.trees[oracle.head]:
            expected = log_on_a_line(oracle, path)
            if expected is not None:
                versions = memory.history(path).versions
                assert [(version.commit, version.path) for version in versions] == expected


def check_branches(history: Sequence[Planned]) -> None:
    with made(history) as (folder, _), opened(folder) as memory:
        oracle = GitOracle(folder / "vault")
        for agrees in EVERYTHING:
            agrees(memory, oracle)
        for identity in IDS.values():
            expected = log_by_id(oracle, identity)
            if expected is not None:
                assert {version.commit for version in memory.history(identity).versions} == expected


def answers(memory: Memory, commits: Sequence[str]) -> list[object]:
    """Return what is known at HEAD and at other commits, whether HEAD reaches them or not."""
    found: list[object] = [memory.log(limit=1_000), memory.changes()]
    for path in PATHS:
        for at in (None, *commits):
            try:
                found.append((memory.history(path, at=at).versions, memory.read(path, at=at)))
            except VaultMemError as error:
                found.append(error.code)
    for at in commits:
        hits = memory.recall("text", at=at).hits
        found.append([(hit.path, hit.version, hit.commit) for hit in hits])
    return found


def check_following(history: Sequence[Planned], visits: Sequence[int]) -> None:
    with made(history) as (folder, commits):
        visited = [commits[visit % len(commits)] for visit in visits]
        with opened(folder, index="followed") as followed:
            for commit in visited:
                git(folder / "vault", "reset", "-q", "--hard", commit)
                answers(followed, [commit])
                with opened(folder, index="reopened") as reopened:
                    assert reopened.log() == followed.log()
            with opened(folder, index="fresh") as fresh, opened(folder, index="reopened") as reopened:
                expected = answers(fresh, commits)
                assert answers(followed, commits) == expected
                assert answers(reopened, commits) == expected


VISITS = st.lists(st.integers(0, 100), min_size=2, max_size=5)


@settings(max_examples=8)
@given(lines())
def test_one_line_is_as_git_says(history: list[Planned]) -> None:
    check_a_line(history)


@settings(max_examples=15)
@given(branched())
def test_branches_and_merges_are_as_git_says(history: list[Planned]) -> None:
    check_branches(history)


@settings(max_examples=6)
@given(branched(), VISITS)
def test_an_index_that_followed_along_says_what_a_fresh_one_says(history: list[Planned], visits: list[int]) -> None:
    check_following(history, visits)


@pytest.mark.slow
@settings(max_examples=300)
@given(lines(longest=16))
def test_many_lines_are_as_git_says(history: list[Planned]) -> None:
    check_a_line(history)


@pytest.mark.slow
@settings(max_examples=500)
@given(branched(longest=18))
def test_many_branches_and_merges_are_as_git_says(history: list[Planned]) -> None:
    check_branches(history)


@pytest.mark.slow
@settings(max_examples=100)
@given(branched(longest=14), st.lists(st.integers(0, 100), min_size=2, max_size=12))
def test_many_indexes_that_followed_along_say_what_fresh_ones_say(history: list[Planned], visits: list[int]) -> None:
    check_following(history, visits)
