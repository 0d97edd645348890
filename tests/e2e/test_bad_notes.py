"""Files that are no notes as vault-mem would write them: each is read as far as it can be, and none is harmed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import vault_mem
from tests.cli.conftest import Shell
from tests.e2e.acts import make
from tests.e2e.refusals import READING, reads, refused, refused_by_shell, unchanged, works
from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.vault.vault import Vault

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names and links that Windows cannot hold")

UNREADABLE = {
    "binary.md": bytes(range(256)) * 200,
    "nul.md": b"# Nul\n\n\0 the rule\n",
    "latin.md": "# Caf\xe9\n\nThe rule of the caf\xe9.\n".encode("latin-1"),
    "utf16.md": "# Sixteen\n\nThe rule.\n".encode("utf-16"),
    "cut.md": "# Cut\n\nA rule whose last letter was cut in the middle: €".encode()[:-1],
}
NAMES = (
    'it\'s "quoted"',
    "line\nbreak",
    "-rf",
    "--output=x",
    "🚀 emoji",
    "x" * 240,
    "é" * 120,
    "$(touch x); `y` | z & w",
    "tab\there",
    "[brackets]",
    "back\\slash",
    "café",
    "cafe\u0301",
    "100%",
    "#hash",
    "^caret|pipe",
    "con",
    "a:b",
    "dot.",
    "space ",
    "\u202eevil",
    "\x1b[31mred",
)
# No link can be written to these: a WikiLink has no way to quote them.
UNLINKABLE = ("line\nbreak", "[brackets]", "#hash", "^caret|pipe", "$(touch x); `y` | z & w", "\x1b[31mred", "space ")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault with a rule, another note that is no rule, and one that is forgotten."""
    return make(tmp_path / "vault")


@pytest.fixture
def memory(root: Path) -> Iterator[Memory]:
    """The vault, open."""
    with vault_mem.open_memory(root) as opened:
        yield opened


def paths(memory: Memory, query: str) -> list[str]:
    return [hit.path for hit in memory.recall(query, limit=100).hits]


def look_at(memory: Memory, path: str) -> None:
    """Look at a committed note with every verb that takes one."""
    assert memory.read(path).path == path
    assert memory.related(path).path == path
    assert memory.history(path).versions
    assert memory.history(path, view="diff").path == path
    assert memory.history(path, view="as-of", at="HEAD").path == path


