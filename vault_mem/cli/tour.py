"""What `quickstart` does: a short tour of the verbs on real notes, each step checking what came back.

The notes are about vault-mem itself and hold outside the tour. A second tour in the same vault keeps the notes that
are there and takes back the hand edit of the first, for the same key with other text is a revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vault_mem.cli import evidence
from vault_mem.errors import NoteNotFoundError
from vault_mem.memory.requests import NewNote

if TYPE_CHECKING:
    from vault_mem.memory.answers import Hit, Recalled
    from vault_mem.memory.service import Memory

AGENT, SESSION, SOURCE = "quickstart", "first-look", "vault-mem quickstart"
QUESTION = "How does recall combine words and meaning?"
REASON = "Blended scores put the right note first more often than blended ranks, in our own measurements."

_MARKER = "git-is-the-database"
_WIDTH = 110
_OLD, _NEW = "recall-merges-ranks", "recall-blends-scores"
_BY_HAND = "A password in a note: change the password, then erase it with git filter-repo; forget only archives."
_HAND_QUESTION = "erase a password with filter-repo"

NOTES = (
    NewNote(
        "# Git is the database\n\nEvery memory is a Markdown file and every write is one commit. History, blame, merge "
        "and backup come with git, and the notes outlive the program that wrote them.",
        type="decision",
        key=_MARKER,
        tags=("storage",),
        source=SOURCE,
    ),
    NewNote(
        "# Recall merges two rankings\n\nWords are ranked by BM25 and meaning by vectors; recall combines them by the "
        "rank a note has in each list (reciprocal rank fusion). See [[git-is-the-database]].",
        type="decision",
        key=_OLD,
        tags=("recall",),
        source=SOURCE,
    ),
    NewNote(
        "# Obsidian shows nested properties as raw text\n\nKeep frontmatter flat: scalars and lists of scalars. A "
        "nested mapping cannot be edited in the properties panel.",
        type="gotcha",
        key="flat-frontmatter",
        tags=("obsidian", "frontmatter"),
        source=SOURCE,
    ),
    NewNote(
        "# One fact in a note\n\nWrite one fact, decision or gotcha in a note. It can then be superseded, linked and "
        "blamed by itself.",
        type="preference",
        key="one-fact-in-a-note",
        tags=("style",),
        source=SOURCE,
    ),
    NewNote(
        "# Undo a memory\n\n1. `vault-mem forget NOTE --reason WHY` archives it; recall leaves it out.\n"
        "2. `vault-mem restore NOTE` brings it back.\n3. `vault-mem history NOTE` shows both.",
        type="procedure",
        key="undo-a-memory",
        tags=("forgetting",),
        source=SOURCE,
    ),
)
SUCCESSOR = NewNote(
    "# Recall blends two scores\n\nWords are scored by BM25 and meaning by vectors; recall combines them as a weighted "
    "sum of both scores, each scaled to 0..1. Ranks alone lose how much better the best note is.",
    type="decision",
    key=_NEW,
    tags=("recall",),
    links={"supersedes": (_OLD,)},
    source=SOURCE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the tour.

    Attributes:
        title: what was done.
        shown: what came back, in lines.
        checks: each expectation and whether it was met.
    """

    title: str
    shown: tuple[str, ...]
    checks: Mapping[str, bool]

    @property
    def is_ok(self) -> bool:
        """Whether every expectation was met."""
        return all(self.checks.values())


def is_ours(memory: Memory) -> bool:
    """Whether the vault is one that a tour made."""
    try:
        return memory.read(_MARKER).properties.get("source") == SOURCE
    except NoteNotFoundError:
        return False


def take(memory: Memory) -> Iterator[Step]:
    """Take the tour step by step.

    Raises:
        VaultMemError: whatever the verbs refuse.
    """
    steps: tuple[Callable[[Memory], Step], ...] = (_remember, _supersede, _ask_now, _ask_then, _blame, _edit_by_hand)
    for step in steps:
        yield step(memory)


def _remember(memory: Memory) -> Step:
    answer = memory.remember(notes=NOTES, reason="What to know about vault-mem.")
    log = memory.history(_MARKER).versions
    return Step(
        "Remember five notes in one commit",
        (*(note.path for note in answer.notes), f"commit {evidence.short(log[-1].commit)}"),
        {
            "five notes are in the vault": all((memory.root / note.path).is_file() for note in answer.notes),
            "one commit holds them": len({_first_commit(memory, note.path) for note in answer.notes}) == 1,
        },
    )


def _supersede(memory: Memory) -> Step:
    memory.remember(notes=[SUCCESSOR], reason=REASON)
    old, new = memory.read(_OLD), memory.read(_NEW)
    return Step(
        "Supersede a decision with a better one",
        (f"{new.path} replaces {old.path}", f"commit {evidence.short(new.commit)}: {REASON}"),
        {"the old decision is kept, marked and linked": old.status == "superseded" and new.path in old.superseded_by},
    )


def _ask_now(memory: Memory) -> Step:
    answer = memory.recall(QUESTION)
    return Step(
        f'Ask now: "{QUESTION}"',
        _lines(answer),
        {
            "the new decision comes first": _best(answer) == memory.read(_NEW).path,
            "the old one is left out": memory.read(_OLD).path not in [hit.path for hit in answer.hits],
        },
    )


def _ask_then(memory: Memory) -> Step:
    first = _first_commit(memory, _OLD)
    answer = memory.recall(QUESTION, at=first)
    return Step(
        f"Ask the same as of {evidence.short(first)}, before the change",
        _lines(answer),
        {
            "the old decision comes first": _best(answer) == memory.read(_OLD).path,
            "the answer speaks for that commit": answer.revision == first,
        },
    )


def _blame(memory: Memory) -> Step:
    lines = [line for line in memory.history(_NEW, view="blame").blame if line.text.startswith(("#", "Words"))]
    shown = [
        f"{evidence.short(line.commit)} {line.agent} ({line.session}) {line.line:>3}  {_cut(line.text)}"
        for line in lines
    ]
    why = [f"because: {lines[0].reason}"] if lines else []
    return Step(
        "Blame the new decision: who wrote each line, and why",
        (*shown, *why),
        {
            "each line names its writer": bool(lines) and all(line.agent and line.session for line in lines),
            "and the reason": all(line.reason.strip() == REASON for line in lines),
        },
    )


def _edit_by_hand(memory: Memory) -> Step:
    path = memory.root / memory.read("undo-a-memory").path
    _append(path, _BY_HAND)
    answer = memory.recall(_HAND_QUESTION, limit=1)
    best = answer.hits[0] if answer.hits else None
    return Step(
        "Edit a file by hand, then ask without any command in between",
        (_origin(best), _BY_HAND) if best else (),
        {"the new line is found at once": best is not None and _BY_HAND in best.excerpt},
    )


def _append(path: Path, text: str) -> None:
    with path.open("r+", encoding="utf-8", newline="") as file:
        if text not in file.read():
            file.write(f"\n\n{text}\n")


def _first_commit(memory: Memory, note: str) -> str:
    return memory.history(note).versions[-1].commit


def _best(answer: Recalled) -> str | None:
    return answer.hits[0].path if answer.hits else None


def _lines(answer: Recalled) -> tuple[str, ...]:
    return (_origin(answer.hits[0]), _cut(" ".join(answer.hits[0].excerpt.split()))) if answer.hits else ()


def _origin(hit: Hit) -> str:
    origin = evidence.facts(evidence.place(hit.path, hit.lines), evidence.short(None if hit.dirty else hit.commit))
    return f"{hit.score:.2f}  {hit.title}  ({origin})"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
