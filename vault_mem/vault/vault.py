"""The vault: a git repository of notes, read at any revision and written one act at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from vault_mem.config import Settings
from vault_mem.errors import ReadOnlyVaultError, RevisionNotFoundError, StorageError
from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.notes.record import CommitRecord, FileChange
from vault_mem.vault import checkpoints, history, syncing
from vault_mem.vault.acts import Act, Standing, Synced
from vault_mem.vault.attributes import hostile_attributes
from vault_mem.vault.checkouts.making import Checkouts
from vault_mem.vault.identity import HINT
from vault_mem.vault.layout import Layout, is_note
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.maintenance import Maintenance
from vault_mem.vault.manifest import FORMAT, MANIFEST, read_manifest
from vault_mem.vault.objects import blob_id
from vault_mem.vault.pipeline import WritePipeline
from vault_mem.vault.readiness import operation_in_progress, read_head
from vault_mem.vault.repository import Repository
from vault_mem.vault.revisions import Revisions
from vault_mem.vault.saved_notes import SavedNotes
from vault_mem.vault.transaction import Transaction, hold
from vault_mem.vault.trees import TreeCache
from vault_mem.vault.watching import Watch
from vault_mem.vault.worktree import Snapshot, WorkTree, overlay, read_bytes, read_state

SAVED_NOTES = "notes"
_MANY = 64
_FSCK_TIMEOUT = 600.0


class Vault:
    """A git repository of notes; safe to share between threads.

    Attributes:
        root: the folder, resolved.
        key: hex digits that name this repository in the user's cache and state folders; work trees share it.
        settings: what the user chose.
        layout: folder names, and where new notes go.
        checkouts: folders that show the vault as it was.
        is_writable: False if the vault's format is newer than this program.
    """

    def __init__(self, repository: Repository, settings: Settings) -> None:
        """Use `open` instead."""
        self.root = repository.root
        self.key = repository.key
        self.settings = settings
        self.layout = Layout(read_manifest(repository.root))
        self.is_writable = self.layout.manifest.format <= FORMAT
        self._repository = repository
        self._trees = TreeCache(repository, SavedNotes(settings.repository_cache(self.key) / SAVED_NOTES))
        self._revisions = Revisions(repository)
        self._writer = WritePipeline(repository, settings.repository_state(self.key))
        self._lock = WritersLock(repository.common_dir)
        self._maintenance = Maintenance(repository, is_on=settings.maintenance)
        self._watch: Watch | None = None
        self._made: tuple[CommitId | None, CommitId, Mapping[NotePath, BlobId | None]] | None = None
        self.checkouts = Checkouts(repository, settings.repository_state(self.key))

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> Vault:
        """Open the vault whose top folder this is.

        Raises:
            NotAVaultError: if the folder is no repository, not the top of one, or has no `.vault-mem/config.yaml`.
            UnsupportedRepositoryError: if the repository is bare, sha256, reftable, or belongs to somebody else.
            GitMissingError: if there is no git, or one older than 2.34.
            InvalidConfigError: if the vault's own config cannot be read.
        """
        repository = Repository.open(folder)
        try:
            return cls(repository, settings)
        except BaseException:
            repository.close()
            raise

    @staticmethod
    def find(start: Path) -> Path | None:
        """Return the vault that a folder is in: the nearest one above that has `.git` and the vault's config."""
        try:
            here = start.resolve()
            folders = (here, *here.parents)
            return next((f for f in folders if (f / ".git").exists() and (f / MANIFEST).is_file()), None)
        except (OSError, RuntimeError, ValueError):
            return None

    def close(self) -> None:
        """End git's processes, and stop watching."""
        if self._watch is not None:
            self._watch.close()
        self._repository.close()

    @property
    def identity_hint(self) -> str | None:
        """What to tell a user whose git has no identity configured; None if it has one."""
        return None if self._writer.identities.current().is_configured else HINT

    # Reading.

    def state(self) -> WorkTree:
        """Return HEAD, the branch, and what differs from HEAD; one `git status`, which takes no lock."""
        return read_state(self._repository)

    def head(self) -> CommitId | None:
        """Return the last commit, None in a vault without one; no process is started."""
        found = self._repository.read_object("HEAD")
        return CommitId(found[0]) if found else None

    def tree(self, commit: CommitId) -> Listing:
        """Return every note of a commit with its version.

        Raises:
            RevisionNotFoundError: if there is no such commit here.
        """
        return self._trees.notes(commit)

    def current(self) -> Snapshot:
        """Return the notes as they are now: HEAD's, with the work tree's changes laid over them."""
        return self._watch.current() if self._watch else self._look()[1]

    def watch(self) -> None:
        """From now on, let `current` ask git only about what was touched since; see `Watch`."""
        if self._watch is None:
            self._watch = Watch(self._repository, self.tree, self._look)

    @property
    def watch_trouble(self) -> str | None:
        """Why watching does not work, None if it does, or was not asked for."""
        return self._watch.trouble if self._watch else None

    def _look(self) -> tuple[WorkTree, Snapshot]:
        """Ask git about everything, and read HEAD's notes meanwhile."""
        head = self.head()
        if head is None or self._trees.knows(head):
            state = self.state()
        else:
            with ThreadPoolExecutor(1, thread_name_prefix="vault-mem-look") as pool:
                asked = pool.submit(self.state)
                with suppress(RevisionNotFoundError):  # a commit that is gone already; what git says counts
                    self.tree(head)
                state = asked.result()
        return state, overlay(self.root, state, self.tree(state.commit) if state.commit else Listing({}))

    def is_as_committed(self, path: NotePath, blob: BlobId) -> bool:
        """Whether the work tree has exactly this version at a path; one file is read."""
        content = read_bytes(self.root, path)
        return content is not None and blob_id(content) == blob

    def read_blobs(self, blobs: Iterable[BlobId], snapshot: Snapshot | None = None) -> Iterator[tuple[BlobId, bytes]]:
        """Yield (version, bytes) of versions, from git or, for a snapshot's dirty notes, from the work tree.

        Versions that are not here (a partial clone, a file changed since) are left out. The order is not kept.
        """
        dirty = {snapshot.notes[path]: path for path in snapshot.dirty} if snapshot else {}
        committed: list[BlobId] = []
        for blob in dict.fromkeys(blobs):
            content = read_bytes(self.root, dirty[blob]) if blob in dirty else None
            if content is not None and blob_id(content) == blob:
                yield blob, content
            else:
                committed.append(blob)
        yield from self._read_committed(committed)

    def _read_committed(self, blobs: list[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
        if len(blobs) > _MANY:
            for name, content in self._repository.read_many(blobs):
                yield BlobId(name), content
            return
        for blob in blobs:
            found = self._repository.read_object(blob)
            if found is not None:
                yield blob, found[2]

    def resolve(self, revision: str, *, now: datetime) -> CommitId:
        """Return the commit that a ref, a commit prefix, a date or time words name.

        Raises:
            RevisionNotFoundError: if it names nothing, or a time before the first commit.
        """
        return self._revisions.resolve(revision, now=now)

    def tags(self) -> Mapping[str, datetime]:
        """Return the names of the tags, the newest 5,000 of them, and the times of the commits they name."""
        return self._revisions.tags()

    def commits(self, head: CommitId | None = None, *, exclude: Collection[CommitId] = ()) -> Iterator[CommitRecord]:
        """Yield the commits reachable from a head (None: HEAD) and not from `exclude`, parents before children."""
        made = self._made
        if made is not None and head == made[1] and made[0] in exclude and (record := self._record(*made)):
            yield record
        else:
            yield from history.read_commits(self._repository, head, exclude=exclude)

    def _record(
        self, base: CommitId | None, commit: CommitId, changes: Mapping[NotePath, BlobId | None]
    ) -> CommitRecord | None:
        """Return the record of a commit that was made here, without asking git; None if that cannot be."""
        found = self._repository.read_object(commit)
        if base is None or found is None or not self._trees.knows(base):
            return None
        before = self._trees.notes(base)
        changed = (FileChange(path, before.get(path), new) for path, new in changes.items() if is_note(path))
        record = history.record_of(commit, found[2], [change for change in changed if change.old != change.new])
        return record if record is not None and record.parents == (base,) else None

    def shallow_mark(self) -> str:
        """Return where a shallow clone is cut off, as a digest; empty for a whole repository. One file is read."""
        try:
            return hashlib.sha256((self._repository.common_dir / "shallow").read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
        except OSError as exc:
            raise StorageError(self._repository.common_dir / "shallow", exc.strerror or str(exc)) from exc

    def boundary(self) -> frozenset[CommitId]:
        """Return the commits at which a shallow clone is cut off: their parents, so what they did, are not known."""
        return self._revisions.boundary()

    # Health.

    def operation(self) -> str | None:
        """Return what git is in the middle of (merge, rebase, cherry-pick, revert, bisect), None if nothing."""
        return operation_in_progress(self._repository)

    def damage(self) -> tuple[str, ...]:
        """Return what `git fsck` says is broken or missing, a line each; empty for a sound repository."""
        outcome = self._repository.attempt("fsck", "--no-dangling", "--no-progress", timeout=_FSCK_TIMEOUT)
        if outcome.status == 0:
            return ()
        lines = [*outcome.output.decode("utf-8", "replace").splitlines(), *outcome.error.splitlines()]
        return tuple(line for line in lines if line.strip()) or (f"git fsck ended with status {outcome.status}",)

    def loose_objects(self) -> int:
        """Return how many objects of git are not packed."""
        count = self._repository.run("count-objects").split(b" ")[0]
        return int(count) if count.isdigit() else 0

    def hostile_attributes(self) -> tuple[str, ...]:
        """Return the git attributes that keep git from storing notes byte for byte; empty for a sound vault."""
        return tuple(dict.fromkeys(attribute for _, attribute in hostile_attributes(self._repository)))

    def has_unfinished_write(self) -> bool:
        """Whether a killed writer left an act that the next write will finish or take back."""
        return self._writer.has_intent()

    # Writing.

    @contextmanager
    def writing(self, *, timeout: float = 5.0) -> Iterator[Transaction]:
        """Hold the vault for writing; first, what a killed writer left is finished or taken back.

        Args:
            timeout: seconds to wait for another writer.

        Raises:
            ReadOnlyVaultError: if the vault's format is newer than this program.
            DetachedHeadError: if HEAD is on no branch.
            OperationInProgressError: in the middle of a merge, rebase, cherry-pick, revert or bisect.
            VaultBusyError: if another writer keeps the vault for longer.
            StorageError: if the disk refuses.
        """
        self._require_writable()
        with hold(self._writer, self._lock, self._learn, timeout) as transaction:
            if self._watch is not None:
                self._watch.begin()
            yield transaction
        self._maintenance.start_if_due()

    def sync(self, *, dry_run: bool = False) -> Synced:
        """Commit hand edits, take over what the remote's branch has, and give it what we have; see `syncing.sync`."""
        if dry_run:
            return syncing.preview(self._repository, self.state().changed)
        return syncing.sync(self._repository, self.writing, lambda: self.state().changed)

    def standing(self) -> Standing | None:
        """Return how far the branch is from what its remote last had; see `syncing.standing`."""
        return syncing.standing(self._repository)

    def checkpoint(self, name: str, commit: CommitId, act: Act, *, now: datetime) -> None:
        """Name a commit by an annotated tag, durably; see `checkpoints.create`.

        Raises:
            InvalidNoteError: for a name that cannot be one, or that is taken.
            DetachedHeadError: if HEAD is on no branch, as in a checkout.
            ReadOnlyVaultError: if the vault's format is newer than this program.
            StorageError: if the disk refuses.
        """
        self._require_writable()
        read_head(self._repository)
        checkpoints.check_name(name, now=now)
        checkpoints.create(self._repository, act, name, commit, self._writer.identities.current().committer)

    def checkpoints(self) -> Iterator[checkpoints.Mark]:
        """Yield the checkpoints, newest first."""
        return checkpoints.read(self._repository)

    def _learn(self, base: CommitId | None, commit: CommitId, changes: Mapping[NotePath, BlobId | None]) -> None:
        """Take over a commit that was just made here."""
        self._made = base, commit, changes
        self._trees.advance(base, commit, changes)
        if self._watch is not None:
            self._watch.told(base, commit, changes, self._writer.index.replaced)

    def _require_writable(self) -> None:
        if not self.is_writable:
            raise ReadOnlyVaultError(
                f"The vault has format {self.layout.manifest.format}, this program knows {FORMAT}",
                "Upgrade git-vault-mem; reading still works",
            )
