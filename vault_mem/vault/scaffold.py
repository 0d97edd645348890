"""Making a folder a vault: what is missing is added, no note is changed, and a second run adds nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vault_mem.config import Settings
from vault_mem.errors import (
    NotAVaultError,
    StorageError,
    UnsupportedRepositoryError,
)
from vault_mem.notes.model import BlobId, CommitId, NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.attributes import ATTRIBUTES_HINT, hostile_attributes
from vault_mem.vault.driver import register_driver
from vault_mem.vault.failures import failure
from vault_mem.vault.identity import HINT
from vault_mem.vault.lock import WritersLock
from vault_mem.vault.manifest import MANIFEST, read_manifest
from vault_mem.vault.objects import blob_id
from vault_mem.vault.pipeline import WritePipeline
from vault_mem.vault.repository import Repository, require_git, run_outside
from vault_mem.vault.templates import vault_template
from vault_mem.vault.transaction import Transaction, hold
from vault_mem.vault.worktree import read_bytes, read_state

_WAIT = 5.0
_MERGED = {".gitattributes": "gitattributes", ".gitignore": "gitignore"}
# Files of one application are added together, and only where the application has none yet.
_ADDED = {
    "": {MANIFEST: "config.yaml"},
    ".obsidian": {".obsidian/app.json": "obsidian/app.json", ".obsidian/types.json": "obsidian/types.json"},
    "logseq": {"logseq/config.edn": "logseq/config.edn"},
}
_APPLICATIONS = frozenset(name for folder, files in _ADDED.items() if folder for name in files)
_PATTERN = re.compile(r"([\\*?\[\]!# ])")


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What `initialise` did.

    Attributes:
        root: the vault.
        created: files written or added to, vault-relative, in order; empty if all was there.
        notes: what the user should know, one sentence each.
        commit: the commit that has them, None if there was nothing to commit.
    """

    root: Path
    created: tuple[str, ...]
    notes: tuple[str, ...]
    commit: CommitId | None


def initialise(folder: Path, settings: Settings) -> Scaffolded:
    """Make a folder a vault, whatever it is now: missing, empty, Markdown, a repository, or of Obsidian or Logseq.

    Only our own files are committed. Notes that are there stay as they are, committed or not.

    Raises:
        UnsupportedRepositoryError: if the repository is bare, sha256 or reftable, or puts filters on notes.
        NotAVaultError: if the path is a file, or inside a git directory.
        StorageError: if the disk refuses.
        OperationInProgressError, DetachedHeadError, VaultBusyError: as for any write.
    """
    require_git()
    _make_folder(folder)
    root = folder.resolve()
    notes = list(_make_repository(root))
    repository = Repository.open(root)
    try:
        _check_attributes(repository)
        writer = WritePipeline(repository, settings.repository_state(repository.key))
        lock = WritersLock(repository.common_dir)
        with hold(writer, lock, None, _WAIT) as transaction:
            created, commit = _write(repository, writer, transaction)
        read_manifest(root)
        register_driver(repository)
        notes += _remarks(repository, writer)
        return Scaffolded(root, created, tuple(notes), commit)
    finally:
        repository.close()


