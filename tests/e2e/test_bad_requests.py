"""What is asked for cannot be: it is refused by name, with the next step, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

import pytest

import vault_mem
from tests.cli.conftest import Shell
from tests.e2e.acts import VERBS, Verb, make
from tests.e2e.refusals import READING, refused, refused_by_shell, unchanged, works
from tests.vaults import git
from vault_mem import Memory
from vault_mem.errors import VaultMemError

HUGE = "A hundred kilobytes. " * 5_000
SURROGATE = "a\ud800b"
REFERENCES = (
    "nothing like it",
    "",
    "   ",
    HUGE,
    SURROGATE,
    "\0",
    "notes/rule.md\nnotes/other.md",
    "--output=/tmp/x",
    "../../etc/passwd",
    "/etc/passwd",
    ".git/config",
    ".vault-mem/config.yaml",
    "notes",
    "*",
    "[[]]",
)
REVISIONS = (
    SURROGATE,
    "\0",
    "--all",
    "-rf",
    "HEAD@{0}",
    "HEAD~999",
    "HEAD:notes/rule.md",
    ":/init",
    "^HEAD",
    "..",
    HUGE,
)
FIELDS: tuple[dict[str, object], ...] = (
    {"text": SURROGATE},
    {"text": "zero \0 byte"},
    {"text": ""},
    {"title": SURROGATE},
    {"title": "zero \0 byte"},
    {"title": 5},
    {"title": ["x"]},
    {"type": "gossip"},
    {"type": 5},
    {"key": "../escape"},
    {"key": "A B"},
    {"category": "a/b"},
    {"namespace": "../x"},
    {"namespace": 5},
    {"tags": 5},
    {"tags": [SURROGATE]},
    {"tags": [{}]},
    {"links": 5},
    {"links": ["Rule"]},
    {"links": {"references": 5}},
    {"links": {"../x": ["Rule"]}},
    {"importance": 7},
    {"importance": float("nan")},
    {"confidence": "much"},
    {"valid_from": "2026-99-99"},
    {"expires": SURROGATE},
    {"source": SURROGATE},
    {"hook": "rm -rf /"},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault with a rule, another note that is no rule, and one that is forgotten."""
    return make(tmp_path / "vault")


@pytest.fixture
def memory(root: Path) -> Iterator[Memory]:
    """The vault, open."""
    with vault_mem.open_memory(root) as opened:
        yield opened


def test_an_unknown_note(memory: Memory, root: Path) -> None:
    asking: tuple[Callable[[str], object], ...] = (
        memory.read,
        memory.related,
        lambda name: memory.related("Rule", add={"references": [name]}),
        memory.history,
        lambda name: memory.history(name, view="blame"),
        lambda name: memory.revise(name, "text"),
        lambda name: memory.revise("Rule", "text", supersedes=[name]),
        memory.forget,
        memory.restore,
    )
    with unchanged(root):
        for name, verb in product(REFERENCES, asking):
            assert len(str(refused(partial(verb, name), "note-not-found"))) < 1_000


def test_an_unknown_note_in_the_shell(shell: Shell, root: Path) -> None:
    with unchanged(root):
        for command in ("read", "related", "history", "forget", "restore"):
            refused_by_shell(shell, "note-not-found", command, "nothing like it", "--vault", str(root))
        refused_by_shell(shell, "note-not-found", "revise", "nothing like it", "text", "--vault", str(root))


def test_an_empty_query_without_a_filter(memory: Memory, root: Path, shell: Shell) -> None:
    for query in ("", "  \n\t"):
        refused(partial(memory.recall, query), "invalid-query")
    refused_by_shell(shell, "invalid-query", "recall", "--vault", str(root))
    assert memory.recall("", types=["note"]).hits


def test_a_query_of_a_hundred_kilobytes(memory: Memory, root: Path, shell: Shell) -> None:
    refused(lambda: memory.recall(HUGE), "invalid-query", "105,000")
    refused(lambda: memory.context(HUGE), "invalid-query")
    refused(lambda: memory.context("task", files=[HUGE]), "invalid-query")
    refused_by_shell(shell, "invalid-query", "recall", HUGE, "--vault", str(root))
    refused_by_shell(shell, "invalid-query", "context", HUGE, "--vault", str(root))
    assert memory.recall("rule " * 2_000).hits