def test_a_note_of_fifty_megabytes_is_indexed_for_its_beginning(memory: Memory, root: Path, shell: Shell) -> None:
    line = b"Filler that goes on and on and on.\n"
    (root / "huge.md").write_bytes(b"# Huge\n\nThe elephant stands first.\n\n" + line * (50_000_000 // len(line)))
    assert "huge.md" in paths(memory, "elephant stands first")
    assert memory.read("Huge").problems == ("line 1: only the first 1 MiB are read",)
    assert [finding.code for finding in memory.check().findings if finding.path == "huge.md"] == ["too-large"]
    for name, verb in READING.items():
        assert verb(memory) is not None, name
    assert (
        shell("read", "Huge", "--section", "L1-L3", "--vault", str(root)).out
        == "# Huge\n\nThe elephant stands first.\n"
    )
    works(root)


def test_one_line_without_an_end_is_read(memory: Memory, root: Path) -> None:
    (root / "line.md").write_bytes(b"# Line\n\n" + b"elephant" * 500_000)
    (root / "deep.md").write_bytes(b"# Deep elephant\n\n" + b"> " * 200_000 + b"[[" * 200_000)
    assert {"line.md", "deep.md"} <= {hit.path for hit in memory.recall(path="*.md").hits}
    assert paths(memory, "deep elephant")[0] == "deep.md"


@pytest.mark.parametrize("is_committed", [False, True], ids=["untracked", "committed"])
def test_files_that_are_no_text(root: Path, shell: Shell, *, is_committed: bool) -> None:
    for name, content in UNREADABLE.items():
        (root / name).write_bytes(content)
    if is_committed:
        git(root, "add", "--", *UNREADABLE)
        git(root, "commit", "-qm", "by hand")
    reads(root)
    with unchanged(root), vault_mem.open_memory(root) as memory:
        assert {"latin.md", "cut.md"} <= set(paths(memory, "the rule"))
        assert {finding.path for finding in memory.check().findings} >= UNREADABLE.keys()
        for name in UNREADABLE:
            assert memory.read(name).problems
            assert memory.related(name).path == name
            refused(partial(memory.revise, name, "The new text."), "invalid-note", name)
            refused(partial(memory.revise, name, set={"confidence": 0.5}), "invalid-note", name)
            refused(partial(memory.related, name, add={"references": ["Rule"]}), "invalid-note", name)
            refused(partial(memory.revise, "Rule", "Text.", supersedes=[name]), "invalid-note", name)
            refused(partial(memory.forget, name), "invalid-note", name)
        refused_by_shell(shell, "invalid-note", "forget", "latin.md", "--vault", str(root))
        assert shell("read", "binary.md", "--vault", str(root)).code == 0
    works(root)


def test_notes_with_names_that_nobody_expects(memory: Memory, root: Path, shell: Shell) -> None:
    for number, name in enumerate(NAMES):
        write(root, f"{name}.md", f"# Title {number}\n\nThe expected text {number}.\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "by hand")
    assert {f"{name}.md" for name in NAMES} <= set(paths(memory, "the expected text"))
    for name in NAMES:
        path = f"{name}.md"
        look_at(memory, path)
        assert memory.history(path, view="blame").blame
        assert memory.revise(path, set={"confidence": 0.5}).path == path
        if name in UNLINKABLE:
            refused(partial(memory.related, "Rule", add={"references": [path]}), "invalid-note")
        else:
            assert path in [relation.path for relation in memory.related("Rule", add={"references": [path]}).relations]
    outcome = shell("recall", "expected text", "--limit", "100", "--vault", str(root))
    assert outcome.code == 0
    assert not set("\x1b\u202e") & set(outcome.out + outcome.err)
    assert git(root, "status", "--porcelain") == ""
    works(root)


def test_titles_become_names_that_every_system_can_hold(memory: Memory, root: Path) -> None:
    titles = (*NAMES, "../../x", "/etc/passwd", "..", ".git", "NUL", "a" * 5_000, "\u200b", "?*<>")
    written = {memory.remember(f"Text {number}.", title=title).note.path for number, title in enumerate(titles)}
    assert len(written) == len(titles)
    assert all(path.startswith("notes/") and len(path) < 100 and path.isprintable() for path in written)
    assert not (root / "x").exists()


def test_a_note_deleted_between_listing_and_reading(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = Vault.current
    victim = root / "victim.md"

    def list_and_delete(vault: Vault) -> object:
        snapshot = current(vault)
        victim.unlink(missing_ok=True)
        return snapshot

    for name in ("recall", "list", "context", "check", "status"):
        victim.write_text("# Victim\n\nThe rule that is deleted while it is read.\n")
        with vault_mem.open_memory(root) as memory, monkeypatch.context() as context:
            context.setattr(Vault, "current", list_and_delete)
            assert READING[name](memory) is not None
    victim.write_text("# Victim\n\nAnother text.\n")
    with vault_mem.open_memory(root) as memory, monkeypatch.context() as context:
        assert memory.recall("victim").hits
        context.setattr(Vault, "current", list_and_delete)
        refused(lambda: memory.read("victim.md"), "vault-busy", "changed while it was being read")
        refused(lambda: memory.read("victim.md"), "note-not-found")
    works(root)


@pytest.mark.parametrize("is_committed", [False, True], ids=["untracked", "committed"])
def test_links_of_the_file_system_are_not_followed(root: Path, tmp_path: Path, *, is_committed: bool) -> None:
    outside = tmp_path / "outside"
    write(outside, "secret.md", "# Secret\n\nThe secret rule.\n")
    write(outside, "folder/deep.md", "# Deep\n\nThe deep secret rule.\n")
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "facts").symlink_to(outside / "folder")
    (root / "inner.md").symlink_to(root / "notes" / "rule.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / "endless.md").symlink_to("/dev/zero")
    if is_committed:
        git(root, "add", "-A")
        git(root, "commit", "-qm", "links")
    os.mkfifo(root / "fifo.md")
    (root / "folder.md").mkdir()
    reads(root)
    with unchanged(outside.parent / "vault"), vault_mem.open_memory(root) as memory:
        assert not set(paths(memory, "secret rule deep")) & {"link.md", "facts/deep.md", "inner.md"}
        for name in ("link.md", "facts/deep.md", "inner.md", "loop.md", "endless.md", "fifo.md", "folder.md"):
            refused(partial(memory.read, name), "note-not-found")
            refused(partial(memory.revise, name, "overwritten"), "note-not-found")
        refused(lambda: memory.remember("into the link", type="fact"), "unsafe-path", "link")
    with vault_mem.open_memory(root) as memory:
        assert memory.remember("beside the link", title="link").note.path == "notes/link.md"
    assert sorted(path.name for path in outside.rglob("*.md")) == ["deep.md", "secret.md"]
    assert (outside / "secret.md").read_text() == "# Secret\n\nThe secret rule.\n"
    works(root)


def test_a_folder_that_became_a_link_is_not_written_through(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(root / "notes", outside)
    (root / "notes").symlink_to(outside)
    before = sorted(outside.iterdir())
    with unchanged(root), vault_mem.open_memory(root) as memory:
        assert not [path for path in paths(memory, "rule") if path.startswith("notes/")]
        refused(lambda: memory.remember("through the link"), "unsafe-path", "link")
        refused(lambda: memory.revise("notes/rule.md", "through the link"), "note-not-found")
    assert sorted(outside.iterdir()) == before
    (root / "notes").unlink()
    shutil.move(outside, root / "notes")
    works(root)
