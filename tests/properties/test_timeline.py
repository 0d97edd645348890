"""The turns that `timeline` finds are those that a recall at every commit of the line finds."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import vault_mem
from tests.vaults import git
from vault_mem import Memory
from vault_mem.memory.answers import Hit, Timeline
from vault_mem.memory.looking_back.soundings import Effort
from vault_mem.memory.looking_back.timelines import of_question
from vault_mem.notes.schema import STATUSES
from vault_mem.recall.query import Question
from vault_mem.recall.relevance import MIN_RELEVANCE

ASKED = "how is the public API versioned?"
SAMPLES = 3
Answer = tuple[str | None, str] | None
"""A note's id and the words of the passage, None for nothing sure."""

NOTES = ("a", "b", "c")
TEXTS = (
    "The public API is versioned by its path.",
    "The public API is versioned by a header.",
    "How the API is versioned: by date.",
    "Pears grow in the garden.",
)
ACTS = st.sampled_from([*TEXTS, "archive", "restore", "move", "delete"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["main", "main", "side", "ours", "theirs"]), st.sampled_from(NOTES), ACTS),
    min_size=4,
    max_size=20,
)


@dataclass(frozen=True)
class State:
    """A note as a branch has it."""

    text: str
    status: str = "active"
    is_moved: bool = False
    is_there: bool = True

    def after(self, act: str) -> State:
        match act:
            case "archive":
                return replace(self, status="archived")
            case "restore":
                return replace(self, status="active")
            case "move":
                return replace(self, is_moved=self.is_moved != self.is_there)
            case "delete":
                return replace(self, is_there=False)
        return replace(self, text=act, is_there=True)

    def row(self, name: str) -> str:
        paths = (f"{name}.md", f"moved/{name}.md")
        gone = "".join(f"D {path}\n" for path in paths)
        if not self.is_there:
            return gone
        identity = f"01K9ZQ3T8M5N2V7C4X6B1D0F{NOTES.index(name):02}"
        text = f"---\nid: {identity}\nstatus: {self.status}\n---\n# {name}\n\n{self.text}\n"
        return f"{gone}M 100644 inline {paths[self.is_moved]}\ndata {len(text)}\n{text}\n"


Notes = dict[str, State]


class History:
    """Two lines of commits of three notes, as `git fast-import` reads them; a note comes back where it was last."""

    def __init__(self, root: str) -> None:
        self.made = 0
        self.stream: list[str] = []
        self.tips: dict[str, tuple[str, Notes]] = {"main": (root, {}), "side": (root, {})}

    def commit(self, parents: Sequence[str], notes: Notes) -> str:
        self.made += 1
        first, *others = parents
        merges = "".join(f"merge {other}\n" for other in others)
        rows = "".join(notes[name].row(name) for name in notes)
        self.stream.append(
            f"commit refs/heads/work\nmark :{self.made}\ncommitter Ada <ada@localhost> {1_700_000_000 + self.made} +0\n"
            f"data 1\nx\nfrom {first}\n{merges}{rows}"
        )
        return f":{self.made}"

    def step(self, kind: str, name: str, act: str) -> None:
        (main, ours), (side, theirs) = self.tips["main"], self.tips["side"]
        if kind in self.tips:
            tip, notes = self.tips[kind]
            before = notes.get(name, State(TEXTS[0], is_there=False))
            notes = notes | {name: before.after(act)}
            self.tips[kind] = (self.commit((tip,), notes), notes)
        else:
            notes = theirs | ours if kind == "ours" else ours | theirs
            merged = (self.commit((main, side), notes), notes)
            self.tips = {"main": merged, "side": merged}


def slowly(memory: Memory, line: Sequence[str]) -> tuple[list[Answer], list[Answer], list[Answer]]:
    """Return what is answered at every commit of a line, what is so surely there, and what comes first, sure or not.

    As long as the same is answered it is sure if it is so once.
    """
    hits = [memory.recall(ASKED, at=commit, limit=1).hits for commit in line]
    said = [(first[0].id, " ".join(first[0].excerpt.split())) if first else None for first in hits]
    answers: list[Answer] = []
    for answer, spell in groupby(range(len(line)), key=said.__getitem__):
        places = list(spell)
        answers += [answer if any(sure(hits[place]) for place in places) else None] * len(places)
    at_once = [answer if sure(found) else None for answer, found in zip(said, hits, strict=True)]
    return answers, at_once, said


