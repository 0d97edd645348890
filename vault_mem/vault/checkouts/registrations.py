"""Work trees that `checkout` made, as the repository knows them.

What makes one ours is the reason of its lock, which git writes before anything else of a new work tree. So a kill at
any point leaves something that we know again, `git worktree list` says whose it is, git's own `prune` and `remove`
leave it to us, and whoever runs `git worktree unlock` has made it theirs.

Source: git-worktree(1), gitrepository-layout(5); `builtin/worktree.c` for the order of writing.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.notes.model import CommitId
from vault_mem.notes.times import format_time, parse_stored

GIT_LINK = ".git"
MAX_TYPED = 200
_REASON = "vault-mem checkout "
_FOLDER = "worktrees"
_LINK = "gitdir: "
_MOST_READ = 16_384
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


@dataclass(frozen=True, slots=True)
class Registration:
    """A work tree that `checkout` made.

    Attributes:
        git_dir: its own git directory, `worktrees/<name>` in the common one.
        folder: where its files are, or were.
        commit: the state it was made of.
        at: what was typed for it.
        time: when it was made.
    """

    git_dir: Path
    folder: Path
    commit: CommitId
    at: str
    time: datetime

    @property
    def reason(self) -> str:
        """The reason of the lock: one line of ASCII."""
        values = {"at": self.at, "commit": self.commit, "time": format_time(self.time)}
        return _REASON + json.dumps(values | {"folder": str(self.folder)})

    @property
    def is_there(self) -> bool:
        """Whether the folder is there and belongs to it: the link in the folder leads back to the git directory."""
        text = _read(self.folder / GIT_LINK)
        if text is None or not text.startswith(_LINK):
            return False
        try:
            return (self.folder / text.removeprefix(_LINK)).samefile(self.git_dir)
        except (OSError, ValueError):
            return False

    @property
    def moved_head(self) -> str | None:
        """The branch or commit that a person has put HEAD on there, None while it is where we put it."""
        text = _read(self.git_dir / "HEAD")
        if not text or text == self.commit or not text.strip("0"):
            return None
        return text.removeprefix("ref: ")


def read_registrations(common_dir: Path) -> list[Registration]:
    """Return the work trees of a repository that are checkouts of ours, newest first.

    Raises:
        StorageError: if the repository cannot be read.
    """
    try:
        entries = sorted((common_dir / _FOLDER).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as exc:
        raise StorageError(common_dir / _FOLDER, exc.strerror or str(exc)) from exc
    found = (read_registration(entry) for entry in entries if not entry.is_symlink())
    return sorted(filter(None, found), key=lambda registration: registration.time, reverse=True)


def read_registration(git_dir: Path) -> Registration | None:
    """Return what a work tree's git directory says of a checkout, None if it is none of ours."""
    text = _read(git_dir / "locked")
    if text is None or not text.startswith(_REASON):
        return None
    try:
        values = json.loads(text.removeprefix(_REASON))
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    at, commit, time, folder = (values.get(key) for key in ("at", "commit", "time", "folder"))
    made = parse_stored(time) if isinstance(time, str) else None
    if not (isinstance(at, str) and isinstance(commit, str) and isinstance(folder, str)):
        return None
    if made is None or not _COMMIT.match(commit) or not folder or "\0" in folder:
        return None
    return Registration(git_dir, _folder(git_dir) or Path(folder), CommitId(commit), at, made)


def _folder(git_dir: Path) -> Path | None:
    """Return where git says that the work tree is: it follows `git worktree move`. None before git has written it."""
    text = _read(git_dir / "gitdir")
    return (git_dir / text).parent if text and "\0" not in text else None


def _read(path: Path) -> str | None:
    """Return the text of a small ordinary file without its last line break, None if it is none."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            content = file.read(_MOST_READ + 1)
    except OSError:
        return None
    return None if len(content) > _MOST_READ else os.fsdecode(content).rstrip("\r\n")
