"""A person uses git in the vault after every verb: neither undoes what the other did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import vault_mem
from tests.e2e.acts import VERBS, make, state
from tests.vaults import git

SAMPLE = ("remember many", "supersede")


def _commit_staged(root: Path) -> None:
    git(root, "commit", "-qm", "person")


def _amend(root: Path) -> None:
    git(root, "commit", "-q", "--amend", "--no-edit")


def _stash(root: Path) -> None:
    git(root, "stash", "-q")
    git(root, "stash", "pop", "-q", "--index")
    git(root, "commit", "-qm", "person")


def _switch(root: Path) -> None:
    git(root, "switch", "-qc", "side")
    git(root, "commit", "-qm", "person")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "side")


def _pull(root: Path) -> None:
    clone = root.with_name("clone")
    git(root.parent, "clone", "-q", str(root), str(clone))
    (clone / "pulled.md").write_text("From another machine.\n")
    git(clone, "add", "pulled.md")
    git(clone, "commit", "-qm", "elsewhere")
    git(root, "commit", "-qm", "person")
    git(root, "pull", "-q", "--no-rebase", "--no-edit", str(clone), "main")
    assert (root / "pulled.md").exists()


def _back_up(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "vault backup")


PERSON: dict[str, Callable[[Path], None]] = {
    "commit": _commit_staged,
    "amend": _amend,
    "stash": _stash,
    "switch": _switch,
    "pull": _pull,
    "backup": _back_up,
}


def _check(tmp_path: Path, verb: str) -> None:
    for name, person in PERSON.items():
        root = make(tmp_path / name / "vault")
        with vault_mem.open_memory(root) as memory:
            VERBS[verb](memory)
            assert git(root, "status", "--porcelain") == "A  staged.md\n", name
            ours = state(root)
            person(root)
            assert state(root) == ours, name
            assert git(root, "status", "--porcelain") == "", name
            assert git(root, "show", "HEAD:staged.md") == "Staged by a person.\n", name
            later = memory.remember("Later.", title="Later")
            assert later.commit == git(root, "rev-parse", "HEAD").strip(), name
            assert state(root).keys() == {*ours, later.note.path}, name


@pytest.mark.parametrize("verb", SAMPLE)
def test_a_persons_git_and_ours_keep_out_of_each_others_way(tmp_path: Path, verb: str) -> None:
    _check(tmp_path, verb)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_persons_git_after_any_verb(tmp_path: Path, verb: str) -> None:
    _check(tmp_path, verb)
