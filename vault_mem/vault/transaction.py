"""What a writer does while it holds the vault: adopt hand edits, then commit acts."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from vault_mem.errors import (
    InvalidNoteError,
    StagedRemovalError,
    UnsafePathError,
    VaultBusyError,
    WriteConflictError,
)
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.patch import unified
from vault_mem.vault.acts import VERBS, Act, Change, Receipt
from vault_mem.vault.attributes import attribute_files, check_attributes
from vault_mem.vault.failures import reporting
from vault_mem.vault.intent import Intent, Step
from vault_mem.vault.layout import Look, inside
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.objects import FILE_MODE, FILE_MODES, TreeEntry, blob_id
from vault_mem.vault.pipeline import WritePipeline
from vault_mem.vault.readiness import Head, check_ready, read_head
from vault_mem.vault.trailers import format_message
from vault_mem.vault.worktree import file_version, is_spelled, read_bytes

QUIET_SECONDS = 2.0
_MAX_COMPARED = 1_000_000
_POLL = 0.1
Committed = Callable[[CommitId | None, CommitId, Mapping[NotePath, BlobId | None]], None]


class Transaction:
    """The vault held for writing; made by `Vault.writing`.

    Attributes:
        head: HEAD's commit, None before the first one; it follows what is committed here.
    """

    def __init__(self, writer: WritePipeline, head: Head, committed: Committed | None) -> None:
        """Write with `writer` on top of `head`, and tell `committed`, if given, about every commit."""
        self._writer = writer
        self._head = head
        self._committed = committed

    @property
    def head(self) -> CommitId | None:
        """HEAD's commit as this transaction last saw it."""
        return self._head.commit

    @property
    def ref(self) -> str:
        """The branch that HEAD is on, `refs/heads/…`."""
        return self._head.ref

    def commit(self, act: Act) -> Receipt:
        """Commit an act; it is durable when this returns.

        Args:
            act: files and facts. A file may be written if the work tree has HEAD's version or one named in `seen`.

        Raises:
            WriteConflictError: if a file is neither, or HEAD moved and changed it; nothing was written.
            StagedRemovalError: if a person has staged the removal of a file that is still there.
            UnsafePathError: if a path leaves the vault, stands where a folder or a link is, or is a new one that
                differs from a note of HEAD only in case.
            UnsupportedRepositoryError: if git's attributes make it keep other bytes than the file's.
            VaultBusyError: if another program holds git's index or the branch.
            StorageError: if the disk refuses.
            InvalidNoteError: if the verb is unknown or a path is named twice.
        """
        _check_act(act)
        self._check_paths(change.path for change in act.changes)
        self._follow(act.changes)
        self._check_attributes([change.path for change in act.changes])
        steps = self._steps(act)
        if all(s.committed == s.wanted and s.file == s.wanted_version for s in steps):
            return self._nothing(steps)
        for change, step in zip(act.changes, steps, strict=True):
            if change.content is not None:
                self._writer.store.write_blob(change.content, step.wanted_version)
        intent = self._writer.plan(self._head, steps, format_message(act))
        contents = {change.path: change.content for change in act.changes if change.content is not None}
        return self._receipt(self._writer.carry_out(intent, contents))

    def merge(self, upstream: CommitId, act: Act) -> Receipt:
        """Take over a remote's commit: forward where we have nothing of our own, else by a commit of both.

        Args:
            upstream: the remote's commit, which is here.
            act: all files in which what both have together differs from HEAD; there may be none.

        Raises: as `commit`.
        """
        _check_act(act)
        self._check_paths(change.path for change in act.changes)
        self._follow(act.changes)
        self._check_attributes([change.path for change in act.changes])
        steps = self._steps(act)
        contents = {change.path: change.content for change in act.changes if change.content is not None}
        for content in contents.values():
            self._writer.store.write_blob(content)
        intent = self._writer.plan(self._head, steps, format_message(act), upstream=upstream)
        return self._receipt(self._writer.carry_out(intent, contents))

    def adopt(
        self, paths: Collection[NotePath], *, wait: float = 5.0, note_ids: tuple[str, ...] = ()
    ) -> Receipt | None:
        """Commit hand edits of these files as they are: what is staged first, where the work tree has moved on.

        Args:
            paths: files to look at; those equal to HEAD are left alone.
            wait: seconds to wait for a file that changed in the last 2 seconds.
            note_ids: ids of the notes, for the trailers.

        Returns:
            The last commit made, None if there was nothing to adopt.

        Raises:
            VaultBusyError: if a file keeps changing.
            StagedRemovalError, UnsupportedRepositoryError: as `commit`.
        """
        self._head = read_head(self._writer.repository)
        chosen = sorted(set(paths))
        self._check_paths(chosen)
        self._check_attributes(chosen)
        edited = self._edited(chosen)
        if not edited:
            return None
        self._await_quiet(edited, wait)
        self._adopt_staged(edited, note_ids)
        return self._adopt_files(self._edited(edited), note_ids)

    def _check_paths(self, paths: Iterable[NotePath]) -> None:
        """Refuse unsafe paths before git sees one."""
        look = Look(self._writer.repository.root)
        for path in paths:
            look.find(path)

    def _check_attributes(self, paths: Sequence[NotePath]) -> None:
        known = self._writer.committed(self._head, attribute_files(paths))
        check_attributes(self._writer.repository, paths, [path for path, entry in known.items() if entry])

    def _adopt_staged(self, paths: Sequence[NotePath], note_ids: tuple[str, ...]) -> None:
        """Commit what is staged, if a file has moved on since; the removals with it, since one may be a rename."""
        committed = self._writer.committed(self._head, paths)
        staged = self._writer.index.entries(paths)
        steps = tuple(
            Step(path, committed[path], self._file(path), staged.get(path))
            for path in paths
            if staged.get(path) != committed[path]
            and (path not in staged or staged[path].object_id != self._file(path))
        )
        if any(step.wanted for step in steps):
            act = Act("adopt", tuple(Change(step.path, None) for step in steps), note_ids=note_ids)
            self._receipt(self._writer.append(self._head, steps, format_message(act)))

    def _adopt_files(self, paths: Sequence[NotePath], note_ids: tuple[str, ...]) -> Receipt | None:
        if not paths:
            return None
        committed, staged = self._writer.committed(self._head, paths), self._writer.index.entries(paths)
        contents = {
            path: read_bytes(self._writer.repository.root, path)
            if self._present(path, committed[path], staged.get(path))
            else None
            for path in paths
        }
        steps = tuple(_adopted(path, committed[path], contents[path]) for path in paths)
        for content in contents.values():
            if content is not None:
                self._writer.store.write_blob(content)
        self._writer.store.flush()
        self._writer.index.set_entries({step.path: step.wanted for step in steps})
        act = Act("adopt", tuple(Change(path, contents[path]) for path in paths), note_ids=note_ids)
        return self._receipt(self._writer.append(self._head, steps, format_message(act)))

    def _edited(self, paths: Sequence[NotePath]) -> list[NotePath]:
        """Return the paths whose file is not what HEAD has; a sparse checkout's absent files are no edits."""
        committed, staged = self._writer.committed(self._head, paths), self._writer.index.entries(paths)
        files = {path: self._present(path, committed[path], staged.get(path)) for path in paths}
        for path, file in files.items():
            _check_not_let_go(path, committed[path], staged.get(path), file)
        staged_edits = {path for path, entry in staged.items() if entry.object_id != _version(committed[path])}
        changed = [path for path in paths if path in staged_edits or files[path] != _version(committed[path])]
        hidden = self._writer.index.hidden([path for path in changed if files[path] is None])
        return [path for path in changed if path not in hidden and not _is_special(committed[path])]

    def _await_quiet(self, paths: Sequence[NotePath], wait: float) -> None:
        deadline = time.monotonic() + wait
        while busy := [path for path in paths if self._is_fresh(path)]:
            if time.monotonic() >= deadline:
                raise VaultBusyError(f"{busy[0]} is being edited", "Repeat when the edit is saved and quiet")
            time.sleep(_POLL)

    def _is_fresh(self, path: NotePath) -> bool:
        """Whether a file changed in the last 2 seconds; a time in the future is a wrong clock, not an edit."""
        try:
            age = time.time() - inside(self._writer.repository.root, path).stat().st_mtime
        except OSError:
            return False
        return -1.0 < age < QUIET_SECONDS

    def _follow(self, changes: Sequence[Change]) -> None:
        """Take over a head that moved since; fine if the act's files are the same there."""
        now = read_head(self._writer.repository)
        if now == self._head:
            return
        paths = [change.path for change in changes]
        before, after = self._writer.committed(self._head, paths), self._writer.committed(now, paths)
        for path in paths:
            if before[path] != after[path]:
                raise self._conflict(path, before[path], _version(after[path]))
        self._head = now

    def _steps(self, act: Act) -> tuple[Step, ...]:
        paths = [change.path for change in act.changes]
        committed = self._writer.committed(self._head, paths)
        staged = self._writer.index.entries(paths) if paths else {}
        self._check_spelling(act, committed)
        look = Look(self._writer.repository.root)
        return tuple(
            self._step(change, committed[change.path], staged.get(change.path), act, look) for change in act.changes
        )

    def _step(
        self, change: Change, committed: TreeEntry | None, staged: TreeEntry | None, act: Act, look: Look
    ) -> Step:
        status = look.find(change.path)[1]
        if (status and stat.S_ISDIR(status.st_mode)) or _is_special(committed):
            raise UnsafePathError(change.path, "is a folder or a link in the vault")
        file = self._present(change.path, committed, staged) if status else None
        wanted = _wanted(change, committed)
        if wanted and change.path not in act.seen:
            _check_not_let_go(change.path, committed, staged, file)
        if not self._is_expected(change.path, file, {_version(committed), _version(wanted)}, act):
            raise self._conflict(change.path, committed, file)
        if staged and staged not in (committed, wanted) and change.path not in act.seen:
            raise self._conflict(change.path, committed, BlobId(staged.object_id))
        if file and file != _version(committed) and file != _version(wanted):
            self._writer.store.write_blob(read_bytes(self._writer.repository.root, change.path) or b"")
        return Step(change.path, committed, file, wanted)

    def _check_spelling(self, act: Act, committed: Mapping[NotePath, TreeEntry | None]) -> None:
        """Refuse a new note beside one that a file system without case, on another machine, takes for the same."""
        deleted = {change.path for change in act.changes if change.content is None}
        new = [change.path for change in act.changes if change.content is not None and not committed[change.path]]
        spellings: dict[str, dict[str, NotePath]] = {}
        for path in new:
            folder = path.rpartition("/")[0]
            if folder not in spellings:
                names = self._writer.names_in(self._head, folder)
                spellings[folder] = {name.casefold(): name for name in names if name not in deleted}
            twin = spellings[folder].get(path.casefold())
            if twin is not None:
                raise UnsafePathError(path, f"differs from {twin} only in case")

    def _is_expected(self, path: NotePath, file: BlobId | None, known: set[BlobId | None], act: Act) -> bool:
        """Whether the work tree's version is one that the act may replace."""
        if file in known or (path in act.seen and act.seen[path] == file):
            return True
        return file is None and path in self._writer.index.hidden([path])

    def _conflict(self, path: NotePath, expected: TreeEntry | None, actual: BlobId | None) -> WriteConflictError:
        ours = self._writer.repository.read_object(expected.object_id) if expected else None
        theirs = read_bytes(self._writer.repository.root, path)
        return WriteConflictError(
            path,
            expected=expected.object_id if expected else "",
            actual=actual or "",
            diff=_diff(ours[2] if ours else b"", theirs or b""),
        )

    def _present(self, path: NotePath, committed: TreeEntry | None, staged: TreeEntry | None) -> BlobId | None:
        """Return the file's version; none if HEAD's name is but the old spelling of a file that was renamed."""
        if committed is not None and staged is None and not is_spelled(self._writer.repository.root, path):
            return None
        return self._file(path)

    def _file(self, path: NotePath) -> BlobId | None:
        return file_version(self._writer.repository.root, path)

    def _nothing(self, steps: Sequence[Step]) -> Receipt:
        head = self._head.commit
        if head is None:
            raise InvalidNoteError("There is nothing to commit", "Name at least one file")
        return Receipt(head, head, {s.path: s.wanted_version for s in steps if s.wanted_version})

    def _receipt(self, done: Intent) -> Receipt:
        self._head = Head(done.ref, done.commit)
        versions = {step.path: step.wanted_version for step in done.steps}
        if self._committed is not None:
            self._committed(done.base, done.commit, versions)
        return Receipt(done.commit, done.base, {path: blob for path, blob in versions.items() if blob})


