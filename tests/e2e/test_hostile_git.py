"""Git that is missing, old, oddly configured or set up to run a program: none of it decides what a verb does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vault_mem
from tests.e2e.acts import VERBS, make
from tests.e2e.refusals import READING, picture, refused, works
from tests.vaults import git, write
from vault_mem.config import process_environment

SOURCE = Path(__file__).parents[2]

# Every setting of git 2.39 to 2.50 that names a program. Source: git-config(1).
PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.vault-mem.driver",
    "merge.evil.driver",
    "pager.status",
    "pager.log",
    "pager.diff",
    "pager.blame",
    "pager.fsck",
    "pager.config",
    "pager.rev-parse",
    "pager.show-ref",
    "sequence.editor",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "interactive.diffFilter",
    "trailer.x.command",
    "trailer.x.cmd",
)
ALIASES = ("status", "log", "cat-file", "update-index", "update-ref", "rev-parse", "diff")
HOOKS = (
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "update",
    "post-update",
    "reference-transaction",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "post-index-change",
)
# Settings that change what the commands print or do, as a person may have them.
HABITS = {
    "commit.gpgSign": "true",
    "log.showSignature": "true",
    "gc.auto": "1",
    "maintenance.auto": "true",
    "core.untrackedCache": "true",
    "core.splitIndex": "true",
    "core.quotePath": "true",
    "core.autocrlf": "true",
    "core.eol": "crlf",
    "core.fileMode": "false",
    "core.abbrev": "4",
    "core.ignoreCase": "true",
    "core.logAllRefUpdates": "false",
    "core.commentChar": "x",
    "index.version": "4",
    "feature.manyFiles": "true",
    "submodule.recurse": "true",
    "diff.submodule": "log",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.renames": "copies",
    "diff.context": "0",
    "diff.orderFile": "/nonexistent",
    "diff.colorMoved": "zebra",
    "color.ui": "always",
    "log.date": "relative",
    "log.showRoot": "false",
    "log.follow": "true",
    "log.decorate": "full",
    "format.pretty": "oneline",
    "status.showUntrackedFiles": "no",
    "status.relativePaths": "true",
    "status.renames": "copies",
    "blame.markIgnoredLines": "true",
    "blame.showEmail": "true",
    "i18n.commitEncoding": "ISO-8859-1",
    "i18n.logOutputEncoding": "UTF-16",
}


def trap(folder: Path) -> tuple[Path, Path]:
    """Make a program that leaves a mark when it is started; return it and the mark."""
    program, mark = folder / "evil program", folder / "sprung"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{mark}"\ncat\n')
    program.chmod(0o755)
    return program, mark


def use_everything(root: Path) -> None:
    """Write and read with every verb, over hand edits of every kind."""
    with vault_mem.open_memory(root) as memory:
        for name, verb in VERBS.items():
            assert verb(memory) is not None, name
        write(root, "notes/rule.md", "# Rule\n\nThe rule, edited by hand.\n")
        write(root, "notes/hand.md", "# Hand\n\nThe rule, written by hand.\n")
        for name, verb in READING.items():
            assert verb(memory) is not None, name
        assert memory.revise("Hand", "The rule, revised.").action == "revised"
        assert memory.history("Rule", view="blame").blame
        difference = memory.history("Hand", view="diff").difference
        assert difference is not None
        assert "+The rule, revised." in difference.patch
    vault_mem.initialise(root)


@pytest.mark.skipif(sys.platform == "win32", reason="the trap is a shell script")
def test_no_program_of_the_repositorys_config_is_started(tmp_path: Path) -> None:
    program, mark = trap(tmp_path)
    root = make(tmp_path / "vault")
    for key in PROGRAMS:
        git(root, "config", key, f"'{program}'")
    for key in ALIASES:
        git(root, "config", f"alias.{key}", f"!'{program}'")
    for folder in (tmp_path / "hooks", root / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in HOOKS:
            shutil.copy(program, folder / name)
    git(root, "config", "core.hooksPath", str(tmp_path / "hooks"))
    write(root, ".git/info/attributes", "*.md diff=evil merge=evil\n*.txt filter=evil diff=evil\n")
    write(root, "data.txt", "Not ours.\n")
    use_everything(root)
    assert not mark.exists(), mark.read_text()


FILTERS = {
    "a plain name": ("evil", ".git/config"),
    "an equals sign": ("e=vil", ".git/config"),
    "a dot": ("e.vil", ".git/config"),
    "another encoding": ("ev\udcffil", ".git/config"),
    "an included file": ("evil", ".git/included"),
    "the work tree's config": ("evil", ".git/config.worktree"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="the trap is a shell script")
@pytest.mark.parametrize(("driver", "place"), FILTERS.values(), ids=FILTERS)
def test_no_filter_is_started_however_it_is_defined(tmp_path: Path, driver: str, place: str) -> None:
    program, mark = trap(tmp_path)
    root = make(tmp_path / "vault")
    write(root, "data.txt", "As it was.\n")
    git(root, "add", "data.txt")
    if place == ".git/included":
        git(root, "config", "include.path", "included")
    if place == ".git/config.worktree":
        git(root, "config", "extensions.worktreeConfig", "true")
    lines = [f'[filter "{driver}"]', *(f"\t{key} = \"'{program}'\"" for key in ("clean", "smudge", "process"))]
    with (root / place).open("a", encoding="utf-8", errors="surrogateescape") as config:
        config.write("\n".join([*lines, "\trequired = true", ""]))
    attributes = root / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_bytes(f"*.txt filter={driver}\n".encode("utf-8", "surrogateescape"))
    write(root, "data.txt", "Changed since, so that git looks at it.\n")
    with vault_mem.open_memory(root) as memory:
        for name, verb in (VERBS | READING).items():
            assert verb(memory) is not None, name
        attributes.write_bytes(f"* filter={driver}\n".encode("utf-8", "surrogateescape"))
        write(root, "notes/rule.md", "# Rule\n\nThe rule, edited by hand.\n")
        assert memory.read("Rule").dirty
        refused(lambda: memory.revise("Rule", "The rule, revised."), "unsupported-repository", "filter")
    refused(lambda: vault_mem.initialise(root), "unsupported-repository", "filter")
    assert not mark.exists(), mark.read_text()


def test_a_repository_with_more_filters_than_anybody_has_is_refused(tmp_path: Path) -> None:
    root = make(tmp_path / "vault")
    with (root / ".git" / "config").open("a") as config:
        config.writelines(f'[filter "f{number}"]\n\tclean = cat\n' for number in range(10_000))
    refused(lambda: vault_mem.open_memory(root), "unsupported-repository", "10000 filters")


def test_a_persons_habits_change_nothing(tmp_path: Path, isolated: Path) -> None:
    root = make(tmp_path / "vault")
    with (isolated / "gitconfig").open("a") as config:
        for key, value in HABITS.items():
            section, name = key.split(".")
            config.write(f"[{section}]\n\t{name} = {value}\n")
    use_everything(root)
    works(root)


def test_a_blame_list_that_is_not_here_changes_nothing(tmp_path: Path) -> None:
    """Many people name a file of their code's repository in their own config."""
    root = make(tmp_path / "vault")
    with vault_mem.open_memory(root) as memory:
        blamed = memory.history("Rule", view="blame").blame
        git(root, "config", "--global", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
        git(root, "config", "blame.ignoreRevsFile", "nor-is-this")
        assert memory.history("Rule", view="blame").blame == blamed != ()


ELSEWHERE = {
    "GIT_DIR": "{other}/.git",
    "GIT_COMMON_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{other}/.git/objects",
    "GIT_NAMESPACE": "other",
    "GIT_PREFIX": "notes/",
    "GIT_SHALLOW_FILE": "/nonexistent",
    "GIT_GRAFT_FILE": "/nonexistent",
    "GIT_EXTERNAL_DIFF": "{program}",
    "GIT_PAGER": "{program}",
    "PAGER": "{program}",
    "GIT_EDITOR": "{program}",
    "GIT_SSH_COMMAND": "{program}",
    "GIT_ASKPASS": "{program}",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "{program}",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_GLOB_PATHSPECS": "1",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_INDEX_VERSION": "4",
    "GIT_TRACE": "1",
}


@pytest.mark.skipif(sys.platform == "win32", reason="the trap is a shell script")
def test_what_the_environment_says_of_git_points_nowhere_else(tmp_path: Path) -> None:
    program, mark = trap(tmp_path)
    root, other = make(tmp_path / "vault"), make(tmp_path / "other")
    before = picture(other)
    variables = {key: value.format(other=other, program=f"'{program}'") for key, value in ELSEWHERE.items()}
    for chosen in ({"GIT_DIR": variables["GIT_DIR"]}, {"GIT_INDEX_FILE": variables["GIT_INDEX_FILE"]}, variables):
        text = f"Written with {' and '.join(chosen)} set."
        wrote = run("remember", text, "--vault", str(root), **chosen)
        assert wrote.returncode == 0, wrote.stderr
        assert text[:-1] in git(root, "log", "-1", "--format=", "-p")
    assert run("history", "Rule", "--view", "blame", "--vault", str(root), **variables).returncode == 0
    assert run("init", str(tmp_path / "new"), **variables).returncode == 0
    assert git(tmp_path / "new", "rev-parse", "--show-object-format").strip() == "sha1"
    assert picture(other) == before
    assert not mark.exists()
    works(root)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with further variables."""
    environment = process_environment() | {"PYTHONPATH": str(SOURCE)} | variables
    command = [sys.executable, "-m", "vault_mem", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="the old git is a shell script")
def test_git_that_is_missing_or_too_old(tmp_path: Path) -> None:
    root = make(tmp_path / "vault")
    before = picture(root)
    empty, old = tmp_path / "empty", tmp_path / "old"
    empty.mkdir()
    old.mkdir()
    (old / "git").write_text("#!/bin/sh\necho git version 2.20.1\n")
    (old / "git").chmod(0o755)
    for folder, words in ((empty, "git was not found"), (old, "git 2.20 is too old")):
        vault = ("--vault", str(root))
        for command in (("recall", "rule", *vault), ("remember", "A fact.", *vault), ("init", str(tmp_path / "new"))):
            ended = run(*command, PATH=str(folder))
            assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
            assert ended.stderr.startswith(f"error: {words}\nhint: Install git 2.34 or later"), ended.stderr
    assert picture(root) == before
    assert not (tmp_path / "new").exists()
    works(root)


@pytest.mark.skipif(sys.platform == "win32", reason="there is always a name and an address on Windows")
def test_no_identity(tmp_path: Path, isolated: Path) -> None:
    root = make(tmp_path / "vault")
    (isolated / "gitconfig").write_text("")
    with vault_mem.open_memory(root) as memory:
        assert memory.remember("Nobody wrote this.").commit
        assert any("git config --global user.name" in notice for notice in memory.status().notice)
        assert memory.recall("nobody wrote this").hits[0].author
    name, address = git(root, "log", "-1", "--format=%an %ae").split()
    assert address.startswith(f"{name}@")
    ended = run("init", str(tmp_path / "new"))
    assert (ended.returncode, "git config --global user.name" in ended.stdout + ended.stderr) == (0, True)
    assert os.environ["GIT_CONFIG_GLOBAL"] == str(isolated / "gitconfig")
    works(root)
