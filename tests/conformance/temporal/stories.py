"""The history that every claim is about, and what is known of it without asking a memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.conformance.temporal.clocks import commit, committing_at, day, head, make_empty, remembering
from tests.conformance.temporal.ways import MERGED, STEPS, WAYS
from tests.vaults import git

OTHERS = {
    "facts/harbour.md": "# The harbour\n\nForty ships and ninety containers arrive in an hour.\n",
    "facts/pilot.md": "# The pilot\n\nThe pilot knows where the quay is.\n",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What was true after a step.

    Attributes:
        time: of `commit`, the branch's last one.
        versions: the commits that gave the note a version, newest first; none before it was written.
    """

    time: datetime
    commit: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A vault with one note's history, by step: before, written, revised, forgotten, restored."""

    way: str
    vault: Path
    steps: Mapping[str, Step]

    @property
    def is_merged(self) -> bool:
        return self.way in MERGED


def tell(way: str, folder: Path) -> Story:
    """Make a vault in which the history came about in this way, a week a step; each state has names."""
    vault = make_empty(folder)
    steps = {"before": Step(day(1), commit(vault, day(1), OTHERS), ())}
    for number, step in enumerate(STEPS, start=1):
        moment = day(1) + timedelta(weeks=number)
        versions = WAYS[way](vault, step, moment)
        steps[step] = Step(moment, head(vault), versions)
        with committing_at(moment), remembering(vault, now=moment) as memory:
            memory.checkpoint(f"checkpoint-{step}")
            git(vault, "tag", f"tag-{step}")
            git(vault, "tag", "-am", "note", f"annotated-{step}")
            git(vault, "branch", f"branch-{step}")
    return Story(way, vault, steps)
