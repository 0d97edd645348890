"""Repositories that cannot be a vault, those that may be read but not written now, and vaults set up to do harm."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

import vault_mem
from tests.cli.conftest import Shell
from tests.e2e.acts import VERBS, make
from tests.e2e.refusals import (
    READING,
    opened,
    reads,
    refused,
    refused_by_shell,
    unchanged,
    works,
    writes_nothing,
)
from tests.vaults import git, write


def test_folders_and_repositories_that_are_no_vault(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("x")
    git(tmp_path, "init", "-q", "repository")
    for name in ("nowhere", "plain", "file", "repository"):
        refused(opened(tmp_path / name), "not-a-vault", name)
        refused_by_shell(shell, "not-a-vault", "recall", "x", "--vault", str(tmp_path / name))
        refused_by_shell(shell, "not-a-vault", "remember", "x", "--vault", str(tmp_path / name))
    refused_by_shell(shell, "not-a-vault", "init", str(tmp_path / "file"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "plain", "repository"]
    assert list((tmp_path / "plain").iterdir()) == []


def test_repositories_that_cannot_be_a_vault(tmp_path: Path, shell: Shell) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare")
    git(tmp_path, "init", "-q", "--object-format=sha256", "sha256")
    git(tmp_path, "init", "-q", "reftable")
    git(tmp_path / "reftable", "config", "core.repositoryFormatVersion", "1")
    git(tmp_path / "reftable", "config", "extensions.refStorage", "reftable")
    for name in ("bare", "sha256", "reftable"):
        before = sorted((tmp_path / name).rglob("*"))
        refused(opened(tmp_path / name), "unsupported-repository", name)
        refused(partial(vault_mem.initialise, tmp_path / name), "unsupported-repository", name)
        refused_by_shell(shell, "unsupported-repository", "recall", "x", "--vault", str(tmp_path / name))
        refused_by_shell(shell, "unsupported-repository", "init", str(tmp_path / name))
        assert sorted((tmp_path / name).rglob("*")) == before


def test_detached_head(tmp_path: Path, shell: Shell) -> None:
    root = make(tmp_path / "vault")
    git(root, "checkout", "-q", "--detach")
    reads(root)
    writes_nothing(root, shell, "detached-head", "git switch")
    git(root, "switch", "-q", "main")
    works(root)
    assert git(root, "status", "--porcelain") == "A  staged.md\n"


def diverged(root: Path) -> Path:
    """Make a vault whose branch `side` says something else about the rule."""
    make(root)
    git(root, "commit", "-qm", "staged")
    git(root, "switch", "-qc", "side")
    write(root, "notes/rule.md", "# Rule\n\nThe rule of the side.\n")
    git(root, "commit", "-qam", "side")
    git(root, "format-patch", "-1", "-o", str(root.parent))
    git(root, "switch", "-q", "main")
    write(root, "notes/rule.md", "# Rule\n\nThe rule of the main branch.\n")
    git(root, "commit", "-qam", "main")
    return root


OPERATIONS = {
    "merge": ("merge", "side"),
    "rebase": ("rebase", "side"),
    "am": ("am", "../0001-side.patch"),
    "cherry-pick": ("cherry-pick", "side"),
    "revert": ("revert", "--no-edit", "HEAD~1"),
    "bisect": ("bisect", "start"),
}


@pytest.mark.parametrize(("operation", "command"), OPERATIONS.items(), ids=OPERATIONS)
def test_an_operation_in_progress(tmp_path: Path, shell: Shell, operation: str, command: tuple[str, ...]) -> None:
    root = diverged(tmp_path / "vault")
    git(root, "config", "--remove-section", "merge.vault-mem")  # as in a clone that never synced: its notes conflict
    if operation == "revert":
        write(root, "notes/rule.md", "# Rule\n\nThe rule, again.\n")
        git(root, "commit", "-qam", "again")
    git(root, *command, check=False)
    with unchanged(root), vault_mem.open_memory(root) as memory:
        for name, verb in READING.items():
            if name not in {"read", "related", "log", "diff", "blame", "as-of"}:
                assert verb(memory) is not None, name
        assert memory.read("notes/rule.md").text
        assert memory.history("notes/rule.md").versions
        assert memory.status().operation == operation
        assert operation in str(memory.fsck().findings)
    end = "git bisect reset" if operation == "bisect" else f"git {operation} --abort"
    writes_nothing(root, shell, "operation-in-progress", operation, end)
    git(root, *end.split()[1:])
    works(root)
    assert git(root, "status", "--porcelain") == ""


def test_shallow_clone(tmp_path: Path, shell: Shell) -> None:
    deep = make(tmp_path / "deep")
    git(deep, "commit", "-qm", "staged")
    old = git(deep, "rev-parse", "HEAD~1").strip()
    git(tmp_path, "clone", "-q", "--depth=1", deep.as_uri(), "vault")
    root = tmp_path / "vault"
    reads(root)
    with vault_mem.open_memory(root) as memory:
        assert len(memory.history("Rule").versions) == 1
        for revision in (old, "HEAD~1", "2020-01-01"):
            refused(partial(memory.recall, "rule", at=revision), "unknown-revision", "cut off")
        refused_by_shell(shell, "unknown-revision", "read", "Rule", "--at", old, "--vault", str(root))
        for verb in VERBS.values():
            verb(memory)
        assert len(memory.history("Rule").versions) > 3
    works(root)


VAULTS = ("with space 决定 🚀", "--help", "a'b\"c", "$(touch x)`y`", "~tilde", "*glob?[x]", "x" * 200)


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows cannot hold")
def test_vaults_in_folders_with_any_name(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in VAULTS:
        assert shell("init", "--", name).code == 0, name
        assert shell("remember", "The rule.", "--title", "Rule", "--vault", name).code == 0, name
        assert shell("recall", "rule", "--vault", name, "--json").json["hits"], name
        assert shell("history", "Rule", "--view", "diff", "--vault", name).code == 0, name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(VAULTS)


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows cannot hold")
def test_folders_that_no_vault_can_be(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("zero\0byte", "surrogate\ud800", "line\nbreak"):
        refused(opened(name), "not-a-vault")
        refused(partial(vault_mem.initialise, name), "not-a-vault")
    refused_by_shell(shell, "not-a-vault", "init", "line\nbreak")
    for name in ("line\nbreak", "~nobody-of-this-name/vault"):
        refused_by_shell(shell, "not-a-vault", "status", "--vault", name)
    refused(opened("x" * 5_000), "not-a-vault")
    refused_by_shell(shell, "storage-failed", "init", "x" * 5_000)
    assert list(tmp_path.iterdir()) == []


CONFIGS = {
    "malformed": "format: [\n",
    "a list": "- a\n",
    "no number": "format: one\n",
    "infinite": "format: 1e400\n",
    "negative": "format: -1\n",
    "twice": "format: 1\nformat: 2\n",
    "aliases": "a: &a [x, x]\nb: [*a, *a]\nformat: 1\n",
    "a tag": "!!python/object/apply:os.system ['touch /tmp/sprung']\n",
    "deep": "[" * 5_000,
    "control": "\0",
    "huge": "x" * 70_000,
}


def test_configs_that_cannot_be_read(tmp_path: Path, shell: Shell) -> None:
    root = make(tmp_path / "vault")
    config = root / ".vault-mem" / "config.yaml"
    whole = config.read_bytes()
    for name, text in CONFIGS.items():
        config.write_text(text)
        with unchanged(root):
            refused(opened(root), "invalid-config", "config.yaml")
            refused_by_shell(shell, "invalid-config", "recall", "rule", "--vault", str(root))
            refused_by_shell(shell, "invalid-config", "init", str(root))
        assert not Path("/tmp/sprung").exists(), name
    config.unlink()
    config.mkdir()
    refused(opened(root), "invalid-config")
    config.rmdir()
    if sys.platform != "win32":
        config.symlink_to("/etc/passwd")
        refused(opened(root), "invalid-config")
        config.unlink()
        os.mkfifo(config)
        refused(opened(root), "invalid-config")
        config.unlink()
    refused(opened(root), "not-a-vault")
    config.write_bytes(whole)
    works(root)


def test_a_newer_format_is_read_only(tmp_path: Path, shell: Shell) -> None:
    root = make(tmp_path / "vault")
    config = root / ".vault-mem" / "config.yaml"
    whole = config.read_bytes()
    config.write_text("format: 99\n")
    reads(root)
    writes_nothing(root, shell, "read-only-vault", "format 99")
    config.write_bytes(whole)
    works(root)


def test_a_default_that_no_note_can_have_is_named(tmp_path: Path) -> None:
    root = make(tmp_path / "vault")
    write(root, ".vault-mem/config.yaml", "format: 1\ndefaults:\n  fact:\n    confidence: 9\n")
    with unchanged(root), vault_mem.open_memory(root) as memory:
        refused(lambda: memory.remember("x", type="fact"), "invalid-config", "config.yaml", "the defaults of fact")
    works(root)


def test_a_config_can_name_no_folder_elsewhere_and_no_command(tmp_path: Path, shell: Shell) -> None:
    root = make(tmp_path / "vault")
    folders = {"fact": "../../out", "plan": "/abs", "task": ".git/hooks", "event": ".obsidian", "gotcha": "projects/x"}
    lines = [f"  {category}: {folder}" for category, folder in folders.items()]
    harm = ["hooks: touch sprung", "embedder: /tmp/evil", "default: {note: {status: archived}}", "vault: /etc"]
    write(root, ".vault-mem/config.yaml", "\n".join(["format: 1", "folders:", *lines, *harm, ""]))
    with unchanged(root), vault_mem.open_memory(root) as memory:
        for category in folders:
            refused(partial(memory.remember, "x", type=category), "invalid-config", category)
    refused_by_shell(shell, "invalid-config", "remember", "x", "--type", "fact", "--vault", str(root))
    works(root)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]


@pytest.mark.parametrize(
    "line", ["*.md filter=lfs", "* filter=x", "[attr]odd filter=x\n*.md odd", "*.md working-tree-encoding=UTF-16"]
)
def test_attributes_that_change_bytes_at_init(tmp_path: Path, shell: Shell, line: str) -> None:
    git(tmp_path, "init", "-q", "vault")
    root = tmp_path / "vault"
    write(root, ".gitattributes", f"{line}\n")
    write(root, "rule.md", "# Rule\n")
    refused(lambda: vault_mem.initialise(root), "unsupported-repository", "git attribute")
    refused_by_shell(shell, "unsupported-repository", "init", str(root))
    assert git(root, "status", "--porcelain") == "?? .gitattributes\n?? rule.md\n"


def test_attributes_that_change_bytes_after_init_are_reported(tmp_path: Path) -> None:
    root = make(tmp_path / "vault")
    whole = (root / ".gitattributes").read_text()
    write(root, ".gitattributes", "*.md working-tree-encoding=UTF-16\n")
    with unchanged(root), vault_mem.open_memory(root) as memory:
        assert memory.recall("rule").hits
        (finding,) = [finding for finding in memory.fsck().findings if finding.code == "git-attributes"]
        assert "UTF-16" in finding.message
        refused(lambda: memory.remember("A new fact."), "unsupported-repository", "UTF-16")
    write(root, ".gitattributes", whole)
    works(root)
