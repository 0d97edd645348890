"""The notes as they are now in a vault that is watched: git is asked about what was touched, and nothing else.

What no event tells is compared at each look: the last commit, git's index, and the files in git's folder that hide
notes or change how git reads them. The rest (the user's own git config, files that some git config names, writes that
no event tells of) is seen within ten minutes, when git is asked about everything again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from vault_mem.errors import StorageError
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.gitindex.editing import Stamp, read_stamp, stamp_of
from vault_mem.vault.inotify import FolderEvents
from vault_mem.vault.layout import is_note
from vault_mem.vault.repository import Repository
from vault_mem.vault.worktree import Snapshot, WorkTree, file_version, overlay, read_state

RENEWAL = 600.0
"""Seconds after which git is asked about everything, whether something was told or not."""

MANY = 64
"""Touched paths above which one look at everything is cheaper."""

_RULES = (".gitignore", ".gitattributes")
_Marks = tuple[CommitId | None, tuple[Stamp | None, ...]]
_Tree = Callable[[CommitId], Listing]
Look = tuple[WorkTree, Snapshot]


@dataclass(frozen=True, slots=True)
class _Known:
    """The last look, what git's files were before it, and until when it may be trusted."""

    marks: _Marks
    state: WorkTree
    snapshot: Snapshot
    until: float


@dataclass(frozen=True, slots=True)
class _Told:
    """A commit of ours: what git's files were before and after it."""

    before: _Marks
    after: _Marks
    base: CommitId | None
    paths: frozenset[NotePath]


