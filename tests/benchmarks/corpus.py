"""What the benchmarks read and write: LoCoMo conversations, synthetic text, and a vault of their own to put it in."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import numpy as np

import vault_mem

SYLLABLES = [consonant + vowel for consonant in "bdfghklmnprstvz" for vowel in "aeiou"]
VOCABULARY = 30_000
ZIPF_EXPONENT = 1.05
WORDS_A_NOTE = 100
FOLDERS = ("decisions", "facts", "gotchas", "patterns", "preferences", "procedures")
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SOURCES = ("VAULT_MEM_CACHE", "VAULT_MEM_STATE", "VAULT_MEM_CONFIG")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said: its id is unique within its conversation, `date` is as the data has it."""

    id: str
    conversation: str
    session: int
    date: str
    speaker: str
    text: str

    @property
    def line(self) -> str:
        """The turn as one line of Markdown, a block of its own in a note."""
        return f"**{self.speaker}**: {' '.join(self.text.split())}"

    @property
    def day(self) -> str:
        """The date without the clock: `8 May, 2023` of `1:56 pm on 8 May, 2023`."""
        return self.date.rpartition(" on ")[2]

    @property
    def time(self) -> str | None:
        """The date as an ISO time in UTC, None where it has another form."""
        try:
            return datetime.strptime(self.date, "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC).isoformat()
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a conversation, the ids of the turns that answer it, and the numbers of their sessions."""

    conversation: str
    text: str
    gold: frozenset[str]
    sessions: frozenset[int] = frozenset()


def data_file(name: str) -> Path | None:
    """Return a file below `VAULT_MEM_DATA`, None where that is not set or has no such file."""
    folder = os.environ.get("VAULT_MEM_DATA")
    path = Path(folder, name) if folder else None
    return path if path and path.is_file() else None


def read_turns(path: Path) -> list[Turn]:
    """Read LoCoMo items: one JSON object a line with `id g s date spk text`; image captions are left out."""
    return [
        Turn(item["id"], item["g"], int(item["s"]), item["date"], item["spk"], item["text"]) for item in objects(path)
    ]


def read_questions(path: Path) -> list[Question]:
    """Read LoCoMo questions that have gold turns: one JSON object a line with `g q gold` and maybe `gs`."""
    return [
        Question(item["g"], item["q"], frozenset(item["gold"]), frozenset(map(int, item.get("gs", ()))))
        for item in objects(path)
        if item["gold"]
    ]


def sessions(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Group turns, given in order, by conversation and session."""
    return [list(group) for _, group in groupby(turns, key=lambda turn: (turn.conversation, turn.session))]


def synthetic_texts(count: int, *, seed: int = 1) -> list[str]:
    """Make notes of about 100 words each, drawn from 30,000 made-up words by Zipf's law with exponent 1.05."""
    chance = random.Random(seed)
    words = _vocabulary(chance)
    weights = list(accumulate(1 / rank**ZIPF_EXPONENT for rank in range(1, VOCABULARY + 1)))
    return [_paragraphs(chance.choices(words, cum_weights=weights, k=WORDS_A_NOTE)) for _ in range(count)]


def conversation_texts(turns: Sequence[Turn], count: int, *, seed: int = 1) -> list[str]:
    """Make notes of five turns each, drawn at random from real conversations."""
    chance = random.Random(seed)
    return ["\n\n".join(turn.line for turn in chance.choices(turns, k=5)) for _ in range(count)]


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, rounded to a hundredth."""
    p50, p95 = np.percentile(np.asarray(milliseconds, dtype=np.float64), [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}


@contextmanager
def fresh_vault() -> Iterator[Path]:
    """Yield a new vault in a temporary folder that also holds its index; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vault-mem-benchmark-") as folder:
        before = {name: os.environ.get(name) for name in SOURCES}
        os.environ.update({name: str(Path(folder, name.lower())) for name in SOURCES})
        try:
            vault = Path(folder, "vault")
            vault_mem.initialise(vault)
            yield vault
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def identity(number: int) -> str:
    """Return the id of the note with a number."""
    digits = ""
    for _ in range(16):
        number, rest = divmod(number, 32)
        digits = _DIGITS[rest] + digits
    return "01K9ZQ3T8M" + digits


def objects(path: Path) -> Iterator[dict[str, Any]]:  # Any: whatever the data has
    """Yield the JSON objects of a file, one a line."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _vocabulary(chance: random.Random) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(words)


def _paragraphs(words: Sequence[str]) -> str:
    return "\n\n".join(" ".join(words[start : start + 25]).capitalize() + "." for start in range(0, len(words), 25))
