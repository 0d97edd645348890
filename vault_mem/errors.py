"""Every error vault-mem raises on purpose, in one tree.

Each class carries a stable kebab-case `code` for programs, its own message for people, and a `hint` that names the
next step. Shells translate the tree once: the CLI to an exit code, MCP to `code: message. hint`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class VaultMemError(Exception):
    """Root of the tree; catch it to catch everything vault-mem refuses."""

    code = "vault-mem-error"

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint.

        Args:
            message: what is wrong, one sentence without a final stop.
            hint: the next step, one sentence without a final stop; empty if there is none.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return `message. hint` on one line."""
        return f"{self.message}. {self.hint}" if self.hint else self.message


# --- what was asked for ------------------------------------------------------------------------------------------


class NoteNotFoundError(VaultMemError):
    """No note answers to this id, key, title, alias or path."""

    code = "note-not-found"

    def __init__(self, reference: str, *, at: str | None = None, suggestions: Sequence[str] = ()) -> None:
        """Name the reference, the revision it was looked for in, and what it may have meant."""
        where = f" at {at}" if at else ""
        hint = f"Did you mean {', '.join(suggestions)}?" if suggestions else "Use recall to find the note first"
        super().__init__(f"No note {_quoted(reference)}{where}", hint)


class AmbiguousNoteError(VaultMemError):
    """Several notes answer to the same reference."""

    code = "ambiguous-note"

    def __init__(self, reference: str, candidates: Sequence[str]) -> None:
        """Name the reference and the paths it may mean."""
        super().__init__(
            f"{_quoted(reference)} means {len(candidates)} notes: {', '.join(candidates[:5])}",
            "Give the path or the id",
        )


class RevisionNotFoundError(VaultMemError):
    """A revision, date or time word that names no state of the vault."""

    code = "unknown-revision"

    def __init__(self, revision: str, reason: str = "") -> None:
        """Name the revision and, where known, why it cannot be resolved."""
        super().__init__(
            f"No revision {_quoted(revision)}{f': {reason}' if reason else ''}",
            "Give a branch, a tag, 7 or more digits of a commit, a date (2026-11-20) or words like '3 weeks ago'",
        )


class InvalidQueryError(VaultMemError):
    """A recall that cannot be answered: no query and no filter, or one far too long."""

    code = "invalid-query"


class InvalidNoteError(VaultMemError):
    """A note, property or argument that the vault format does not allow."""

    code = "invalid-note"


class SectionNotFoundError(VaultMemError):
    """A heading or line range that the note does not have."""

    code = "section-not-found"

    def __init__(self, section: str, path: str, sections: Sequence[str]) -> None:
        """Name the section, the note and the sections it has."""
        known = ", ".join(_quoted(name) for name in sections[:10]) or "none"
        super().__init__(
            f"{path} has no section {_quoted(section)}", f"Its sections: {known}; lines are given as L10-L20"
        )


class MalformedFrontmatterError(VaultMemError):
    """Frontmatter that is not a flat YAML mapping; the note is readable but not editable."""

    code = "malformed-frontmatter"

    def __init__(self, path: str, problem: str, *, line: int, column: int) -> None:
        """Name the note, the problem, and its place (both 1-based, in the whole file)."""
        super().__init__(
            f"{path}:{line}:{column}: {problem}", "Mend the frontmatter by hand, then try again; nothing was changed"
        )
        self.problem = problem
        self.line = line
        self.column = column


class UnsafePathError(VaultMemError):
    """A path that would leave the vault or that some system cannot hold."""

    code = "unsafe-path"

    def __init__(self, path: str, reason: str) -> None:
        """Name the path and the reason."""
        super().__init__(f"Path {_quoted(path)} {reason}", "Give a path inside the vault, such as decisions/api.md")


# --- writing -----------------------------------------------------------------------------------------------------


class WriteConflictError(VaultMemError):
    """The note changed since the version the writer saw; nothing was written."""

    code = "write-conflict"

    def __init__(self, path: str, *, expected: str, actual: str, diff: str) -> None:
        """Name the note, both versions (blob ids), and show the difference as a unified diff."""
        shown = diff if len(diff) <= 4_000 else diff[:4_000] + "\n[…]"
        super().__init__(
            f"{path} changed since version {expected[:12]}; it is now {actual[:12]}\n{shown}".rstrip(),
            f"Read it again and repeat the write with version={actual}",
        )
        self.expected = expected
        self.actual = actual
        self.diff = diff


class UndoRefusedError(VaultMemError):
    """Acts that cannot be taken back without more than was asked for; nothing was written."""

    code = "undo-refused"

    def __init__(self, problem: str, paths: Sequence[str], hint: str) -> None:
        """Say what is wrong with which notes."""
        more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
        super().__init__(f"{problem}: {', '.join(paths[:5])}{more}", hint)


class StagedRemovalError(WriteConflictError):
    """A person has staged that git lets go of the note (`git rm --cached`), and kept the file; nothing was written."""

    def __init__(self, path: str, *, expected: str, actual: str) -> None:
        """Name the note, its version at HEAD and the file's (blob ids)."""
        super().__init__(path, expected=expected, actual=actual, diff="")
        self.message = f"{path} is staged for removal from git, but the file is still there"
        self.hint = f"Commit that removal, or take it back with 'git reset -- {path}'"


class VaultBusyError(VaultMemError):
    """Another writer holds the vault, git's index, or the file itself."""

    code = "vault-busy"

    def __init__(self, what: str, hint: str = "Try again in a moment") -> None:
        """Say what is held and by whom, as far as is known."""
        super().__init__(what, hint)


