"""A vault that is watched knows, after whatever happens, what one knows that asks git about everything."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vaults import git, make_vault, open_vault, remember
from vault_mem.errors import VaultMemError
from vault_mem.vault.vault import Vault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems are not watched")

FILES = ("a.md", "B.md", "b.md", "d/x.md", "d/e/y.md", "new/z.md", "skip.md", "d/skip.md", ".hidden/h.md", "pic.txt")
FOLDERS = ("d", "d/e", "new", "other")
Step = Callable[[Vault], object]


def in_folder(act: Callable[[Path], object]) -> Step:
    """Do something with files, and let it fail as it may."""

    def step(vault: Vault) -> None:
        with suppress(OSError):
            act(vault.root)

    return step


def with_git(*arguments: str) -> Step:
    return lambda vault: git(vault.root, *arguments, check=False)


def saved(path: str, text: str) -> Step:
    def act(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return in_folder(act)


def linked(path: str) -> Step:
    def act(root: Path) -> None:
        (root / path).unlink(missing_ok=True)
        (root / path).symlink_to("a.md")

    return in_folder(act)


def remembered(path: str, text: str, *, elsewhere: bool) -> Step:
    def step(vault: Vault) -> None:
        with suppress(VaultMemError):
            if not elsewhere:
                remember(vault, path, text)
                return
            with open_vault(vault.root) as other:
                remember(other, path, text)

    return step


def ours(path: str) -> Step:
    """Write as two of our acts in one, so that the second one builds on the first."""

    def step(vault: Vault) -> None:
        with suppress(VaultMemError):
            remember(vault, path, "first\n")
            remember(vault, path, "second\n")

    return step


files = st.sampled_from(FILES)
folders = st.sampled_from(FOLDERS)
texts = st.sampled_from(("1", "2", "three\n"))
rules = st.sampled_from(("skip.md\n", "d/\n", "*.md\n!a.md\n", ""))
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(saved, files, texts),
    st.builds(saved, st.sampled_from((".gitignore", "d/.gitignore")), rules),
    st.builds(saved, st.sampled_from((".gitattributes", "d/.gitattributes")), st.sampled_from(("*.md text\n", ""))),
    st.builds(saved, st.just(".git/info/exclude"), rules),
    files.map(lambda path: in_folder(lambda root: (root / path).unlink())),
    files.map(lambda path: in_folder(lambda root: (root / path).chmod(0o755))),
    files.map(linked),
    st.tuples(files, files).map(lambda two: in_folder(lambda root: (root / two[0]).rename(root / two[1]))),
    st.tuples(folders, folders).map(lambda two: in_folder(lambda root: (root / two[0]).rename(root / two[1]))),
    folders.map(lambda path: in_folder(lambda root: shutil.rmtree(root / path))),
    folders.map(lambda path: in_folder(lambda root: shutil.copytree(root / "d", root / path, dirs_exist_ok=True))),
    st.sampled_from(
        (
            with_git("add", "-A"),
            with_git("add", "-f", "skip.md"),
            with_git("commit", "-qm", "all", "-a"),
            with_git("commit", "-q", "--amend", "--allow-empty", "-m", "again"),
            with_git("stash", "-u"),
            with_git("stash", "pop"),
            with_git("switch", "-qc", "side"),
            with_git("switch", "-q", "side"),
            with_git("switch", "-q", "-"),
            with_git("reset", "-q", "--hard", "HEAD~1"),
            with_git("reset", "-q", "--soft", "HEAD~1"),
            with_git("reset", "-q"),
            with_git("clean", "-fdq"),
            with_git("sparse-checkout", "set", "--no-cone", "/*", "!/d/"),
            with_git("sparse-checkout", "disable"),
        )
    ),
    files.map(lambda path: with_git("add", path)),
    files.map(lambda path: with_git("rm", "-q", "--cached", path)),
    files.map(lambda path: with_git("update-index", "--assume-unchanged", path)),
    files.map(lambda path: with_git("update-index", "--skip-worktree", path)),
    files.map(lambda path: with_git("mv", "-f", path, "moved.md")),
    st.builds(remembered, files, texts, elsewhere=st.booleans()),
    st.builds(ours, files),
)


@settings(max_examples=int(os.environ.get("WATCHING_EXAMPLES", "40")))
@given(steps=st.lists(st.tuples(STEPS, st.booleans()), min_size=4, max_size=16))
def test_watched_vault_sees_what_a_whole_look_sees(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Step, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("watched") / "v"
    with make_vault(folder, a="1", B="1", d__x="1", d__e__y="1") as vault:
        vault.watch()
        vault.current()
        for step, is_asked in [*steps, (with_git("status"), True)]:
            step(vault)
            if is_asked:
                with open_vault(folder) as other:
                    assert vault.current() == other.current()
        assert vault.watch_trouble is None