def sure(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if (hit.relevance or 0) >= MIN_RELEVANCE]


def followed(memory: Memory, answers: Sequence[Answer], known_now: int) -> set[str | None]:
    """Return the notes that the search is sure to follow: what it meets in its first round, and what is known now."""
    last = len(answers) - 1
    first_round = [answers[last * step // (SAMPLES - 1)] for step in range(SAMPLES)]
    known = memory.recall(ASKED, at="HEAD", limit=5, statuses=[*STATUSES, "expired"]).hits[:known_now]
    return {answer[0] for answer in first_round if answer} | {hit.id for hit in sure(known)}


def turns(timeline: Timeline) -> list[tuple[str | None, Answer]]:
    return [
        (
            turn.act.commit if turn.act else None,
            (turn.belief.id, " ".join(turn.belief.excerpt.split())) if turn.belief else None,
        )
        for turn in timeline.turns
    ]


def with_vault(steps: Sequence[tuple[str, str, str]], check: Callable[[Memory, list[str]], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "vault")
        vault_mem.initialise(root)
        history = History(git(root, "rev-parse", "HEAD").strip())
        for step in steps:
            history.step(*step)
        stream = "".join(history.stream) + f"reset refs/heads/tip\nfrom {history.tips['main'][0]}\n\n"
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream.encode(), check=True)
        git(root, "reset", "-q", "--hard", "tip")
        line = git(root, "rev-list", "--first-parent", "--reverse", "HEAD").split()
        with vault_mem.open_memory(root) as memory:
            check(memory, line)


def check_turns(steps: Sequence[tuple[str, str, str]], notes: int, recalls: int) -> None:
    """They are equal where the search follows every note that is ever found first and does not end early."""
    effort = Effort(whole=3, samples=SAMPLES, notes=notes, recalls=recalls)

    def check(memory: Memory, line: list[str]) -> None:
        answers, at_once, said = slowly(memory, line)
        later = [(line[place + 1], after) for place, (before, after) in enumerate(pairwise(answers)) if before != after]
        wanted = [(None, answers[0]), *later]
        question = Question.checked(query=ASKED, now=memory._session.now(), limit=1, min_relevance=MIN_RELEVANCE)
        found = of_question(memory._session, question, since=None, until=None, limit=50, effort=effort)
        assert found.recalls <= recalls
        told = turns(found)
        exact = [pair for turn, pair in zip(found.turns, told, strict=True) if not turn.among]
        for commit, answer in exact[1:]:
            place = line.index(str(commit))
            assert said[place] != said[place - 1]  # at each act that is named recall did change its mind
            assert answer in (None, said[place])
        is_whole = {answer[0] for answer in said if answer} <= followed(memory, at_once, notes)
        assert not is_whole or [pair for pair in exact if pair not in wanted] == []
        assert found.notice or all(turn.among is None for turn in found.turns)
        event(f"condition holds: {is_whole and not found.notice}")
        if is_whole and not found.notice:
            assert told == wanted
        assert turns(memory.timeline(ASKED)) == wanted  # short enough to be asked about as a whole

    with_vault(steps, check)


NOTES_FOLLOWED, RECALLS = st.sampled_from([0, 5]), st.sampled_from([150, 150, 6, 9])


@settings(max_examples=25)
@given(STEPS, NOTES_FOLLOWED, RECALLS)
def test_turns_are_those_that_recall_at_every_commit_finds(
    steps: list[tuple[str, str, str]], notes: int, recalls: int
) -> None:
    check_turns(steps, notes, recalls)


@pytest.mark.slow
@settings(max_examples=400)
@given(STEPS, NOTES_FOLLOWED, RECALLS)
def test_many_turns_are_those_that_recall_at_every_commit_finds(
    steps: list[tuple[str, str, str]], notes: int, recalls: int
) -> None:
    check_turns(steps, notes, recalls)