@contextmanager
def hold(
    writer: WritePipeline, lock: WritersLock, committed: Committed | None, timeout: float
) -> Iterator[Transaction]:
    """Hold a repository for writing; first, what a killed writer left is finished or taken back.

    Raises: as `Vault.writing`.
    """
    with lock.hold(timeout), reporting(writer.repository.root):
        check_ready(writer.repository, writer.index)
        writer.recover(read_head(writer.repository))
        try:
            yield Transaction(writer, read_head(writer.repository), committed)
        finally:
            writer.store.begin()


def _check_act(act: Act) -> None:
    if act.verb not in VERBS:
        raise InvalidNoteError(f"Unknown verb {act.verb!r}", f"Use one of {', '.join(sorted(VERBS))}")
    paths = [change.path for change in act.changes]
    if len(set(paths)) != len(paths):
        raise InvalidNoteError("An act names a path twice", "Join the two changes")


def _check_not_let_go(
    path: NotePath, committed: TreeEntry | None, staged: TreeEntry | None, file: BlobId | None
) -> None:
    """Refuse where a person has staged that git lets go of a file, but keeps the file."""
    if committed is not None and staged is None and file is not None:
        raise StagedRemovalError(path, expected=committed.object_id, actual=file)


def _wanted(change: Change, committed: TreeEntry | None) -> TreeEntry | None:
    if change.content is None:
        return None
    return TreeEntry(change.mode or (committed.mode if committed else FILE_MODE), blob_id(change.content))


def _adopted(path: NotePath, committed: TreeEntry | None, content: bytes | None) -> Step:
    wanted = _wanted(Change(path, content), committed)
    return Step(path, committed, _version(wanted), wanted)


def _version(entry: TreeEntry | None) -> BlobId | None:
    return BlobId(entry.object_id) if entry else None


def _is_special(entry: TreeEntry | None) -> bool:
    """Whether HEAD has something there that is no ordinary file."""
    return entry is not None and entry.mode not in FILE_MODES


def _diff(old: bytes, new: bytes) -> str:
    first, second = (data[:_MAX_COMPARED].decode("utf-8", "replace") for data in (old, new))
    return unified(first, second, before="expected", after="actual")
