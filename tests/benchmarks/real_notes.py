"""Notes of real text: sentences of real vaults and conversations, recombined, as many as are wanted."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.corpus import FOLDERS, data_file, identity, objects, synthetic_texts

NOTES_A_FOLDER = 250
CONVERSATIONS = (
    ("locomo/items.jsonl", "text"),
    ("coding/agentmemory240_items.jsonl", "text"),
    ("coding/codinglife_sessions.jsonl", "content"),
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORDS_A_NOTE = (40, 140)


@dataclass(frozen=True, slots=True)
class MadeNote:
    """A file of a vault: its path, its title, its text without frontmatter, and all of it."""

    path: str
    title: str
    text: str
    file: str


def sentences() -> list[str]:
    """Return the sentences of all data, each once; made-up ones without `VAULT_MEM_DATA`."""
    found: dict[str, None] = {}
    for name, key in CONVERSATIONS:
        path = data_file(name)
        for item in objects(path) if path else ():
            found.update(dict.fromkeys(_sentences(str(item.get(key, "")))))
    folder = os.environ.get("VAULT_MEM_DATA")
    for path in sorted(Path(folder, "vaults").rglob("*.md")) if folder else ():
        found.update(dict.fromkeys(_sentences(path.read_text(encoding="utf-8", errors="replace"))))
    return list(found) or [line for text in synthetic_texts(2_000) for line in text.split("\n\n")]


def made_notes(count: int, *, seed: int = 5) -> Iterator[MadeNote]:
    """Yield notes of 40 to 140 words in 1 to 4 paragraphs; the same seed makes the same ones, more of them or fewer."""
    chance = random.Random(seed)
    known = sentences()
    for number in range(count):
        title = f"{' '.join(chance.choice(known).split()[:6]).strip('#*-_> ') or 'Note'} {number}"
        text = _paragraphs(chance, known)
        path = f"{FOLDERS[number % len(FOLDERS)]}/{number // (NOTES_A_FOLDER * len(FOLDERS)):03}/note-{number}.md"
        header = f"---\nid: {identity(number)}\ntype: fact\ncreated: 2026-01-{1 + number % 28:02}T09:00:00Z\n---\n"
        yield MadeNote(path, title, text, f"{header}# {title}\n\n{text}\n")


def questions(count: int, *, seed: int = 6) -> list[str]:
    """Return questions of 8 to 20 words, in the order in which some sentence has them."""
    chance = random.Random(seed)
    long = [words for sentence in sentences() if len(words := re.findall(r"[\w'-]+", sentence)) >= 8]
    asked = []
    for _ in range(count):
        words = chance.choice(long)
        length = min(len(words), chance.randint(8, 20))
        start = chance.randint(0, len(words) - length)
        asked.append(" ".join(words[start : start + length]))
    return asked


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(text):
        line = " ".join(part.split())
        if 3 <= len(line.split()) <= 60:
            yield line


def _paragraphs(chance: random.Random, known: list[str]) -> str:
    wanted, words = chance.randint(*_WORDS_A_NOTE), 0
    paragraphs: list[list[str]] = [[]]
    while words < wanted:
        sentence = chance.choice(known)
        words += len(sentence.split())
        if len(paragraphs[-1]) >= chance.randint(2, 5):
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    return "\n\n".join(" ".join(lines) for lines in paragraphs)
