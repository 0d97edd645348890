"""Git attributes under which a note's bytes in git are not its bytes on disk. Source: gitattributes(5)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vault_mem.errors import UnsupportedRepositoryError
from vault_mem.notes.model import NotePath
from vault_mem.vault.repository import Repository, split_nul

ATTRIBUTES_HINT = "Take notes out of it (for LFS: 'git lfs untrack'): git must keep the bytes that are on disk"
ATTRIBUTES_FILE = ".gitattributes"
_SAMPLE_NOTES = 2_000
_HOSTILE = ("filter", "working-tree-encoding", "ident")
_WORDS = re.compile("|".join(_HOSTILE).encode("ascii"))
_MOST_READ = 1 << 20


def hostile_attributes(repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield (path, `attribute=value`) of every note, up to 2,000, and of one that may be written, that has such one."""
    listed = split_nul(repository.run("ls-files", "-z", "--cached", "--others", "--exclude-standard"))
    names = [b"x.md", *(name for name in listed if name.lower().endswith(b".md"))][:_SAMPLE_NOTES]
    yield from _hostile(repository, names)


def check_attributes(repository: Repository, paths: Sequence[NotePath], committed: Iterable[NotePath]) -> None:
    """Refuse to write files whose attributes make git keep other bytes than those on disk.

    Git is asked only if a file of attributes that counts for these paths names one of those attributes. A user's own
    `core.attributesFile` is not looked at here.

    Args:
        repository: where.
        paths: the files to be written.
        committed: which of `attribute_files(paths)` HEAD has: where the work tree has not, git reads the index.

    Raises:
        UnsupportedRepositoryError: if one of them has such an attribute.
    """
    kept = frozenset(committed)
    files = [(repository.root / name, name in kept) for name in attribute_files(paths)]
    files.append((repository.common_dir / "info" / "attributes", False))
    if not any(_is_suspect(file, is_committed) for file, is_committed in files):
        return
    for path, attribute in _hostile(repository, [path.encode("utf-8", "surrogateescape") for path in paths]):
        raise UnsupportedRepositoryError(f"{path} has the git attribute {attribute}", ATTRIBUTES_HINT)


def check_brought(path: NotePath, content: bytes) -> None:
    """Refuse a file of attributes, which comes with a remote, that names one of those attributes.

    Raises:
        UnsupportedRepositoryError: if it does.
    """
    if path.rpartition("/")[2].casefold() == ATTRIBUTES_FILE and _WORDS.search(content) is not None:
        raise UnsupportedRepositoryError(f"The remote's {path} puts {'/'.join(_HOSTILE)} on files", ATTRIBUTES_HINT)


def attribute_files(paths: Iterable[NotePath]) -> list[NotePath]:
    """Return where the work tree may have attributes for these paths: in their folders and those above."""
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return [NotePath(f"{folder}/{ATTRIBUTES_FILE}" if folder else ATTRIBUTES_FILE) for folder in sorted(folders)]


def _hostile(repository: Repository, names: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    if not names:
        return
    output = repository.run("check-attr", "-z", "--stdin", *_HOSTILE, stdin=b"\0".join(names) + b"\0")
    fields = iter(split_nul(output))
    for name, attribute, value in zip(fields, fields, fields, strict=True):
        if value not in {b"unspecified", b"unset"}:
            yield name.decode("utf-8", "replace"), f"{attribute.decode()}={value.decode('utf-8', 'replace')}"


def _is_suspect(file: Path, is_committed: bool) -> bool:
    """Whether a file of attributes may name one of ours, as far as is known without git."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(file, flags), "rb") as opened:
            content = opened.read(_MOST_READ)
    except (FileNotFoundError, NotADirectoryError):
        return is_committed
    except OSError:
        return True
    return len(content) == _MOST_READ or _WORDS.search(content) is not None