class Watch:
    """Looks at a work tree, and remembers what it saw; safe to share between threads."""

    def __init__(self, repository: Repository, tree: _Tree, look: Callable[[], Look]) -> None:
        """Watch from the first look on.

        Args:
            repository: whose work tree it is.
            tree: returns the notes of a commit.
            look: asks git about everything.
        """
        self._repository = repository
        self._tree = tree
        self._look = look
        self._lock = Lock()
        self._events: FolderEvents | None = None
        self._started = 0.0
        self._known: _Known | None = None
        self._pending: set[str] = set()
        self._told: list[_Told] = []
        self._before: _Marks | None = None

    @property
    def trouble(self) -> str | None:
        """Why every look is one at everything, None if that is not so."""
        trouble = self._events.trouble if self._events else None
        return f"The vault is not watched, so each question looks at all of it: {trouble}" if trouble else None

    def current(self) -> Snapshot:
        """Return the notes as they are now.

        Raises:
            StorageError: if a note cannot be read.
        """
        with self._lock:
            touched = self._drained()
            known = self._followed()
            if known is None or touched is None or known.marks != self._marks() or time.monotonic() > known.until:
                return self._everything()
            if touched:
                known = self._touched(known, touched)
                if known is None:
                    return self._everything()
                self._known = known
                self._pending.clear()
            return known.snapshot

    def begin(self) -> None:
        """Take note of git's files before a write of ours."""
        self._before = self._marks()

    def told(
        self,
        base: CommitId | None,
        commit: CommitId,
        changes: Mapping[NotePath, BlobId | None],
        replaced: tuple[Stamp | None, Stamp | None] | None,
    ) -> None:
        """Learn of a commit of ours: these files are to be looked at again.

        Args:
            base: the commit below.
            commit: ours.
            changes: what it changed.
            replaced: states of git's index before and after the write. Where it was in another one, or another of git's
                files changed too, somebody else did that meanwhile, and all is to be looked at.
        """
        _, files = self._marks()
        after = (commit, files)
        if self._before is not None and _is_ours(self._before[1], files, replaced):
            self._told.append(_Told(self._before, after, base, frozenset(changes)))
        self._before = after

    def close(self) -> None:
        """Stop watching; the next look begins again."""
        with self._lock:
            if self._events is not None:
                self._events.close()
            self._events = self._known = None

    # --- what was told ---

    def _drained(self) -> set[str] | None:
        """Return the touched paths that matter, those left over from a look that failed too; None if not known."""
        now = time.monotonic()
        if self._events is None or (self._events.trouble and now - self._started > RENEWAL):
            self._events, self._started = FolderEvents(self._repository.root, can_hold_notes), now
            return None
        touched = self._events.drain()
        if touched is None or any(path.rpartition("/")[2] in _RULES for path in touched):
            self._known = None
            return None
        self._pending |= {path for path in touched if is_note(path) or path.endswith("/")}
        return self._pending

    def _followed(self) -> _Known | None:
        """Return what is known, carried on over commits of ours."""
        told, self._told = self._told, []
        for act in told:
            known = self._known
            if known is not None and known.marks == act.before and known.state.commit == act.base:
                commit = act.after[0]
                state, snapshot = replace(known.state, commit=commit), replace(known.snapshot, commit=commit)
                self._known = replace(known, marks=act.after, state=state, snapshot=snapshot)
                self._pending |= act.paths
        return self._known

    def _marks(self) -> _Marks:
        found = self._repository.read_object("HEAD")
        own, shared = self._repository.git_dir, self._repository.common_dir
        files = (
            own / "info/sparse-checkout",
            own / "config.worktree",
            shared / "config",
            shared / "info/exclude",
            shared / "info/attributes",
        )
        marks = (_mark(own / "index", read_stamp), *(_mark(file, _stamp) for file in files))
        return CommitId(found[0]) if found else None, marks

    # --- looking ---

    def _everything(self) -> Snapshot:
        """Ask git about everything; what is told while it looks is looked at again the next time."""
        self._known = None
        self._pending.clear()
        marks, start = self._marks(), time.monotonic()
        state, snapshot = self._look()
        if self._events is not None and self._events.trouble is None:
            self._known = _Known(marks, state, snapshot, start + RENEWAL)
        return snapshot

    def _touched(self, known: _Known, touched: Collection[str]) -> _Known | None:
        """Look at what was touched; None if that is not enough.

        A file with the version of the last commit needs no git: hidden or not, staged or not, that is the note's.
        """
        commit = known.state.commit
        if commit is None or len(touched) > MANY or _has_twins({*known.state.changed, *touched}):
            return None
        committed = self._tree(commit)
        edited = sorted(path for path in touched if not self._is_committed(path, committed))
        listed = read_state(self._repository, edited) if edited else WorkTree(commit, None)
        if listed.commit != commit:
            return None
        folders = tuple(path for path in touched if path.endswith("/"))
        before = {path for path in known.state.changed if path in touched or path.startswith(folders)}
        changed = tuple(sorted({*known.state.changed} - before | {*listed.changed}))
        state = replace(known.state, changed=changed)
        affected = before | {*listed.changed} | {path for path in map(NotePath, touched) if is_note(path)}
        snapshot = overlay(self._repository.root, state, committed, known=known.snapshot, affected=affected)
        return replace(known, state=state, snapshot=snapshot)

    def _is_committed(self, path: str, committed: Mapping[NotePath, BlobId]) -> bool:
        note = NotePath(path)
        return note in committed and file_version(self._repository.root, note) == committed[note]


def can_hold_notes(folder: str) -> bool:
    """Whether a folder of this path, empty for the top, may hold notes: it is not hidden, nor Logseq's own."""
    return not folder or is_note(f"{folder}/x.md")


def _has_twins(paths: Collection[str]) -> bool:
    """Whether two paths differ only in case: then a file may be found under another's name."""
    return len({path.casefold() for path in paths}) < len(paths)


def _is_ours(
    before: tuple[Stamp | None, ...],
    after: tuple[Stamp | None, ...],
    replaced: tuple[Stamp | None, Stamp | None] | None,
) -> bool:
    """Whether git's files, of which the index is the first, changed by our write alone."""
    is_index_ours = before[0] == after[0] or (before[0], after[0]) == replaced
    return is_index_ours and before[1:] == after[1:]


def _mark(file: Path, look: Callable[[Path], Stamp]) -> Stamp | None:
    """Return what tells a version of a file from others, None if there is none."""
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            return look(file)
    except OSError as exc:
        raise StorageError(file, exc.strerror or str(exc)) from exc
    return None


def _stamp(file: Path) -> Stamp:
    """Return the stamp of a file that has no digest; git replaces its files whole."""
    return stamp_of(file.stat())
