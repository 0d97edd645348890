"""From what a person typed to a commit: a ref, a commit prefix, a date, or time words (vault format §5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from threading import Lock

from vault_mem.errors import RevisionNotFoundError
from vault_mem.notes.model import CommitId
from vault_mem.notes.times import parse_typed
from vault_mem.vault.history import moment as time_of
from vault_mem.vault.repository import Repository

MAX_TAGS = 5_000

_STEPS = r"((?:[~^]\d{0,6}){0,8})"
_PREFIX = re.compile(rf"([0-9a-fA-F]{{7,40}}){_STEPS}\Z")
# A safe subset of git-check-ref-format(1), with steps back such as `main~3`; no surrogates, which have no bytes.
_NO = r"\x00-\x20~^:?*\[\\\x7f@\ud800-\udfff"
_REF = re.compile(rf"([^{_NO}-](?:[^{_NO}]|@(?!\{{)){{0,250}}){_STEPS}\Z")
_TAG_LIST = (
    "--sort=-creatordate",
    "--format=%(refname:lstrip=2)%00%(committerdate:unix)%00%(*committerdate:unix)",
    "refs/tags",
)
_PLACES = ("refs/{}", "refs/heads/{}", "refs/tags/{}", "refs/remotes/{}")


class Revisions:
    """Resolves revisions of one repository; remembers its first-parent line."""

    def __init__(self, repository: Repository) -> None:
        """Start without knowing the line."""
        self._repository = repository
        self._line = _Line()
        self._cut = b""
        self._lock = Lock()

    def resolve(self, revision: str, *, now: datetime) -> CommitId:
        """Return the commit a revision names.

        A time names the last commit on HEAD's first-parent line whose running maximum of committer time is not later.

        Raises:
            RevisionNotFoundError: if it names nothing, several commits, or a time before the first commit.
        """
        text = revision.strip()
        found = self._ref(text) or self._prefix(text)
        if found:
            return found
        moment = parse_typed(text, now=now, end_of_day=True)
        if moment is None:
            raise RevisionNotFoundError(revision, "this clone's history is cut off" if self._shallow() else "")
        return self._at(moment, revision)

    def tags(self) -> Mapping[str, datetime]:
        """Return the names of the newest tags, and the times of the commits they name; others name no commit."""
        outcome = self._repository.attempt("for-each-ref", f"--count={MAX_TAGS}", *_TAG_LIST)
        found = {}
        for line in outcome.output.decode("utf-8", "replace").split("\n"):
            name, _, times = line.partition("\0")
            own, _, target = times.partition("\0")
            if own or target:
                found[name] = time_of(target or own)
        return found

    def _ref(self, text: str) -> CommitId | None:
        match = _REF.match(text)
        if match is None:
            return None
        name, steps = match.groups()
        if name == "HEAD":
            return self._read(text)
        for place in _PLACES if not name.startswith("refs/") else ("{}",):
            ref = place.format(name)
            # The persistent process rules most names out at once, but it also finds what is no exact ref.
            if self._read(ref) and not self._repository.attempt("show-ref", "--verify", "--quiet", "--", ref).status:
                return self._commit(ref + steps)
        return None

    def _prefix(self, text: str) -> CommitId | None:
        match = _PREFIX.match(text)
        if match is None:
            return None
        digits, steps = match.groups()
        found = self._read(text) if len(digits) == 40 else self._commit(text)
        if found is None and not steps and self._count(digits) > 1:
            raise RevisionNotFoundError(text, "several commits begin so")
        return found

    def _count(self, prefix: str) -> int:
        return len(self._repository.attempt("rev-parse", f"--disambiguate={prefix}").output.split())

    def _read(self, expression: str) -> CommitId | None:
        """Return the commit of a full id or a ref as the persistent process knows it, which starts no other one."""
        found = self._repository.read_object(f"{expression}^{{commit}}")
        return CommitId(found[0]) if found else None

    def _commit(self, expression: str) -> CommitId | None:
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{expression}^{{commit}}")
        outcome = self._repository.attempt(*command)
        text = outcome.output.decode("ascii", "replace").split()
        return CommitId(text[-1]) if not outcome.status and text else None

    def _at(self, moment: datetime, revision: str) -> CommitId:
        head = self._read("HEAD")
        if head is None:
            raise RevisionNotFoundError(revision, "the vault has no commits yet")
        cut = self._shallow()
        with self._lock:
            if cut != self._cut:
                self._line, self._cut = _Line(), cut
            self._line = self._line.extended(self._repository, head)
            position = bisect_right(self._line.maxima, moment.timestamp()) - 1
            if position >= 0:
                return self._line.commits[position]
        raise RevisionNotFoundError(
            revision,
            "this clone's history is cut off before it" if cut else "it is before the vault's first commit",
        )

    def boundary(self) -> frozenset[CommitId]:
        """Return the commits at which a shallow clone is cut off; none of a whole repository."""
        return frozenset(CommitId(line) for line in self._shallow().decode("ascii", "replace").split())

    def _shallow(self) -> bytes:
        """Return the commits at which a shallow clone is cut off; nothing for a whole repository."""
        try:
            return (self._repository.common_dir / "shallow").read_bytes()
        except OSError:
            return b""


class _Line:
    """A first-parent line, oldest first, with the running maximum of committer time (seconds)."""

    def __init__(self, commits: tuple[CommitId, ...] = (), maxima: tuple[int, ...] = ()) -> None:
        self.commits = commits
        self.maxima = maxima

    def extended(self, repository: Repository, head: CommitId) -> _Line:
        """Return the line that ends in `head`, read only as far as it is not known."""
        if self.commits and self.commits[-1] == head:
            return self
        known = (f"^{self.commits[-1]}",) if self.commits else ()
        command = ("rev-list", "--first-parent", "--timestamp", "--parents", "--ignore-missing", head, *known)
        rows = [line.split() for line in reversed(repository.run(*command).decode("ascii").splitlines())]
        parent = CommitId(rows[0][2]) if rows and len(rows[0]) > 2 else None
        keep = self.commits.index(parent) + 1 if parent in self.commits else 0
        if known and not keep and (parent is not None or not rows):
            return _Line().extended(repository, head)
        commits = (*self.commits[:keep], *(CommitId(row[1]) for row in rows))
        start = self.maxima[keep - 1] if keep else 0
        maxima = accumulate((int(row[0]) for row in rows), max, initial=start)
        return _Line(commits, (*self.maxima[:keep], *tuple(maxima)[1:]))