def _make_folder(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise NotAVaultError(folder, "is a file")
        if "\n" in str(folder.resolve()):
            raise NotAVaultError(folder, "has a line break in its path, where git's answers end")
        folder.mkdir(parents=True, exist_ok=True)
    except ValueError as exc:
        raise NotAVaultError(folder, "cannot be the name of a folder") from exc
    except OSError as exc:
        raise StorageError(folder, exc.strerror or str(exc)) from exc


def _make_repository(root: Path) -> Iterator[str]:
    """Run `git init` unless the folder is the top of a repository; say what was done."""
    outcome = run_outside(root, "rev-parse", "--show-toplevel")
    outer = None if outcome.status else Path(os.fsdecode(outcome.output).rstrip("\n"))
    if outer is not None and outer.samefile(root):
        return
    if outer is None and "not a git repository" not in outcome.error:
        if (
            "must be run in a work tree" in outcome.error
            and run_outside(root, "rev-parse", "--git-dir").output != b".\n"
        ):
            raise NotAVaultError(root, "is inside a git directory")
        Repository.open(root).close()
        return
    _git_init(root)
    yield "Made a git repository"
    if outer is not None:
        yield from _exclude(outer, root)


def _git_init(root: Path) -> None:
    chosen = run_outside(root, "config", "--get", "init.defaultBranch").output.strip()
    branch = () if chosen else ("--initial-branch=main",)
    outcome = run_outside(root, "init", "--quiet", *branch)
    if outcome.status:
        raise failure("init", outcome.error, root)


def _exclude(outer: Path, root: Path) -> Iterator[str]:
    """Keep the vault out of the repository it lies in: memory on feature branches would vanish with a switch."""
    inner = root.relative_to(outer.resolve()).as_posix()
    line = "/" + _PATTERN.sub(r"\\\1", inner) + "/"
    where = os.fsdecode(run_outside(outer, "rev-parse", "--git-path", "info/exclude").output).rstrip("\n")
    path = outer / where
    try:
        path.parent.mkdir(exist_ok=True)
        before = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
        if line not in before.splitlines():
            path.write_text(_appended(before, [line]), encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as exc:
        raise StorageError(path, exc.strerror or str(exc)) from exc
    yield f"The folder lies in the repository {outer}: the vault is a repository of its own, and {path} leaves it out"
    if run_outside(outer, "ls-files", "-z", "--", inner).output:
        yield f"That repository already tracks files here; to let go of them run: git rm -r --cached -- '{inner}'"


def _check_attributes(repository: Repository) -> None:
    for path, attribute in hostile_attributes(repository):
        raise UnsupportedRepositoryError(f"{path} has the git attribute {attribute}", ATTRIBUTES_HINT)


def _write(
    repository: Repository, writer: WritePipeline, transaction: Transaction
) -> tuple[tuple[str, ...], CommitId | None]:
    changes, seen, created = [], dict[NotePath, BlobId](), []
    for name, content, before in _wanted_files(repository.root):
        path = NotePath(name)
        tracked = writer.trees.find(writer.tree_of(transaction.head), path) is not None
        if before is not None:
            seen[path] = blob_id(before)
        if name in _APPLICATIONS and _is_ignored(repository, path):
            continue
        if content != before:
            created.append(name)
        if content != before or not tracked:
            changes.append(Change(path, content))
    if not changes:
        return (), None
    receipt = transaction.commit(Act("init", tuple(changes), seen=seen))
    return tuple(created), receipt.commit


def _wanted_files(root: Path) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Yield (path, wanted bytes, bytes there now) of every file of ours."""
    for name, template in _MERGED.items():
        before = read_bytes(root, NotePath(name))
        yield name, _merged(before, vault_template(template)), before
    for folder, files in _ADDED.items():
        is_ours = not folder or not (root / folder).exists()
        for name, template in files.items():
            before = read_bytes(root, NotePath(name))
            if before is not None and not folder:
                yield name, before, before
            elif is_ours:
                yield name, vault_template(template).encode("utf-8"), None


def _merged(before: bytes | None, template: str) -> bytes:
    """Return a file with the template's missing lines at its end; the lines that are there stay as they are."""
    text = (before or b"").decode("utf-8", "surrogateescape")
    present = {line.strip() for line in text.splitlines()}
    missing = [line for line in template.splitlines() if line.strip() not in present]
    return _appended(text, missing).encode("utf-8", "surrogateescape")


def _appended(text: str, lines: list[str]) -> str:
    if not lines:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    return text + gap + "".join(line + end for line in lines)


def _is_ignored(repository: Repository, path: NotePath) -> bool:
    # This command refuses to run with literal pathspecs; the path is one of ours, without magic.
    return repository.attempt("check-ignore", "--quiet", "--", path, env={"GIT_LITERAL_PATHSPECS": "0"}).status == 0


def _remarks(repository: Repository, writer: WritePipeline) -> Iterator[str]:
    state = read_state(repository)
    if state.changed:
        yield (
            f"{len(state.changed)} notes are not committed; they are recalled as they are, and committed when you"
            " commit them or an agent first changes them"
        )
    if not writer.identities.current().is_configured:
        yield HINT
