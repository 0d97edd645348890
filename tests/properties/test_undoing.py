"""Taking back: the last act gives the bytes before it, one in the middle changes no line that it did not touch."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_mem
from tests.vaults import git
from vault_mem.memory.undo.inverse import taken_back
from vault_mem.notes.document import parse
from vault_mem.notes.frontmatter import read
from vault_mem.notes.model import NotePath

WORDS = st.sampled_from(["a", "b", "c", "- d", "# e", "é", "<<<<<<< x", "---", ""])
PATHS = ("a.md", "b.md", "deep/c.md", "deep/d.md")
IDS = tuple(f"01K9ZQ3T8M5N2V7C4X6B1D0F9{letter}" for letter in "ABCD")
PROPERTIES = st.dictionaries(
    st.sampled_from(["tags", "status", "confidence", "mine"]),
    st.sampled_from(["active", "0.5", '"[[a]]"', "[a, b]", "[b]", "[c, a]", "\n  - a\n  - c", "|\n  text"]),
    max_size=3,
)


@st.composite
def notes(draw: st.DrawFn, identity: str | None = IDS[0]) -> bytes:
    """A note with or without frontmatter, in the line ends and with the marks that editors leave."""
    properties = draw(PROPERTIES) | ({"id": identity} if identity else {})
    block = "".join(f"{key}: {value}\n" for key, value in properties.items())
    lines = draw(st.lists(WORDS, max_size=6))
    text = (f"---\n{block}---\n" if block else "") + "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    text = draw(st.sampled_from(["", "\ufeff"])) + text
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"]))).encode()


def lines_of(data: bytes) -> set[bytes]:
    return {line.rstrip(b"\r\n") for line in data[read(data).body_start :].split(b"\n")}


@given(notes(), notes())
def test_an_act_that_nothing_followed_is_taken_back_to_the_byte(old: bytes, new: bytes) -> None:
    assert taken_back(NotePath("n.md"), old=old, new=new, now=new) == old
    assert taken_back(NotePath("n.md"), old=old, new=new, now=old) == old
    assert taken_back(NotePath("n.md"), old=old, new=old, now=new) == new


@settings(max_examples=300)
@given(notes(), notes(), notes())
def test_a_change_in_the_middle_takes_only_its_own_back(old: bytes, new: bytes, now: bytes) -> None:
    result = taken_back(NotePath("n.md"), old=old, new=new, now=now)
    if result is None:
        return
    before, after, present, then = (read(data) for data in (old, new, now, result))
    assert then.problem is None
    for key in {**before.properties, **after.properties, **present.properties, **then.properties}:
        kept = before.properties.get(key) == after.properties.get(key)
        if kept:
            assert then.properties.get(key) == present.properties.get(key), key
        elif present.properties.get(key) == after.properties.get(key):
            assert then.properties.get(key) == before.properties.get(key), key
    assert lines_of(result) <= lines_of(old) | lines_of(now)
    assert lines_of(result) >= lines_of(now) - lines_of(new)


Acts = list[tuple[str, int, int, bytes]]
ACTS = st.lists(
    st.tuples(st.sampled_from(["write", "write", "delete", "move"]), st.integers(0, 3), st.integers(0, 3), notes(None)),
    min_size=1,
    max_size=4,
)


def act(root: Path, kind: str, one: int, other: int, content: bytes) -> None:
    """Change notes as a person does: each file starts with an id of its own, which moves with it."""
    source, target = root / PATHS[one], root / PATHS[other]
    if kind == "delete":
        source.unlink(missing_ok=True)
    elif kind == "move" and source.exists() and not target.exists():
        target.parent.mkdir(exist_ok=True)
        source.replace(target)
    elif kind == "write":
        source.parent.mkdir(exist_ok=True)
        identity = parse(source.read_bytes()).metadata.id if source.exists() else IDS[one]
        source.write_bytes(f"---\nid: {identity}\n---\n".encode() + content)


def files(root: Path) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in PATHS if (root / path).exists()}


def committed(root: Path, session: str) -> bool:
    git(root, "add", "-A")
    is_changed = bool(git(root, "status", "--porcelain"))
    if is_changed:
        git(root, "commit", "-qm", f"act\n\nMemory-Op: revise\nMemory-Session: {session}")
    return is_changed


def check(root: Path, before: Acts, theirs: Acts) -> None:
    """Do what one session does, then another, and take back the last act, that again, and the other session."""
    vault_mem.initialise(root)
    for step in before:
        act(root, *step)
    committed(root, "mine")
    states = [files(root)]
    for step in theirs:
        act(root, *step)
        if committed(root, "theirs"):
            states.append(files(root))
    if len(states) == 1:
        return
    with vault_mem.open_memory(root) as memory:
        last = memory.revert("HEAD", yes=True)
        assert files(root) == states[-2]
        assert last.commit
        memory.revert(last.commit, yes=True)
        assert files(root) == states[-1]
        memory.rollback("HEAD~1", yes=True)
        assert files(root) == states[-2]
        memory.rollback("HEAD~1", yes=True)
        memory.revert("theirs", yes=True, with_dependents=True)
        assert files(root) == states[0]
        assert git(root, "status", "--porcelain") == ""


@settings(max_examples=8)
@given(before=ACTS, theirs=ACTS)
def test_acts_and_sessions_are_taken_back_and_again(
    before: Acts, theirs: Acts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(tmp_path_factory.mktemp("v") / "vault", before, theirs)


@pytest.mark.slow
@settings(max_examples=100)
@given(before=ACTS, theirs=ACTS)
def test_many_acts_and_sessions_are_taken_back_and_again(
    before: Acts, theirs: Acts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(tmp_path_factory.mktemp("v") / "vault", before, theirs)