def test_a_note_of_fifty_megabytes(memory: Memory, root: Path, shell: Shell) -> None:
    text = "x" * 50_000_000
    with unchanged(root):
        refused(lambda: memory.remember(text), "invalid-note", "50,000,000 bytes")
        refused(lambda: memory.revise("Rule", text), "invalid-note", "50,000,000 bytes")
        refused(lambda: memory.remember(notes=[{"text": "small"}, {"text": text}]), "invalid-note")
        refused_by_shell(shell, "invalid-note", "remember", "-", "--vault", str(root), stdin=text.encode())
    works(root)


def test_a_field_that_no_note_can_have(memory: Memory, root: Path) -> None:
    with unchanged(root):
        for fields in FIELDS:
            refused(partial(memory.remember, notes=[{"text": "good"}, {"text": "bad", **fields}]), "invalid-note")


def test_a_batch_line_of_the_wrong_shape_is_no_bug_in_the_shell(shell: Shell, root: Path) -> None:
    lines: tuple[object, ...] = ({"text": "x", "tags": 5}, {"text": "x", "links": []}, {"text": 5}, [])
    for line in lines:
        content = json.dumps(line).encode()
        refused_by_shell(shell, "invalid-note", "remember", "--notes", "-", "--vault", str(root), stdin=content)


def test_a_revision_that_names_nothing(memory: Memory) -> None:
    asking: tuple[Callable[[str], object], ...] = (
        lambda revision: memory.recall("rule", at=revision),
        lambda revision: memory.read("Rule", at=revision),
        lambda revision: memory.history("Rule", view="diff", since=revision),
        lambda revision: memory.history("Rule", at=revision),
    )
    for revision, verb in product(REVISIONS, asking):
        assert len(str(refused(partial(verb, revision), "unknown-revision"))) < 1_000


def test_a_version_that_is_none(memory: Memory, root: Path) -> None:
    """Nor does one with a line break shift what git's persistent reader answers to the next question."""
    with unchanged(root):
        for version in ("HEAD", SURROGATE, "x\nHEAD\ny", "--batch", HUGE):
            refused(partial(memory.revise, "Rule", "text", version=version), "invalid-note")
            refused(partial(memory.forget, "Rule", version=version), "invalid-note")
        refused(lambda: memory.revise("Rule", "text", version="0" * 40), "write-conflict", "changed since version")
    for name in ("rule", "other", "old"):
        assert name in memory.read(name).text.casefold()


def test_a_lone_surrogate_is_never_a_bug(memory: Memory) -> None:
    """Whatever a verb does about it, it does on purpose."""
    asking: tuple[Verb, ...] = (
        lambda memory: memory.recall(SURROGATE),
        lambda memory: memory.recall("rule", path=SURROGATE, namespace=SURROGATE),
        lambda memory: memory.recall("rule", tags=[SURROGATE], authors=[SURROGATE]),
        lambda memory: memory.recall("rule", since=SURROGATE),
        lambda memory: memory.context(SURROGATE),
        lambda memory: memory.context("task", files=[SURROGATE], namespace=SURROGATE),
        lambda memory: memory.read("Rule", section=SURROGATE),
        lambda memory: memory.remember("new", reason=SURROGATE, session=SURROGATE),
        lambda memory: memory.remember("newer", agent=SURROGATE),
        lambda memory: memory.revise("Rule", set={SURROGATE: "x"}),
        lambda memory: memory.revise("Rule", set={"aliases": [SURROGATE]}),
        lambda memory: memory.related("Rule", add={SURROGATE: ["Other"]}),
        lambda memory: memory.forget("Rule", reason=SURROGATE),
    )
    for verb in asking:
        with suppress(VaultMemError):
            verb(memory)
    assert memory.fsck().is_ok


def test_without_a_commit_reading_and_writing_work(tmp_path: Path) -> None:
    root = tmp_path / "new"
    git(tmp_path, "init", "-q", "new")
    (root / ".vault-mem").mkdir()
    (root / ".vault-mem" / "config.yaml").write_text("format: 1\n")
    with vault_mem.open_memory(root) as memory:
        for name in ("recall", "list", "context", "status", "check", "fsck"):
            assert READING[name](memory) is not None
        refused(lambda: memory.recall("rule", at="HEAD"), "unknown-revision")
        refused(lambda: memory.recall("rule", at="2026-01-01"), "unknown-revision", "no commits yet")
        refused(lambda: memory.history("Rule"), "note-not-found")
        written = memory.remember("The first fact.", title="Rule")
        assert git(root, "rev-parse", "HEAD").strip() == written.commit
        assert memory.recall("first fact").hits[0].path == "notes/rule.md"
        for verb in (VERBS["revise"], VERBS["forget"]):
            verb(memory)