class StorageError(VaultMemError):
    """The disk refused: full, read-only, or without permission; nothing was acknowledged."""

    code = "storage-failed"

    def __init__(self, path: Path | str, reason: str) -> None:
        """Name the path and the system's reason."""
        super().__init__(
            f"Cannot write {path}: {reason}", "Free space or mend the permissions, then repeat; nothing is lost"
        )


class ReadOnlyVaultError(VaultMemError):
    """The vault may be read but not written, for instance because its format is newer than this program."""

    code = "read-only-vault"


# --- the repository ----------------------------------------------------------------------------------------------


class NotAVaultError(VaultMemError):
    """The folder is not a git repository, or not the top of one."""

    code = "not-a-vault"

    def __init__(self, path: Path | str, reason: str = "is not a vault") -> None:
        """Name the folder."""
        super().__init__(f"{path} {reason}", "Make one with 'vault-mem init DIR', or name one with --vault")


class UnsupportedRepositoryError(VaultMemError):
    """A repository that cannot be a vault: bare, sha256, reftable, or with filters on notes."""

    code = "unsupported-repository"


class OperationInProgressError(VaultMemError):
    """A merge, rebase, cherry-pick, revert or bisect is under way; writing would mix into it."""

    code = "operation-in-progress"

    def __init__(self, operation: str) -> None:
        """Name the operation as git names it."""
        super().__init__(
            f"{'An' if operation == 'am' else 'A'} {operation} is in progress in the vault",
            f"Finish it ('git {operation} --continue') or drop it ('git {operation} --abort'); reading still works"
            if operation != "bisect"
            else "End it with 'git bisect reset'; reading still works",
        )


class DetachedHeadError(VaultMemError):
    """HEAD is on no branch: a commit made here would be lost at the next switch."""

    code = "detached-head"

    def __init__(self, *, checkout_of: str | None = None) -> None:
        """Say so; in a folder that `checkout` made, name the state that it shows, as it was typed."""
        if checkout_of is None:
            message = "HEAD is detached: new memories would belong to no branch"
            hint = "Run 'git switch main' (or 'git switch -c NAME') in the vault; reading still works"
        else:
            message = f"This folder shows the vault as it was at {_quoted(checkout_of)}, and nothing is written here"
            hint = "Write to the vault itself; reading works here"
        super().__init__(message, hint)


class CheckoutError(VaultMemError):
    """A folder that cannot become a checkout of the vault, or a checkout that cannot be removed."""

    code = "checkout-refused"


class GitMissingError(VaultMemError):
    """No git on this machine, or one too old."""

    code = "git-missing"


class GitCommandError(VaultMemError):
    """A git command failed in a way nobody foresaw."""

    code = "git-failed"

    def __init__(self, command: str, detail: str) -> None:
        """Name the subcommand and git's own message."""
        super().__init__(f"git {command} failed: {detail}", "Run 'vault-mem fsck' to look at the vault's health")


# --- derived data and installation -------------------------------------------------------------------------------


class RemoteError(VaultMemError):
    """The vault's remote refuses, or cannot be reached."""

    code = "remote-failed"


class NoRemoteError(VaultMemError):
    """The vault's branch follows no remote."""

    code = "no-remote"

    def __init__(self, remotes: Sequence[str]) -> None:
        """Name the remotes there are."""
        if remotes:
            super().__init__(
                f"The branch follows none of {', '.join(map(_quoted, remotes))}",
                "Choose one: git branch --set-upstream-to=REMOTE/BRANCH",
            )
        else:
            super().__init__("The vault has no remote", "Add one: git remote add origin URL")


class IndexDamagedError(VaultMemError):
    """The derived index cannot be read; it is rebuilt, never trusted."""

    code = "index-damaged"

    def __init__(self, what: str) -> None:
        """Name the part that is damaged."""
        super().__init__(f"The recall index is damaged: {what}", "Run 'vault-mem reindex'; the notes are not affected")


class IndexReplacedError(VaultMemError):
    """The derived index was built anew while it was being asked; asking again is all it takes."""

    code = "index-replaced"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("The recall index was rebuilt meanwhile", "Ask again")


class InvalidConfigError(VaultMemError):
    """A setting that cannot be used."""

    code = "invalid-config"

    def __init__(self, where: str, problem: str, hint: str = "Mend or remove that setting") -> None:
        """Name the file, variable or option, and the problem."""
        super().__init__(f"{where}: {problem}", hint)


class ModelUnavailableError(VaultMemError):
    """An embedder or reranker that does not answer, or not with what it was asked for; everything else goes on."""

    code = "model-unavailable"

    def __init__(
        self, service: str, problem: str, hint: str = "It is asked again later; 'vault-mem doctor' asks it now"
    ) -> None:
        """Name the model or the service, and the problem; neither ever holds a key."""
        super().__init__(f"{service}: {problem}", hint)
        self.problem = problem


class MissingExtraError(VaultMemError):
    """An optional feature whose packages are not installed."""

    code = "missing-extra"

    def __init__(self, feature: str, extra: str) -> None:
        """Name the feature and the extra that brings it."""
        super().__init__(
            f"{feature} needs packages that are not installed", f"Run: pip install 'git-vault-mem[{extra}]'"
        )


def _quoted(text: str) -> str:
    """Return the text in quotes, control characters escaped and long text cut, safe to print."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    return (
        "'" + shown.encode("unicode_escape").decode("ascii").replace("'", "\\'") + "'"
        if not shown.isprintable()
        else f"'{shown}'"
    )
