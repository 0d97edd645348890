"""The write-ahead record of one act: enough to finish it, or to take it back, after a kill at any point.

It lives in the user's own state folder, one file a work tree, never in the vault.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault_mem.errors import StorageError
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.disk import sync_file, sync_folder
from vault_mem.vault.objects import TreeEntry


@dataclass(frozen=True, slots=True)
class Step:
    """One file of an act.

    Attributes:
        path: where it is.
        committed: what HEAD had before, None if nothing.
        file: version of the work tree's file before, None if there was none.
        wanted: what HEAD is to have, None to delete.
    """

    path: NotePath
    committed: TreeEntry | None
    file: BlobId | None
    wanted: TreeEntry | None

    @property
    def wanted_version(self) -> BlobId | None:
        """Version of the file after the act, None if it is deleted."""
        return BlobId(self.wanted.object_id) if self.wanted else None


@dataclass(frozen=True, slots=True)
class Intent:
    """One act whose objects are stored and whose files, index entries and ref are about to change.

    Attributes:
        ref: the branch, `refs/heads/…`.
        base: what the branch pointed to, None before the first commit.
        commit: what it is to point to.
        message: the commit's message, to make it again if the branch moves meanwhile.
        steps: every file of the act.
        upstream: the remote's commit that the act takes over, None where it takes none over.
    """

    ref: str
    base: CommitId | None
    commit: CommitId
    message: str
    steps: tuple[Step, ...]
    upstream: CommitId | None = None


class IntentFile:
    """Where the intent of one work tree is kept while its act runs."""

    def __init__(self, folder: Path, git_dir: Path) -> None:
        """Keep it in `folder`, under a name that belongs to this work tree's git directory."""
        name = hashlib.sha256(os.fsencode(git_dir)).hexdigest()[:16]
        self._path = folder / f"intent-{name}.json"

    def save(self, intent: Intent) -> None:
        """Keep the intent durably.

        Raises:
            StorageError: if the disk refuses.
        """
        content = json.dumps(_values(intent)).encode("ascii")
        temporary = self._path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                sync_file(file)
            temporary.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as exc:
            raise StorageError(self._path, exc.strerror or str(exc)) from exc

    def load(self) -> Intent | None:
        """Return the intent that a killed writer left, None if there is none or it cannot be read."""
        try:
            values = json.loads(self._path.read_bytes())
            return _intent(values)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            # It was never whole, so nothing after it was begun: it is written before any file changes.
            return None

    def clear(self) -> None:
        """Forget the intent; the act is done or taken back, which the next writer sees too if the disk refuses."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _intent(values: dict[str, object]) -> Intent:
    steps = values["steps"]
    base = values["base"]
    if not isinstance(steps, list):
        raise TypeError("steps")
    return Intent(
        ref=str(values["ref"]),
        base=CommitId(str(base)) if base is not None else None,
        commit=CommitId(str(values["commit"])),
        message=str(values["message"]),
        steps=tuple(_step(step) for step in steps),
        upstream=CommitId(str(values["upstream"])) if values.get("upstream") is not None else None,
    )


def _values(intent: Intent) -> dict[str, object]:
    """Return an intent as JSON has it; each step is a list, because an import has a hundred thousand."""
    steps = [[step.path, _pair(step.committed), step.file, _pair(step.wanted)] for step in intent.steps]
    return {
        "ref": intent.ref,
        "base": intent.base,
        "commit": intent.commit,
        "message": intent.message,
        "steps": steps,
        "upstream": intent.upstream,
    }


def _step(values: Sequence[str | None]) -> Step:
    path, committed, file, wanted = values
    if path is None:
        raise TypeError("path")
    return Step(NotePath(path), _entry(committed), BlobId(file) if file is not None else None, _entry(wanted))


def _pair(entry: TreeEntry | None) -> str | None:
    return f"{entry.mode} {entry.object_id}" if entry else None


def _entry(pair: str | None) -> TreeEntry | None:
    if pair is None:
        return None
    mode, object_id = pair.split(" ")
    return TreeEntry(mode, object_id)
