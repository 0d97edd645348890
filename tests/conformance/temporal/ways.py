"""The ways in which one history comes about: a note is written, revised, forgotten and restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from tests.conformance.temporal.clocks import HOUR, commit, committing_at, merge, remembering
from tests.vaults import git, write

PATH = "facts/crane.md"
TITLE = "The crane"
OLD, NEW = "It lifts forty containers an hour.", "It lifts ninety containers an hour."
CONSTANT = "It stands at the northern quay."
IDENTITY = "01K9ZQ3T8M5N2V7C4X6B1D0F9G"
STEPS = ("written", "revised", "forgotten", "restored")

Way = Callable[[Path, str, datetime], tuple[str, ...]]
"""Takes a step at a time, and returns the commits that gave the note a version, newest first."""


def verbs(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """Our own verbs."""
    reason, session = f"Because of {step}.", f"session-{step}"
    with committing_at(moment), remembering(vault, now=moment, agent="crane-agent") as memory:
        match step:
            case "written":
                text = f"{OLD}\n\n{CONSTANT}"
                done = memory.remember(
                    text, title=TITLE, key="crane", type="fact", confidence=0.6, reason=reason, session=session
                ).commit
            case "revised":
                done = memory.revise(
                    PATH, f"{NEW}\n\n{CONSTANT}", set={"confidence": 0.9}, reason=reason, session=session
                ).commit
            case "forgotten":
                done = memory.forget(PATH, reason=reason, session=session).commit
            case _:
                done = memory.restore(PATH, reason=reason, session=session).commit
    assert done is not None
    return (done,)


def adopted(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """Hand edits in the work tree, adopted when an agent writes to the note."""
    _edit(vault, step)
    with committing_at(moment), remembering(vault, now=moment, agent="crane-agent") as memory:
        memory.revise(PATH, set={"importance": (STEPS.index(step) + 1) / 10})
    return tuple(git(vault, "rev-list", "-2", "HEAD").split())


def by_git(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """Hand edits that a person commits; the note has no id."""
    _edit(vault, step)
    return (commit(vault, moment),)


def by_git_with_an_id(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """Hand edits that a person commits; the note has an id."""
    _edit(vault, step, identity=IDENTITY)
    return (commit(vault, moment),)


def merged(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """A branch that could be fast-forwarded, merged with --no-ff."""
    own = _aside(vault, step, moment)
    merge(vault, moment, "side", "--no-ff")
    git(vault, "branch", "-qd", "side")
    return (own,)


def merged_apart(vault: Path, step: str, moment: datetime) -> tuple[str, ...]:
    """A branch alone changes the note, while the other line goes on."""
    own = _aside(vault, step, moment)
    commit(vault, moment - HOUR, {"journal.md": f"Until {step}.\n"})
    merge(vault, moment, "side")
    git(vault, "branch", "-qd", "side")
    return (own,)


WAYS: Mapping[str, Way] = {
    way.__name__: way for way in (verbs, adopted, by_git, by_git_with_an_id, merged, merged_apart)
}
MERGED = frozenset({"merged", "merged_apart"})
FEW = ("adopted", "merged_apart")
"""Ways for what does not depend on them: two commits a step on one line, and two lines."""


def _aside(vault: Path, step: str, moment: datetime) -> str:
    """Take the step on a branch, hours before it is merged."""
    git(vault, "switch", "-qc", "side")
    _edit(vault, step, identity=IDENTITY)
    own = commit(vault, moment - 6 * HOUR)
    git(vault, "switch", "-q", "main")
    return own


def _edit(vault: Path, step: str, *, identity: str | None = None) -> None:
    """Take the step as a person with an editor does."""
    file = vault / PATH
    text = file.read_text() if file.exists() else ""
    match step:
        case "written":
            text = f"# {TITLE}\n\n{OLD}\n\n{CONSTANT}\n"
            text = f"---\nid: {identity}\ntype: fact\n---\n{text}" if identity else text
        case "revised":
            text = text.replace(OLD, NEW)
        case "forgotten":
            inside = text.removeprefix("---\n")
            text = f"---\nstatus: archived\n{inside}" if inside != text else f"---\nstatus: archived\n---\n{text}"
        case _:
            text = text.replace("status: archived\n", "").replace("---\n---\n", "")
    write(vault, PATH, text)
