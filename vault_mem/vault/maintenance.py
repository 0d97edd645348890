"""Packing after some thousand loose objects, and a commit-graph with changed paths: in a process of its own, behind.

It holds a lock of its own, so that one runs a repository, and none of a writer's. It removes no object that it has not
copied into a pack first, so that a person's git, a `git gc` included, can do what it likes meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from vault_mem.config import process_environment
from vault_mem.errors import VaultBusyError, VaultMemError
from vault_mem.vault.collecting import is_collecting
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.repository import Repository

MOST_LOOSE = 4_000
"""Loose objects, by estimate, after which they are packed; about 800 acts of one note."""
MOST_PACKS = 50
"""As many packs as git allows before it collects by itself. Source: git-config(1), `gc.autoPackLimit`."""
LOCK_NAME = "vault-mem-maintenance.lock"
_LEFT_NAME = "vault-mem-maintenance"
_SAMPLE = "17"
_FOLDERS = 256
_TIMEOUT = 3_600.0
_NICE = 15
_COMMANDS = (
    # Packs of a size that is not yet twice that of the smaller ones are joined, with all that is loose.
    ("repack", "--geometric=2", "-d", "-l", "-q"),
    ("commit-graph", "write", "--reachable", "--changed-paths", "--split", "--no-progress"),
)


class Maintenance:
    """Starts the work on one repository when it is due."""

    def __init__(self, repository: Repository, *, is_on: bool) -> None:
        """Look after this repository, if the user wants that."""
        self._root = repository.root
        self._common_dir = repository.common_dir
        self._is_on = is_on

    def start_if_due(self) -> bool:
        """Start a process that packs, if there is enough for it, and return whether it was started.

        It takes two looks at folders, and never fails: a vault that is not maintained is only slower.
        """
        if not self._is_on or not is_due(self._common_dir) or is_collecting(self._common_dir):
            return False
        with suppress(OSError):
            # Noted now too, so that the next acts start no second one while the first is on its way.
            _note_left(self._common_dir)
            process = subprocess.Popen(
                _command(self._root),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
            threading.Thread(target=process.wait, name="vault-mem-maintenance", daemon=True).start()
            return True
        return False


def is_due(common_dir: Path) -> bool:
    """Whether there are many packs, or many loose objects more than the last time left."""
    loose, packs = _counts(common_dir)
    left_loose, left_packs = _left(common_dir)
    return (loose - left_loose) * _FOLDERS >= MOST_LOOSE or packs - left_packs >= MOST_PACKS


def maintain(repository: Repository) -> bool:
    """Pack and write the commit-graph; False if another process does, or if a `git gc` runs.

    Raises:
        StorageError: if the disk refuses.
    """
    lock = WritersLock(repository.common_dir, LOCK_NAME, doing="maintaining the vault")
    try:
        with lock.hold(0.0):
            if is_collecting(repository.common_dir) or _is_partial(repository.common_dir):
                return False
            for command in _COMMANDS:
                repository.attempt(*command, timeout=_TIMEOUT)
            _note_left(repository.common_dir)
            return True
    except VaultBusyError:
        return False


def main(arguments: Sequence[str]) -> None:
    """Maintain the vault in a folder, with low priority and without a word."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    with suppress(VaultMemError, OSError), closing(Repository.open(Path(arguments[0]))) as repository:
        maintain(repository)


def _command(root: Path) -> list[str]:
    # -P: the current folder is the author's of a project, and no place to import from.
    return [sys.executable, "-P", "-m", "vault_mem.vault.maintenance", str(root)]


def _environment() -> dict[str, str]:
    environment = process_environment()
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [environment.get("PYTHONPATH")])]
    return environment | {"PYTHONPATH": os.pathsep.join(paths)}


def _counts(common_dir: Path) -> tuple[int, int]:
    """Return how many loose objects are in one of git's 256 folders for them, as git itself guesses, and the packs."""
    objects = common_dir / "objects"
    loose = packs = 0
    with suppress(OSError):
        packs = sum(1 for found in (objects / "pack").iterdir() if found.suffix == ".pack")
        loose = sum(1 for _ in (objects / _SAMPLE).iterdir())
    return loose, packs


def _left(common_dir: Path) -> tuple[int, int]:
    try:
        loose, packs = (common_dir / _LEFT_NAME).read_text(encoding="ascii").split()
        return int(loose), int(packs)
    except (OSError, ValueError):
        return 0, 0


def _note_left(common_dir: Path) -> None:
    """Note what is there: objects that nothing reaches stay loose, and are no reason to begin again."""
    loose, packs = _counts(common_dir)
    (common_dir / _LEFT_NAME).write_text(f"{loose} {packs}\n", encoding="ascii")


def _is_partial(common_dir: Path) -> bool:
    """Whether objects are missing here on purpose, which older gits forget when they join packs."""
    return any((common_dir / "objects" / "pack").glob("*.promisor"))


if __name__ == "__main__":
    main(sys.argv[1:])
