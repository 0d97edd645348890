"""Vaults of a given size, and what is done to them from outside."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import vault_mem
from tests.benchmarks.corpus import SOURCES
from tests.benchmarks.real_notes import MadeNote, made_notes

IDENTITY = ("-c", "user.name=floor", "-c", "user.email=floor@localhost")


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """Yield a temporary folder that also holds caches and state; everything is gone afterwards.

    The lexical engine is the one that needs no extra, unless a row names another.
    """
    with TemporaryDirectory(prefix="vault-mem-scale-") as name:
        chosen = {source: str(Path(name, source.lower())) for source in SOURCES} | {"VAULT_MEM_LEXICAL": "whoosh"}
        before = {source: os.environ.get(source) for source in chosen}
        os.environ.update(chosen)
        try:
            yield Path(name)
        finally:
            for source, value in before.items():
                os.environ.pop(source) if value is None else os.environ.update({source: value})


def filled(vault: Path, count: int) -> None:
    """Make a vault of so many notes in one commit; its index is empty."""
    vault_mem.initialise(vault)
    commit(vault, made_notes(count), "notes")
    git(vault, "repack", "-adq")


def commit(vault: Path, notes: Iterator[MadeNote] | Sequence[MadeNote], message: str) -> None:
    """Commit notes on top of HEAD by one stream, and check them out."""
    branch = git(vault, "symbolic-ref", "HEAD").strip()
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=vault, stdin=subprocess.PIPE) as process:
        stream = process.stdin
        assert stream is not None
        head = f"commit {branch}\ncommitter floor <floor@localhost> 1767225600 +0000\n"
        stream.write(f"{head}data {len(message)}\n{message}\nfrom {branch}^0\n".encode())
        for note in notes:
            content = note.file.encode()
            stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (note.path.encode(), len(content), content))
        stream.close()
    git(vault, "reset", "--hard", "--quiet")


def git(vault: Path, *arguments: str) -> str:
    """Run git in a vault and return what it prints."""
    command = ["git", *IDENTITY, *arguments]
    return subprocess.run(command, cwd=vault, check=True, capture_output=True, text=True).stdout


def size_in_memory(process: int | str, *, peak: bool = False) -> float:
    """Return the resident memory of a process in megabytes, or the most it ever had; Linux only."""
    name = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1_024 for line in lines if line.startswith(name))
