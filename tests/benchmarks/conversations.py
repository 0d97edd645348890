"""LoCoMo conversations as notes of a vault, and where each turn stands in them.

A conversation is a namespace. In the layout `sessions` a session is a note and a turn a block of it; in `standalone`
each turn is a note of its own; in `mixed` every other session is cut into such notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.corpus import Turn, sessions
from vault_mem import Memory
from vault_mem.memory.answers import Hit

LAYOUTS = ("sessions", "standalone", "mixed")


@dataclass(slots=True)
class Places:
    """Where each turn stands.

    Attributes:
        turns: the turn's id by note and line (1-based, in the whole file).
        sessions: the session of each note.
    """

    turns: dict[str, dict[int, str]] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)

    def add(self, vault: Path, path: str, turns: Sequence[Turn]) -> None:
        """Find the turns, given in order, in a note that was written.

        Raises:
            ValueError: if a turn does not stand in the note as it was given.
        """
        lines = (vault / path).read_text(encoding="utf-8").splitlines()
        number = 0
        for turn in turns:
            number = lines.index(turn.line, number) + 1
            self.turns.setdefault(path, {})[number] = turn.id
        self.sessions[path] = turns[0].session

    def of(self, hit: Hit) -> tuple[str, ...]:
        """Return the turns that a hit shows, in reading order."""
        known = self.turns.get(str(hit.path), {})
        return tuple(known[line] for line in sorted(known) if hit.lines.first <= line <= hit.lines.last)

    def ranking(self, hits: Iterable[Hit]) -> list[str]:
        """Return the turns that the hits show, best first, each once."""
        return list(dict.fromkeys(turn for hit in hits for turn in self.of(hit)))


def write_notes(memory: Memory, turns: Sequence[Turn], layout: str) -> Places:
    """Write the conversations into the vault, one act of memory a conversation."""
    places = Places()
    for conversation in dict.fromkeys(turn.conversation for turn in turns):
        groups = _groups([turn for turn in turns if turn.conversation == conversation], layout)
        written = memory.remember(notes=[_note(group, is_alone=alone) for group, alone in groups])
        for note, (group, _) in zip(written.notes, groups, strict=True):
            places.add(memory.root, str(note.path), group)
    return places


def _groups(turns: Sequence[Turn], layout: str) -> list[tuple[list[Turn], bool]]:
    groups: list[tuple[list[Turn], bool]] = []
    for session in sessions(turns):
        is_cut = layout == "standalone" or (layout == "mixed" and session[0].session % 2 == 0)
        groups += [([turn], True) for turn in session] if is_cut else [(session, False)]
    return groups


def _note(turns: Sequence[Turn], *, is_alone: bool) -> Mapping[str, str]:
    first = turns[0]
    title = f"{first.speaker} on {first.day}" if is_alone else f"Session {first.session} — {first.day}"
    body = "\n\n".join(turn.line for turn in turns)
    key = {"key": f"{first.conversation}-{first.id.replace(':', '-')}".lower()} if is_alone else {}
    time = {"valid_from": first.time} if first.time else {}
    return {"text": f"# {title}\n\n{body}\n", "type": "episode", "namespace": first.conversation, **key, **time}
