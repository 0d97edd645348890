"""The vault against a plain dict: whatever happens in whatever order, it shows and keeps what the dict has."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.vaults import git, make_vault, write
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

PATHS = ["a.md", "x/b.md", "x/y/c.md", "日本/メモ.md"]
ACTIONS = ["agent", "agent deletes", "hand", "hand deletes", "stage", "commit", "backup", "switch", "reopen"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(PATHS)), max_size=6)


def texts(vault: Vault) -> dict[str, bytes]:
    snapshot = vault.current()
    found = dict(vault.read_blobs(snapshot.notes.values(), snapshot))
    return {str(path): found[blob] for path, blob in snapshot.notes.items()}


def act(vault: Vault, path: NotePath, content: bytes | None) -> None:
    with vault.writing() as transaction:
        transaction.adopt([path])
        receipt = transaction.commit(Act("revise", (Change(path, content),)))
    shown = git(vault.root, "ls-tree", "--name-only", receipt.commit, "--", path)
    assert bool(shown) == (content is not None)
    assert git(vault.root, "status", "--porcelain", "--", path) == ""


@given(STEPS)
def test_vault_equals_a_dict(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with make_vault(Path(folder) / "v", a="first\n") as made:
            root, settings = made.root, made.settings
        vault = Vault.open(root, settings)
        branches = {"main": {"a.md": b"first\n"}}
        model = dict(branches["main"])
        for number, (action, name) in enumerate(steps):
            content = b"%d " % number * (number + 1)
            path = NotePath(name)
            if action == "agent":
                act(vault, path, content)
                model[name] = content
            elif action == "agent deletes" and name in model:
                act(vault, path, None)
                del model[name]
            elif action in {"hand", "stage"}:
                write(vault.root, name, content.decode())
                model[name] = content
                if action == "stage":
                    git(vault.root, "add", name)
            elif action == "hand deletes" and name in model:
                (vault.root / name).unlink()
                del model[name]
            elif action in {"commit", "backup"}:
                git(vault.root, "add", *(["-A"] if action == "backup" else ["-u"]))
                git(vault.root, "commit", "-q", "--allow-empty", "-m", action)
            elif action == "switch":
                git(vault.root, "add", "-A")
                git(vault.root, "commit", "-q", "--allow-empty", "-m", "before switch")
                branches[git(vault.root, "branch", "--show-current").strip()] = dict(model)
                other = "side" if git(vault.root, "branch", "--show-current").strip() == "main" else "main"
                git(vault.root, "switch", "-q", *(["-c"] if other not in branches else []), other)
                model = dict(branches.get(other, model))
            elif action == "reopen":
                vault.close()
                vault = Vault.open(root, settings)
            assert texts(vault) == model
        vault.close()
        assert git(vault.root, "fsck", "--strict", "--no-dangling") == ""
