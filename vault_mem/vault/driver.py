"""The merge driver that `.gitattributes` names: git calls it for each note that both sides of a merge changed.

It is registered in this clone's own config, as git asks for, and merges notes for a plain `git pull` as `sync` does, as
far as one file goes. Source: gitattributes(5), "Defining a custom merge driver".
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from vault_mem.config import process_environment
from vault_mem.errors import StorageError
from vault_mem.vault.merging import merge_in_one_file
from vault_mem.vault.repository import Repository

NAME = "vault-mem"
_COMMAND = "merge-driver"
_SHORT = 9
_SIDE = re.compile(r"GITHEAD_([0-9a-f]{40,64})\Z")


def register_driver(repository: Repository) -> None:
    """Have git merge the notes of this clone with the program that runs now."""
    program = shlex.quote(sys.executable.replace("\\", "/"))
    command = f"{program} -m vault_mem {_COMMAND} %O %A %B"
    for key, value in ((f"merge.{NAME}.name", "notes, by property and by line"), (f"merge.{NAME}.driver", command)):
        known = repository.attempt("config", "--local", "--get", "--end-of-options", key)
        if known.output.decode("utf-8", "replace").rstrip("\n") != value:
            repository.run("config", "--local", "--end-of-options", key, value)


def merge_for_git(base: Path, ours: Path, theirs: Path) -> None:
    """Merge three files that git has made, into the second.

    Raises:
        StorageError: if one cannot be read, or the result written.
    """
    try:
        contents = [path.read_bytes() for path in (base, ours, theirs)]
        ours.write_bytes(merge_in_one_file(*contents, commits=_commits()))
    except OSError as exc:
        raise StorageError(ours, exc.strerror or str(exc)) from exc


def _commits() -> list[str]:
    """Return which commits are being merged, abbreviated, as far as git tells."""
    return sorted(found[1][:_SHORT] for name in process_environment() if (found := _SIDE.match(name)))
