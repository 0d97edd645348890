"""Git commands for one repository, run so that nothing outside the command decides what they do.

The only importer of GitPython. Of GitPython only its command runner and its persistent `cat-file` are used: its index
cannot read version 4 and its object database starts a process for each object (measured).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from vault_mem.config import prepare_environment
from vault_mem.errors import (
    GitCommandError,
    GitMissingError,
    NotAVaultError,
    UnsupportedRepositoryError,
    VaultBusyError,
)
from vault_mem.vault.failures import reftable, refusal, reporting, said

if TYPE_CHECKING:
    from git.cmd import Git

OLDEST_GIT = (2, 34)
READ_TIMEOUT = 120.0
_CHUNK = 1 << 16
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_GLOB_PATHSPECS": "0",
    "GIT_NOGLOB_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_DEFAULT_HASH": "sha1",
    "GIT_DEFAULT_REF_FORMAT": "files",
}
_OPTIONS = (
    "core.quotePath=false",
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "commit.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
    f"diff.orderFile={os.devnull}",
)
# Scopes of git-config(1) that lie in the repository.
_ITS_OWN = frozenset({"local", "worktree"})
_EVERYBODYS = _ITS_OWN | {"system", "global", "command"}
_NO_FILTER = {"clean": "", "smudge": "", "process": "", "required": "false"}
_MOST_FILTERS = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a git command ended: exit status, bytes on stdout, text on stderr."""

    status: int
    output: bytes
    error: str


