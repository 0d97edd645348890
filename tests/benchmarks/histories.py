"""Made-up pasts: notes written, revised, moved, retired, deleted and merged by agents in sessions, in one stream.

The stream is what `git fast-import` reads, so that a long past is there in seconds; the same seed makes the same one.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.corpus import FOLDERS, identity, synthetic_texts

AGENTS = ("planner", "builder", "reviewer", None)
TEXTS = 500
ACTS_A_SESSION = 12
ACTS_A_BRANCH = 6
ACTS_BETWEEN_BRANCHES = 140
START = 1_735_689_600
"""1 January 2025, 00:00 UTC."""
SECONDS_APART = 1_500
_VERBS, _WEIGHTS = ("revise", "move", "forget", "erase"), (82, 6, 8, 4)


@dataclass(slots=True)
class _Note:
    number: int
    path: str
    lines: list[str]
    is_archived: bool = False
    moves: int = 0

    @property
    def file(self) -> str:
        status = "status: archived\n" if self.is_archived else ""
        text = f"---\nid: {identity(self.number)}\ntype: fact\n{status}---\n# Note {self.number}\n\n"
        content = text + "\n\n".join(self.lines) + "\n"
        return f"M 100644 inline {self.path}\ndata {len(content.encode())}\n{content}\n"


@dataclass(slots=True)
class _Writer:
    """What the next commit follows from: chance, the notes that there are, and how many commits were made."""

    chance: random.Random
    texts: list[str]
    wanted: int
    commits: int
    notes: dict[int, _Note] = field(default_factory=dict)
    written: int = 0
    made: int = 0

    def act(self, busy: Collection[int]) -> tuple[str, str, _Note]:
        """Do something to a note that is not busy: return the verb, what changes in the tree, and the note."""
        missing, left = self.wanted - self.written, self.commits - self.made
        free = [number for number in self.notes if number not in busy]
        if not free or self.chance.random() < missing / left:
            return self._remember()
        number = self.chance.choice(free)
        note = self.notes[number]
        verb = self.chance.choices(_VERBS, _WEIGHTS)[0]
        if verb == "move":
            before, note.moves = note.path, note.moves + 1
            note.path = f"{self.chance.choice(FOLDERS)}/{number % 25:02}/note-{number}-{note.moves}.md"
            return verb, f"D {before}\n{note.file}", note
        if verb == "erase":
            del self.notes[number]
            return "forget", f"D {note.path}\n", note
        if verb == "forget":
            note.is_archived = not note.is_archived
            return "forget" if note.is_archived else "restore", note.file, note
        note.lines[self.chance.randrange(len(note.lines))] = self._paragraph()
        return verb, note.file, note

    def _remember(self) -> tuple[str, str, _Note]:
        number, self.written = self.written, self.written + 1
        path = f"{FOLDERS[number % len(FOLDERS)]}/{number % 25:02}/note-{number}.md"
        note = self.notes[number] = _Note(number, path, [self._paragraph() for _ in range(self.chance.randint(2, 5))])
        return "remember", note.file, note

    def _paragraph(self) -> str:
        return self.chance.choice(self.chance.choice(self.texts).split("\n\n"))

    def commit(self, ref: str, parents: tuple[str, ...], verb: str, changes: str, note: _Note | None) -> str:
        """Return a commit as fast-import reads it; its mark is how many were made."""
        self.made += 1
        facts = [f"{verb}: {note.path if note else 'vault'}", "", f"Because of {self.made}.", "", f"Memory-Op: {verb}"]
        facts += [f"Memory-Id: {identity(note.number)}"] if note else []
        session = self.made // ACTS_A_SESSION
        agent = AGENTS[session % len(AGENTS)]
        facts += [f"Memory-Agent: {agent}", f"Memory-Session: s{session}"] if agent else []
        message = "\n".join(facts) + "\n"
        who = f"committer Ada <ada@localhost> {START + self.made * SECONDS_APART} +0000"
        first, *others = parents
        merged = "".join(f"merge {other}\n" for other in others)
        head = f"commit {ref}\nmark :{self.made}\n{who}\ndata {len(message)}\n{message}"
        return f"{head}from {first}\n{merged}{changes}\n"


def grow(vault: Path, *, notes: int, commits: int, seed: int = 4) -> None:
    """Add a past of so many commits, merges included, to a vault's branch, and check its last state out.

    Args:
        vault: a vault with a commit and a clean work tree.
        notes: how many are ever written; some are deleted again.
        commits: at least twice as many as notes makes half of them revisions, moves and the like.
        seed: the same one makes the same commits in the same vault.
    """
    head = subprocess.run(["git", "symbolic-ref", "HEAD"], cwd=vault, check=True, capture_output=True, text=True)
    writer = _Writer(random.Random(seed), synthetic_texts(TEXTS, seed=seed), notes, commits)
    stream = "".join(_stream(writer, head.stdout.strip())).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=vault, input=stream, check=True)
    subprocess.run(["git", "reset", "--hard", "--quiet"], cwd=vault, check=True)
    subprocess.run(["git", "update-ref", "-d", "refs/heads/side"], cwd=vault, check=True)


def _stream(writer: _Writer, branch: str) -> Iterator[str]:
    tip = f"{branch}^0"
    while writer.made < writer.commits:
        for _ in range(min(ACTS_BETWEEN_BRANCHES, writer.commits - writer.made)):
            verb, changes, note = writer.act(())
            yield writer.commit(branch, (tip,), verb, changes, note)
            tip = f":{writer.made}"
        if writer.commits - writer.made > 2 * ACTS_A_BRANCH and writer.notes:
            yield from _branched(writer, branch, tip)
            tip = f":{writer.made}"


def _branched(writer: _Writer, branch: str, tip: str) -> Iterator[str]:
    """Yield two lines of history in turns, each at notes of its own, and the merge of the second into the first."""
    side, brought, touched = tip, "", (set[int](), set[int]())
    for turn in range(2 * ACTS_A_BRANCH):
        verb, changes, note = writer.act(touched[1 - turn % 2])
        touched[turn % 2].add(note.number)
        if turn % 2:
            brought += changes
            yield writer.commit("refs/heads/side", (side,), verb, changes, note)
            side = f":{writer.made}"
        else:
            yield writer.commit(branch, (tip,), verb, changes, note)
            tip = f":{writer.made}"
    yield writer.commit(branch, (tip, side), "merge", brought, None)
