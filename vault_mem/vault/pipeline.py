"""One act = one commit, in an order that a kill at any point leaves either undone or finishable (architecture §3).

Objects, intent, files, git index, ref, intent cleared. The next writer finishes or takes back what an intent names.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from vault_mem.errors import GitCommandError, StorageError, VaultBusyError, VaultMemError, WriteConflictError
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.disk import can_sync_disks, sync_folder
from vault_mem.vault.failures import failure, is_disk_failure, reporting
from vault_mem.vault.files import FileWriter, Prepared
from vault_mem.vault.gitindex.staging import STAGING_FOLDER, GitIndex
from vault_mem.vault.identity import Identities, signature
from vault_mem.vault.intent import Intent, IntentFile, Step
from vault_mem.vault.layout import Look, inside
from vault_mem.vault.objects import EMPTY_TREE, FILE_MODE, NO_OBJECT, TreeEditor, TreeEntry
from vault_mem.vault.parallel import in_parallel
from vault_mem.vault.readiness import Head, read_head
from vault_mem.vault.repository import Repository, can_fsync_refs
from vault_mem.vault.store import ObjectStore
from vault_mem.vault.worktree import file_version

_REF_WAIT = 5.0
_POLL = 0.05
_MANY = 100


class WritePipeline:
    """Carries acts out on one work tree; its caller holds the writers' lock."""

    def __init__(self, repository: Repository, state_dir: Path) -> None:
        """Write to this repository, and keep the intent in `state_dir`."""
        self.repository = repository
        self.store = ObjectStore(repository.common_dir)
        self.trees = TreeEditor(self._read_tree, self.store)
        self.index = GitIndex(repository)
        self.identities = Identities(repository)
        self._files = FileWriter(repository.root, repository.git_dir / STAGING_FOLDER)
        self._intents = IntentFile(state_dir, repository.git_dir)

    def has_intent(self) -> bool:
        """Whether a killed writer left an act unfinished."""
        return self._intents.load() is not None

    def committed(self, head: Head, paths: Sequence[NotePath]) -> dict[NotePath, TreeEntry | None]:
        """Return what HEAD has at each path."""
        tree = self.tree_of(head.commit)
        return {path: self.trees.find(tree, path) for path in paths}

    def names_in(self, head: Head, folder: str) -> list[NotePath]:
        """Return the paths of all that HEAD has in a folder, which is empty for the top; none if it has no such."""
        tree = self.tree_of(head.commit)
        entry = self.trees.find(tree, NotePath(folder)) if folder else None
        if folder and (entry is None or not entry.is_folder):
            return []
        found = self.trees.entries(entry.object_id if entry else tree)
        names = (name.decode("utf-8", "surrogateescape") for name in found)
        return [NotePath(f"{folder}/{name}" if folder else name) for name in names]

    def tree_of(self, commit: CommitId | None) -> str:
        """Return the tree of a commit; the empty one before the first commit."""
        if commit is None:
            return EMPTY_TREE
        found = self.repository.read_object(commit)
        if found is None:
            raise GitCommandError("cat-file", f"commit {commit} is missing")
        return found[2][5:45].decode("ascii")

    def plan(self, head: Head, steps: tuple[Step, ...], message: str, *, upstream: CommitId | None = None) -> Intent:
        """Store trees and commit on top of a head, and return the intent to move there.

        A remote's commit becomes the first parent, so that the line all clones share only grows; where nothing but what
        it has is wanted, it is the commit to move to.
        """
        tree = self.trees.rewrite(self.tree_of(head.commit), {step.path: step.wanted for step in steps})
        is_forward = upstream and (head.commit is None or self.repository.contains(upstream, head.commit))
        if upstream and is_forward and tree == self.tree_of(upstream):
            self.store.flush()
            return Intent(head.ref, head.commit, upstream, message, steps, upstream)
        parents = "".join(f"parent {parent}\n" for parent in (upstream, head.commit) if parent)
        who = self.identities.current()
        text = (
            f"tree {tree}\n{parents}author {signature(who.author)}\ncommitter {signature(who.committer)}\n\n{message}"
        )
        commit = self.store.write_commit(text.encode("utf-8", "replace"))
        return Intent(head.ref, head.commit, commit, message, steps, upstream)

    def carry_out(self, intent: Intent, contents: Mapping[NotePath, bytes]) -> Intent:
        """Do what an intent says, durably; it may be made again on a head that moved meanwhile.

        Args:
            intent: what to do, its objects stored.
            contents: new bytes by path; those missing here are read from git.

        Returns:
            The intent as it was done.

        Raises:
            WriteConflictError: if a person changed one of the files meanwhile; nothing was written then.
        """
        self.index.wait_until_free()
        try:
            with reporting(self.repository.root):
                self._record(intent)
                self._place_files(intent, contents)
                self._stage(intent)
                done = self._move_ref(intent)
        except VaultMemError:
            self._take_back(intent)
            raise
        self._finish()
        return done

    def append(self, head: Head, steps: tuple[Step, ...], message: str) -> Intent:
        """Commit what files and index have already: only objects and ref, so that no intent is needed."""
        return self._move_ref(self.plan(head, steps, message))

    def recover(self, head: Head) -> None:
        """Finish what a killed writer began, or take it back where a person has changed a file since."""
        self.index.clear_stale()
        self._files.sweep()
        self.store.sweep()
        intent = self._intents.load()
        if intent is None:
            return
        if head.commit is not None and self.repository.contains(head.commit, intent.commit):
            self._finish()
        elif head.ref == intent.ref and self._can_finish(intent, head):
            self.carry_out(intent, {})
        else:
            self._take_back(intent)

    def _can_finish(self, intent: Intent, head: Head) -> bool:
        if self.repository.read_object(intent.commit) is None:
            return False
        return self._fits(intent, head) and all(
            file_version(self.repository.root, step.path) in {step.file, step.wanted_version} for step in intent.steps
        )

    def _fits(self, intent: Intent, head: Head) -> bool:
        """Whether a head has, at every path of the act, what it had before or what the act wants."""
        now = self.committed(head, [step.path for step in intent.steps])
        return all(now[step.path] in {step.committed, step.wanted} for step in intent.steps)

    # The steps, in order. Each is one method so that tests can kill the process before and after it.

    def _record(self, intent: Intent) -> None:
        self._intents.save(intent)

    def _place_files(self, intent: Intent, contents: Mapping[NotePath, bytes]) -> None:
        """Replace the files; all new bytes are on disk before the first file changes."""
        root = self.repository.root
        changed = [
            step
            for step in intent.steps
            if self._file_before(step, contents) != step.wanted_version or _changed_mode(step) is not None
        ]
        wanted = {} if all(step.wanted for step in changed) else _by_spelling(intent.steps)
        pending = [step for step in changed if step.wanted or not _is_wanted_otherwise(root, step, wanted)]
        prepared: dict[NotePath, Prepared] = {}
        try:
            self._prepare([step for step in pending if step.wanted], contents, prepared)
            for step in pending:
                self._check_untouched(step)
                self._place(step, prepared.get(step.path))
                prepared.pop(step.path, None)
            self._files.sync()
        finally:
            for left in prepared.values():
                self._files.drop(left)

    def _file_before(self, step: Step, contents: Mapping[NotePath, bytes]) -> BlobId | None:
        """Return the file's version: as the act found it just now or, of an act that is finished later, as it is."""
        return step.file if step.path in contents else file_version(self.repository.root, step.path)

    def _prepare(
        self, steps: Sequence[Step], contents: Mapping[NotePath, bytes], prepared: dict[NotePath, Prepared]
    ) -> None:
        many = len(steps) > _MANY and can_sync_disks()
        look = Look(self.repository.root)

        def prepare(step: Step) -> None:
            target, status = look.find(step.path)
            content = self._content(step, contents)
            prepared[step.path] = self._files.prepare(
                target, content, is_new=status is None, flush=not many, is_program=_changed_mode(step)
            )

        if many:
            for step in steps:
                prepare(step)
            self._files.flush_prepared()
        else:
            in_parallel(prepare, steps)

    def _place(self, step: Step, prepared: Prepared | None) -> None:
        if prepared is not None:
            self._files.place(prepared)
        else:
            self._files.delete(inside(self.repository.root, step.path))

    def _stage(self, intent: Intent) -> None:
        self.index.set_entries({step.path: step.wanted for step in intent.steps})

    def _move_ref(self, intent: Intent) -> Intent:
        """Compare and swap the branch; where it moved, make the commit again on the new head."""
        deadline = time.monotonic() + _REF_WAIT
        while not self._swap(intent):
            head = read_head(self.repository)
            if head.ref != intent.ref or not self._fits(intent, head):
                raise self._moved(intent, head)
            if head.commit != intent.base:
                intent = self.plan(head, intent.steps, intent.message, upstream=intent.upstream)
                self._replan(intent)
            elif time.monotonic() > deadline:
                raise VaultBusyError(f"Another program holds {intent.ref}", "Let it finish, then repeat")
            else:
                time.sleep(_POLL)
                self.store.restore(self._has_object)
        self.store.restore(self._has_object)
        self.store.begin()
        return intent

    def _has_object(self, name: str) -> bool:
        return self.repository.read_object(name) is not None

    def _replan(self, intent: Intent) -> None:
        if self._intents.load() is not None:
            self._intents.save(intent)

    def _swap(self, intent: Intent) -> bool:
        """Move the ref if nobody else did; False if it moved, is locked, or an object is gone."""
        options = ("core.fsync=loose-object,reference",) if can_fsync_refs() else ()
        subject = f"vault-mem: {intent.message.partition(':')[0]}"
        values = (intent.ref, intent.commit, intent.base or NO_OBJECT)
        outcome = self.repository.attempt(
            "update-ref", "--create-reflog", "-m", subject, "--end-of-options", *values, options=options
        )
        # An object is missing where a collection took it just now: it is written again.
        passing = "lock" in outcome.error or "nonexistent object" in outcome.error
        if outcome.status and (not passing or is_disk_failure(outcome.error)):
            raise failure("update-ref", outcome.error, self.repository.common_dir / intent.ref)
        if not outcome.status:
            sync_folder((self.repository.common_dir / intent.ref).parent)
        return not outcome.status

    def _finish(self) -> None:
        self._intents.clear()

    # Taking back.

    def _take_back(self, intent: Intent) -> None:
        """Undo an act that did not reach the ref: a person's changes stay, ours go."""
        with suppress(VaultMemError):
            head = read_head(self.repository)
            if head.commit is not None and self.repository.contains(head.commit, intent.commit):
                self._finish()
                return
            paths = [step.path for step in intent.steps]
            now, staged = self.committed(head, paths), self.index.entries(paths)
            for step in intent.steps:
                self._restore_file(step, now[step.path])
            self._files.sync()
            ours = {
                step.path: now[step.path]
                for step in intent.steps
                if staged.get(step.path) == step.wanted != now[step.path] and step.file != step.wanted_version
            }
            if ours:
                self.index.set_entries(ours)
            self._finish()

    def _restore_file(self, step: Step, now: TreeEntry | None) -> None:
        """Bring a file back to what it was, if it still is what we made it."""
        root = self.repository.root
        if step.file == step.wanted_version or file_version(root, step.path) != step.wanted_version:
            return
        before = step.file if now == step.committed else BlobId(now.object_id) if now else None
        target = inside(root, step.path)
        if before is None:
            self._files.delete(target)
        elif before != step.wanted_version:
            self._files.place(self._files.prepare(str(target), self._blob(before)))

    def _check_untouched(self, step: Step) -> None:
        """Refuse where a file was changed, made or replaced by something else since it was looked at."""
        root = self.repository.root
        status = Look(root).find(step.path)[1]
        actual = file_version(root, step.path) if status else None
        is_other = status is not None and actual is None
        if is_other or actual not in {step.file, step.wanted_version}:
            raise WriteConflictError(step.path, expected=step.file or "", actual=actual or "", diff="")

    def _moved(self, intent: Intent, head: Head) -> WriteConflictError:
        now = self.committed(head, [step.path for step in intent.steps])
        step = next((s for s in intent.steps if now[s.path] not in {s.committed, s.wanted}), intent.steps[0])
        actual = now[step.path]
        expected = step.committed.object_id if step.committed else ""
        return WriteConflictError(step.path, expected=expected, actual=actual.object_id if actual else "", diff="")

    def _content(self, step: Step, contents: Mapping[NotePath, bytes]) -> bytes:
        if step.path in contents:
            return contents[step.path]
        return self._blob(BlobId(step.wanted.object_id if step.wanted else NO_OBJECT))

    def _blob(self, blob: BlobId) -> bytes:
        found = self.repository.read_object(blob)
        if found is None:
            raise StorageError(self.repository.root, f"version {blob} is missing")
        return found[2]

    def _read_tree(self, tree: str) -> bytes | None:
        found = self.repository.read_object(tree)
        return found[2] if found else None


def _by_spelling(steps: Sequence[Step]) -> dict[str, list[NotePath]]:
    """Return the paths that an act wants, by what a file system without case takes for the same."""
    found: dict[str, list[NotePath]] = {}
    for step in steps:
        if step.wanted:
            found.setdefault(step.path.casefold(), []).append(step.path)
    return found


def _is_wanted_otherwise(root: Path, step: Step, wanted: Mapping[str, Sequence[NotePath]]) -> bool:
    """Whether a path is but another spelling of a file that the act wants, on a file system without case."""
    with suppress(FileNotFoundError):
        twins = wanted.get(step.path.casefold(), ())
        return any(inside(root, step.path).samefile(inside(root, twin)) for twin in twins)
    return False


def _changed_mode(step: Step) -> bool | None:
    """Whether the file is to become a program (or, False, to be none any more); None if that stays as it is."""
    before = step.committed.mode if step.committed else FILE_MODE
    return None if step.wanted is None or step.wanted.mode == before else step.wanted.mode != FILE_MODE