class Repository:
    """One work tree of a git repository; safe to share between threads.

    Attributes:
        root: top of the work tree, resolved.
        git_dir: this work tree's own git directory (HEAD, index).
        common_dir: what all work trees share (objects, refs); the same folder in an ordinary repository.
    """

    def __init__(self, root: Path, git_dir: Path, common_dir: Path) -> None:
        """Use `open` instead; this checks nothing."""
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir
        self._git = _git_class()(str(root))
        self._git.update_environment(**_ENVIRONMENT)
        self._objects = _git_class()(str(root))
        self._objects.update_environment(**_ENVIRONMENT)
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path, *, own_filters: bool = True) -> Repository:
        """Open the repository whose top is `folder`.

        Args:
            folder: the top of its work tree.
            own_filters: whether filters of the user's own config run; those of the repository's config never do.

        Raises:
            NotAVaultError: if the folder is no repository, or inside one.
            UnsupportedRepositoryError: if it is bare, sha256, reftable, or belongs to another user.
            GitMissingError: if there is no git, or one older than 2.34.
        """
        try:
            is_folder = folder.is_dir()
        except OSError as exc:
            raise NotAVaultError(folder, f"cannot be opened ({exc.strerror})") from exc
        if not is_folder:
            raise NotAVaultError(folder, "is not a folder")
        require_git()
        root, git_dir, common_dir = _locate(folder)
        repository = cls(root, git_dir, common_dir)
        repository._switch_off_filters(_ITS_OWN if own_filters else _EVERYBODYS)
        return repository

    @property
    def key(self) -> str:
        """Hex digits that name the repository in the user's folders: a hash of the common git directory."""
        return hashlib.sha256(os.fsencode(self.common_dir)).hexdigest()[:32]

    def run(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Return what a git command prints; arguments as for `attempt`.

        Raises:
            GitCommandError: if it fails.
        """
        outcome = self.attempt(*arguments, stdin=stdin)
        if outcome.status:
            raise GitCommandError(arguments[0], said(outcome.error) or f"exit status {outcome.status}")
        return outcome.output

    def attempt(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> Outcome:
        """Run a git command that may fail, and say how it ended.

        Args:
            arguments: subcommand and its arguments; user values stand after `--` or `--end-of-options`.
            stdin: bytes for the command to read; nothing if None.
            options: further `-c` settings, `name=value`.
            env: further variables.
            timeout: seconds until the command is killed (not on Windows, where GitPython cannot).
        """
        return _execute(self._git, [*self._settings(options), *arguments], stdin=stdin, env=env, timeout=timeout)

    @contextmanager
    def stream(self, *arguments: str, stdin: bytes | None = None, check: bool = True) -> Iterator[IO[bytes]]:
        """Give a command's stdout while it runs; the process ends with the block.

        Raises:
            GitCommandError: at the end of the block, if all was read and the command failed; not without `check`.
        """
        with _fed(stdin) as source:
            command = ["git", *self._settings(()), *arguments]
            process = self._git.execute(command, istream=source, as_process=True, stdout_as_string=False)
            try:
                yield process.stdout
                if check and not process.stdout.read(1) and process.proc is not None and process.proc.wait():
                    raise GitCommandError(arguments[0], said(process.stderr.read().decode("utf-8", "replace")))
            finally:
                process.__del__()

    def tokens(self, *arguments: str, stdin: bytes | None = None) -> Iterator[bytes]:
        """Yield the NUL-terminated fields that a command prints, as they come; a last one without NUL is dropped."""
        rest = b""
        with self.stream(*arguments, stdin=stdin) as stdout:
            while chunk := stdout.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole

    def read_object(self, name: str) -> tuple[str, str, bytes] | None:
        """Return (id, kind, content) of an object by id or ref name, None if it is not here."""
        if "\n" in name:
            return None  # the persistent process would take the next line for another question
        with self._lock:
            for _ in range(2):
                try:
                    found, kind, _size, content = self._objects.get_object_data(name)
                except ValueError as exc:
                    # GitPython's message where the process died instead of answering, as an older git does when a
                    # partial clone lacks the object; it is started again and asked once more.
                    if "SHA is empty" not in str(exc):
                        return None
                    self._objects.clear_cache()
                except BrokenPipeError:
                    self._objects.clear_cache()
                else:
                    return _text(found), _text(kind), content
        return None

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (id, content) of many objects in the order given; those that are not here are left out."""
        start = 0
        while start < len(names):
            for name, content in self._read_batch(names[start:]):
                start += 1
                if content is not None:
                    yield name, content
            # In a partial clone an older git dies at the first object that it may not fetch; the next ones are here.
            start += 1

    def _read_batch(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        request = "".join(f"{name}\n" for name in names).encode("ascii")
        with self.stream("cat-file", "--batch", "--buffer", stdin=request, check=False) as stdout:
            while header := stdout.readline():
                fields = header.decode("ascii", "replace").split()
                if len(fields) == 3 and fields[2].isdigit():
                    content = stdout.read(int(fields[2]))
                    stdout.read(1)
                    yield fields[0], content
                else:
                    yield fields[0], None

    def contains(self, head: str, commit: str) -> bool:
        """Whether a commit is another one or behind it."""
        return head == commit or self.attempt("merge-base", "--is-ancestor", commit, head).status == 0

    def own_settings(self) -> list[str]:
        """Return the names of the settings that lie in the repository itself, what it includes too."""
        listed = self.attempt("config", "--show-scope", "--name-only", "-z", "--list").output
        fields = iter(os.fsdecode(listed).split("\0"))
        return [name for scope, name in zip(fields, fields, strict=False) if scope in _ITS_OWN]

    def close(self) -> None:
        """End the persistent processes; a later read starts them again."""
        with self._lock:
            self._objects.clear_cache()

    def _settings(self, options: Sequence[str]) -> list[str]:
        return [part for option in (*_OPTIONS, *options) for part in ("-c", option)]

    def _switch_off_filters(self, scopes: Collection[str]) -> None:
        """Make filter drivers defined in these scopes do nothing: the repository's own may have come in an archive.

        What it includes, and what a work tree's own config adds, counts as its own. Variables rather than `-c`, which
        cannot name a driver with `=` in it.
        """
        listed = self.attempt("config", "--show-scope", "--name-only", "-z", "--get-regexp", r"^filter\.").output
        fields = iter(os.fsdecode(listed).split("\0"))
        names = {name.rpartition(".")[0] for scope, name in zip(fields, fields, strict=False) if scope in scopes}
        if len(names) > _MOST_FILTERS:
            raise UnsupportedRepositoryError(
                f"{self.root} defines {len(names)} filters", "Remove them from .git/config: a vault needs none"
            )
        settings = [(f"{name}.{key}", value) for name in sorted(names) for key, value in _NO_FILTER.items()]
        pairs = {f"GIT_CONFIG_KEY_{n}": key for n, (key, _) in enumerate(settings)}
        pairs |= {f"GIT_CONFIG_VALUE_{n}": value for n, (_, value) in enumerate(settings)}
        self._git.update_environment(**pairs, GIT_CONFIG_COUNT=str(len(settings)))


def require_git() -> None:
    """Refuse to go on without a git that knows what is needed here.

    Raises:
        GitMissingError: if git is not on the path, or is older than 2.34.
    """
    if shutil.which("git") is None:
        raise GitMissingError("git was not found", "Install git 2.34 or later and see that it is on the PATH")
    version = _git_version()
    if version < OLDEST_GIT:
        shown = ".".join(map(str, version))
        raise GitMissingError(f"git {shown} is too old", "Install git 2.34 or later")


def run_outside(folder: Path, *arguments: str) -> Outcome:
    """Run a git command in a folder that need not be a repository, with the same guards."""
    git = _git_class()(str(folder))
    git.update_environment(**_ENVIRONMENT)
    settings = [part for option in _OPTIONS for part in ("-c", option)]
    return _execute(git, [*settings, *arguments], stdin=None, env=None, timeout=READ_TIMEOUT)


def can_fsync_refs() -> bool:
    """Whether this git knows `core.fsync` (2.36 and later)."""
    return _git_version() >= (2, 36)


def _git_class() -> type[Git]:
    """Import GitPython on first use: it looks for git when imported, and takes long."""
    prepare_environment()
    from git.cmd import Git as Found  # noqa: PLC0415 - the environment must be prepared first

    return Found


@lru_cache(maxsize=1)
def _git_version() -> tuple[int, int]:
    outcome = _execute(_git_class()(), ["version"], stdin=None, env=None, timeout=READ_TIMEOUT)
    match = _VERSION.match(outcome.output)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _locate(folder: Path) -> tuple[Path, Path, Path]:
    """Return work tree, git directory and common directory of the repository whose top is `folder`."""
    found = run_outside(
        folder,
        "rev-parse",
        "--path-format=absolute",
        "--show-object-format",
        "--is-bare-repository",
        "--git-dir",
        "--git-common-dir",
        "--show-toplevel",
    )
    lines = os.fsdecode(found.output).removesuffix("\n").split("\n")
    if len(lines) > 1 and lines[1] == "true":
        raise UnsupportedRepositoryError(f"{folder} is a bare repository", "Clone it, and use the clone as the vault")
    if found.status or len(lines) < 5:
        raise refusal(folder, found.error)
    if lines[0] != "sha1":
        raise UnsupportedRepositoryError(
            f"{folder} uses {lines[0]} object ids", "Make the vault with 'git init --object-format=sha1'"
        )
    if len(lines) > 5:
        raise NotAVaultError(folder, "has a line break in its path, where git's answers end")
    git_dir, common_dir, top = (Path(line) for line in lines[2:5])
    if (common_dir / "reftable").is_dir():
        raise reftable(folder)
    if not top.samefile(folder):
        raise NotAVaultError(folder, f"is inside the repository {top}, not its top")
    return folder.resolve(), git_dir.resolve(), common_dir.resolve()


@contextmanager
def _fed(stdin: bytes | None) -> Iterator[BinaryIO | None]:
    """Give bytes as a file, because a child process can only read from one."""
    if stdin is None:
        yield None
        return
    with ExitStack() as stack:
        with reporting(Path(tempfile.gettempdir())):
            source = stack.enter_context(tempfile.TemporaryFile())
            source.write(stdin)
            source.seek(0)
        yield cast("BinaryIO", source)


def _execute(
    git: Git, arguments: list[str], *, stdin: bytes | None, env: Mapping[str, str] | None, timeout: float
) -> Outcome:
    from git.exc import GitCommandNotFound  # noqa: PLC0415 - as in _git_class

    try:
        with _fed(stdin) as source:
            status, output, error = git.execute(
                ["git", *arguments],
                istream=source,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=env,
                kill_after_timeout=None if sys.platform == "win32" else timeout,
            )
    except GitCommandNotFound as exc:
        raise GitMissingError("git could not be started", "Install git 2.34 or later") from exc
    except OSError as exc:
        command = next(arguments[n] for n in range(0, len(arguments), 2) if arguments[n] != "-c")
        raise GitCommandError(command, f"it could not be started: {exc.strerror}") from exc
    if error.startswith("Timeout: the command"):
        raise VaultBusyError(f"git did not finish within {timeout:g} seconds")
    return Outcome(status, output, error)


def _text(value: str | bytes) -> str:
    """GitPython declares text for what its persistent process answers, and gives bytes."""
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def split_nul(output: bytes) -> Collection[bytes]:
    """Return the fields of `-z` output."""
    return output.split(b"\0")[:-1] if output else []
