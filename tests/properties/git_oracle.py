"""What git alone says of a small repository: slow and obvious."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from pathlib import Path

from tests.vaults import git

Place = tuple[str, str]
"""A path and the blob there."""

_ID = re.compile(r"^id: (\w+)$", re.MULTILINE)


class GitOracle:
    """Commits of all branches with their notes, each asked of git once.

    Attributes:
        head: the checked-out commit.
        parents: of every commit.
        times: committer time of every commit, seconds.
        trees: blobs of the notes of every commit, by path.
        texts: content of every blob.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.head = git(root, "rev-parse", "HEAD").strip()
        rows = [line.split() for line in git(root, "log", "--all", "--format=%H %ct %P").splitlines()]
        self.times = {row[0]: int(row[1]) for row in rows}
        self.parents = {row[0]: row[2:] for row in rows}
        self.trees = {commit: dict(self._tree(commit)) for commit in self.parents}
        blobs = sorted({blob for tree in self.trees.values() for blob in tree.values()})
        self.texts = {blob: git(root, "cat-file", "blob", blob) for blob in blobs}

    def _tree(self, commit: str) -> Iterator[Place]:
        for record in git(self._root, "ls-tree", "-r", "-z", commit).split("\0"):
            facts, _, path = record.partition("\t")
            if path.endswith(".md"):
                yield path, facts.split()[2]

    @cache  # noqa: B019 - lives as long as one example
    def behind(self, commit: str) -> frozenset[str]:
        """Return the commit and all before it."""
        return frozenset(git(self._root, "rev-list", commit).split())

    def newest_first(self, head: str) -> list[str]:
        """Return the commit and all before it: each after its children, and of two lines the second parent's first."""
        oldest_first: dict[str, None] = {}

        def add(commit: str) -> None:
            for parent in self.parents[commit]:
                add(parent)
            oldest_first[commit] = None

        add(head)
        return list(reversed(oldest_first))

    @cache  # noqa: B019 - as above
    def line(self, head: str) -> list[tuple[str, int]]:
        """Return the first-parent line, oldest first, each commit with the latest time until then."""
        commits = git(self._root, "rev-list", "--first-parent", "--reverse", head).split()
        return list(zip(commits, accumulate((self.times[commit] for commit in commits), max), strict=True))

    def arrived(self, commit: str, head: str) -> datetime:
        """Return when the line first had a commit."""
        return next(moment(known) for each, known in self.line(head) if commit in self.behind(each))

    def changed_paths(self, old: str | None, new: str) -> set[str]:
        """Return the notes that differ between two commits."""
        if old is None:
            return set(self.trees[new])
        fields = git(self._root, "diff", "--name-status", "--no-renames", "-z", old, new).split("\0")
        return {path for path in fields[1::2] if path.endswith(".md")}

    def before(self, commit: str) -> Mapping[str, str]:
        """Return the notes of a commit's first parent, none for a first commit."""
        return self.trees[self.parents[commit][0]] if self.parents[commit] else {}

    def identity(self, blob: str) -> str | None:
        match = _ID.search(self.texts[blob])
        return match[1] if match else None

    def is_same_note(self, old: str, new: str) -> bool:
        return old == new or (self.identity(old) is not None and self.identity(old) == self.identity(new))

    def is_other(self, one: str, other: str) -> bool:
        """Whether two blobs have an id each, and not the same."""
        return None not in (self.identity(one), self.identity(other)) and self.identity(one) != self.identity(other)

    def left(self, commit: str, path: str, blob: str) -> bool:
        """Whether a note with this content may have left a path: nothing is there after a commit, or another id."""
        after = self.trees[commit].get(path)
        return after is None or self.identity(blob) != self.identity(after)

    def takes(self, commit: str, path: str, blob: str | None) -> bool:
        """Whether a commit took a note from a path; of a version that is given, also by putting another note there."""
        old, new = self.before(commit).get(path), self.trees[commit].get(path)
        if old is None or blob is None:
            return old is not None and new is None
        own = self.identity(blob)
        return self.identity(old) == own and (new is None or self.identity(new) != own)

    def places(self, identity: str, commit: str) -> list[Place]:
        """Return where a commit has notes with an id."""
        return [(path, blob) for path, blob in self.trees[commit].items() if self.identity(blob) == identity]


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
