"""Factories for real repositories and vaults; nothing here is hidden from the test that calls it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

from vault_mem.config import load_settings
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change, Receipt
from vault_mem.vault.scaffold import initialise
from vault_mem.vault.vault import Vault


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """Run git as a person would, and return what it prints."""
    ended = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    output = ended.stdout.decode("utf-8", "surrogateescape")
    if check and ended.returncode:
        raise AssertionError(f"git {' '.join(arguments)}: {output}{ended.stderr.decode('utf-8', 'replace')}")
    return output


def make_repository(folder: Path, **files: str) -> Path:
    """Make a git repository with one commit of these files (none: no commit); `__` in a name stands for `/`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    if files:
        for name, text in files.items():
            write(folder, name.replace("__", "/") + ".md", text)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "first")
    return folder


def open_vault(folder: Path) -> closing[Vault]:
    """Open a vault for a `with` block."""
    return closing(Vault.open(folder, load_settings()))


def make_vault(folder: Path, **notes: str) -> closing[Vault]:
    """Make a vault with these notes in one commit, and open it for a `with` block."""
    initialise(folder, load_settings())
    if notes:
        for name, text in notes.items():
            write(folder, name.replace("__", "/") + ".md", text)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "notes")
    return open_vault(folder)


def copied(folder: Path, target: Path) -> Path:
    """Copy a vault, and let git see that no file of it is another."""
    shutil.copytree(folder, target, symlinks=True)
    git(target, "update-index", "-q", "--refresh")
    return target


def is_clean(vault: Vault) -> bool:
    """Whether the vault says that nothing differs from HEAD."""
    state = vault.state()
    return not (state.changed or state.other or state.unmerged)


def write(folder: Path, path: str, text: str, *, age: float = 10.0) -> Path:
    """Write a file as a person does, some seconds ago."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode())
    moment = time.time() - age
    os.utime(target, (moment, moment))
    return target


def remember(vault: Vault, path: str, text: str, *, reason: str = "") -> Receipt:
    """Commit one note the way the service does."""
    note = NotePath(path)
    with vault.writing() as transaction:
        transaction.adopt([note])
        return transaction.commit(Act("remember", (Change(note, text.encode()),), reason=reason))
