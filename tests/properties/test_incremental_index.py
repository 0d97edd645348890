"""After any sequence of writes, hand edits, renames, deletions and branch switches, the index that followed along
answers as one built from nothing, and the notes are those in the work tree.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_mem
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.config import load_settings

WORDS = ("zebra", "harbour", "postgres", "migration", "violin", "glacier")
NAMES = ("alpha", "beta", "gamma")
QUERIES = ("zebra harbour", "postgres migration", "violin")

_NAME = st.sampled_from(NAMES)
_TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
_STEP = st.one_of(
    st.tuples(st.just("remember"), _NAME, _TEXT),
    st.tuples(st.just("edit"), _NAME, _TEXT),
    st.tuples(st.just("rename"), _NAME, _NAME),
    st.tuples(st.just("delete"), _NAME, st.just("")),
    st.tuples(st.just("commit"), st.just(""), st.just("")),
    st.tuples(st.just("switch"), st.sampled_from(["main", "side"]), st.just("")),
    st.tuples(st.just("forget"), _NAME, st.just("")),
    st.tuples(st.just("recall"), st.just(""), st.just("")),
)


class _World:
    """A vault, and a memory that follows what is done to it."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self.root = root
        self.memory = memory

    def path(self, name: str) -> Path:
        return self.root / "notes" / f"{name}.md"

    def remember(self, name: str, text: str) -> None:
        self.memory.remember(text, key=name)

    def edit(self, name: str, text: str) -> None:
        write(self.root, f"notes/{name}.md", f"# {name}\n\n{text}\n")

    def rename(self, old: str, new: str) -> None:
        if self.path(old).exists() and not self.path(new).exists():
            self.path(old).rename(self.path(new))

    def delete(self, name: str, _: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def commit(self, _: str, __: str) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", "by hand", "--allow-empty")

    def switch(self, branch: str, _: str) -> None:
        self.commit("", "")
        known = git(self.root, "branch", "--list", branch).strip()
        git(self.root, "switch", "-q", *(() if known else ("-c",)), branch)

    def forget(self, name: str, _: str) -> None:
        if self.path(name).exists():
            self.memory.forget(f"notes/{name}.md")

    def recall(self, _: str, __: str) -> None:
        self.memory.recall("zebra")


def _answers(memory: Memory) -> list[object]:
    """Return everything recall says that does not depend on the clock."""
    found: list[object] = []
    for query in QUERIES:
        answer = memory.recall(query, statuses=["active", "archived"], limit=50)
        found.append([dataclasses.replace(hit, age_days=None) for hit in answer.hits])
    listed = memory.recall(statuses=["active", "archived"], limit=50)
    found.append(sorted((hit.path, hit.version, hit.commit, hit.status) for hit in listed.hits))
    return found


def _check(steps: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "vault"
        vault_mem.initialise(root)
        followed = dataclasses.replace(load_settings(), cache_dir=Path(folder) / "followed")
        with vault_mem.open_memory(root, settings=followed) as memory:
            world = _World(root, memory)
            for verb, first, second in steps:
                getattr(world, verb)(first, second)
            fresh = dataclasses.replace(followed, cache_dir=Path(folder) / "fresh")
            with vault_mem.open_memory(root, settings=fresh) as rebuilt:
                assert _answers(memory) == _answers(rebuilt)
            files = {path.relative_to(root).as_posix() for path in root.rglob("*.md")}
            listed = memory.recall(statuses=["active", "archived"], limit=200)
            assert {hit.path for hit in listed.hits} == files
            for hit in listed.hits:
                assert memory.read(hit.path).text.encode() == (root / hit.path).read_bytes()


@settings(max_examples=10)
@given(st.lists(_STEP, min_size=3, max_size=10))
def test_the_followed_index_answers_as_a_fresh_one(steps: list[tuple[str, str, str]]) -> None:
    _check(steps)


@pytest.mark.slow
@settings(max_examples=300)
@given(st.lists(_STEP, min_size=3, max_size=25))
def test_the_followed_index_answers_as_a_fresh_one_for_long(steps: list[tuple[str, str, str]]) -> None:
    _check(steps)
