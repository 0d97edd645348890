"""The person's git index: exactly our paths are brought up to date in it, and all else stays as it was staged.

The index may run ahead of HEAD, never behind it: behind, the next plain `git commit` would revert our note. So our
objects themselves are staged, whatever flags an entry had (`skip-worktree`, `assume-unchanged`) and whatever git's
attributes would make of the file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from vault_mem.errors import VaultBusyError
from vault_mem.notes.model import NotePath
from vault_mem.vault.failures import failure, is_disk_failure
from vault_mem.vault.gitindex.editing import IndexEditor, Stamp
from vault_mem.vault.objects import NO_OBJECT, TreeEntry
from vault_mem.vault.repository import Outcome, Repository, split_nul

LOCK_WAIT = 5.0
STAGING_FOLDER = "vault-mem-staging"
_POLL = 0.05
_MANY = 200
# Without it, git would take our entries for unchanged for ever, and not see a hand edit of the file.
_SEEN = ("core.ignoreStat=false",)


class GitIndex:
    """Reads and updates entries of one work tree's index: in its file where that is simple, else with git itself.

    Attributes:
        replaced: states of the index just before and just after the last `set_entries`, None before the first.
    """

    def __init__(self, repository: Repository) -> None:
        """Use this repository's index."""
        self._repository = repository
        self._lock_file = repository.git_dir / "index.lock"
        self._editor = IndexEditor(repository.root, repository.git_dir, repository.git_dir / STAGING_FOLDER)
        self._merged: Stamp | None = None
        self.replaced: tuple[Stamp | None, Stamp | None] | None = None

    def entries(self, paths: Sequence[NotePath]) -> dict[NotePath, TreeEntry]:
        """Return what is staged at these paths; paths without an entry are left out."""
        image = self._editor.image() if len(paths) <= _MANY else None
        if image is not None:
            named = {path: image.find(path.encode("utf-8", "surrogateescape")) for path in paths}
            return {path: entry for path, entry in named.items() if entry is not None}
        wanted = set(paths)
        selected = list(paths) if len(paths) <= _MANY else []
        output = self._repository.run("ls-files", "--stage", "-z", "--", *selected)
        found: dict[NotePath, TreeEntry] = {}
        for record in split_nul(output):
            facts, _, name = record.partition(b"\t")
            mode, object_id, _ = facts.decode("ascii").split(" ")
            path = NotePath(name.decode("utf-8", "surrogateescape"))
            if path in wanted:
                found[path] = TreeEntry(mode, object_id)
        return found

    def hidden(self, paths: Sequence[NotePath]) -> set[NotePath]:
        """Return those paths that a sparse checkout keeps out of the work tree."""
        if not paths or self._editor.image() is not None:
            return set()  # an index that is read here has no flags
        wanted = set(paths)
        selected = list(paths) if len(paths) <= _MANY else []
        output = self._repository.run("ls-files", "-t", "-z", "--", *selected)
        records = (record.decode("utf-8", "surrogateescape") for record in split_nul(output))
        return {NotePath(record[2:]) for record in records if record.startswith("S ")} & wanted

    def is_unmerged(self) -> bool:
        """Whether files are in conflict; an index that was seen without is not looked at again until it changes."""
        stamp = self._editor.stamp()
        if stamp is not None and stamp == self._merged:
            return False
        if self._editor.image() is None and self._repository.run("ls-files", "--unmerged", "-z"):
            return True
        # Taken before the look: an index that another program wrote meanwhile has another stamp, and is looked at.
        self._merged = stamp
        return False

    def clear_stale(self) -> None:
        """Remove what a killed writer of ours left; only the holder of the writers' lock may."""
        self._editor.clear_stale()

    def set_entries(self, entries: Mapping[NotePath, TreeEntry | None]) -> None:
        """Stage these objects, whatever the work tree has; None removes.

        File times are noted where the work tree has the same, so that `git status` need not read the files.
        """
        if len(entries) <= _MANY and self._editor.stage(entries):
            self.replaced = self._editor.replaced
            return
        before = self._editor.stamp()
        records = (
            f"{entry.mode} {entry.object_id}\t{path}\0" if entry else f"0 {NO_OBJECT}\t{path}\0"
            for path, entry in entries.items()
        )
        self._update("".join(records), "-z", "--index-info")
        self._note_times([path for path, entry in entries.items() if entry])
        self.replaced = (before, self._editor.stamp())

    def _note_times(self, paths: Sequence[NotePath]) -> None:
        """Ask git to look at these files; nothing is lost if it does not, it only has to read them later."""
        if len(paths) > _MANY:
            self._repository.attempt("update-index", "-q", "--refresh")
        elif paths:
            self._repository.attempt("add", "--refresh", "--", *paths)

    def wait_until_free(self) -> None:
        """Wait for another program to finish with the index.

        Raises:
            VaultBusyError: if it has not after 5 seconds.
        """
        deadline = time.monotonic() + LOCK_WAIT
        while self._lock_file.exists():
            if time.monotonic() > deadline:
                raise self._busy()
            time.sleep(_POLL)

    def _update(self, request: str, *options: str) -> None:
        deadline = time.monotonic() + LOCK_WAIT
        content = request.encode("utf-8", "surrogateescape")
        outcome = self._attempt(content, options)
        while outcome.status and "index.lock" in outcome.error and not is_disk_failure(outcome.error):
            if time.monotonic() > deadline:
                raise self._busy()
            time.sleep(_POLL)
            outcome = self._attempt(content, options)
        # Git passes over a name that it takes for its own folder's, and succeeds.
        if outcome.status or outcome.error.startswith("Ignoring path"):
            raise failure("update-index", outcome.error, self._lock_file.with_suffix(""))

    def _attempt(self, content: bytes, options: Sequence[str]) -> Outcome:
        return self._repository.attempt("update-index", *options, stdin=content, options=_SEEN)

    def _busy(self) -> VaultBusyError:
        return VaultBusyError(
            f"Another program holds git's index ({self._lock_file.name})",
            f"Let it finish; if no git is running, it is stale: remove {self._lock_file}",
        )
