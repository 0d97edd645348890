"""Recall in Chinese, Japanese, Korean, code and full-width letters, through the public API.

    python -m tests.benchmarks.cjk --corpus cjk.json --items items.jsonl

Printed is for how many questions the right note comes first: `alone`, in a vault of the corpus only, and `mixed`, among
the sessions of LoCoMo conversations in English as notes of their own; each by words and vectors (`hybrid`) and by words
alone (`lexical`), with the questions that failed and what came first instead.

The corpus is one JSON object: `notes`, text by id, and `queries`, each with `q` and `gold`, the id of the right note.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vault_mem
from tests.benchmarks.conversations import write_notes
from tests.benchmarks.corpus import Turn, data_file, fresh_vault, read_turns
from vault_mem import Memory

MODES = ("hybrid", "lexical")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Notes by id, and questions with the id of the note that answers each."""

    notes: dict[str, str]
    questions: tuple[tuple[str, str], ...]


def read_corpus(path: Path) -> Corpus:
    """Read a corpus from its file."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return Corpus(read["notes"], tuple((query["q"], query["gold"]) for query in read["queries"]))


def run(corpus: Corpus, turns: Sequence[Turn]) -> dict[str, Any]:  # Any: JSON
    """Write, ask and count; returns what `--json` prints, `mixed` only if there are turns."""
    answer: dict[str, Any] = {"n": len(corpus.questions), "alone": _asked(corpus, ())}
    if turns:
        answer["mixed"] = _asked(corpus, turns)
    return answer


def _asked(corpus: Corpus, turns: Sequence[Turn]) -> dict[str, Any]:  # Any: JSON
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        if turns:
            write_notes(memory, turns, "sessions")
        written = memory.remember(notes=[{"text": text, "key": id_} for id_, text in corpus.notes.items()])
        paths = {str(note.path): id_ for note, id_ in zip(written.notes, corpus.notes, strict=True)}
        return {mode: _counted(memory, corpus, paths, mode) for mode in MODES}


def _counted(memory: Memory, corpus: Corpus, paths: dict[str, str], mode: str) -> dict[str, Any]:  # Any: JSON
    """Return how many questions have the right note first, and what came first in the others."""
    first = {}
    for question, _ in corpus.questions:
        hits = memory.recall(question, limit=1, mode=mode).hits
        first[question] = paths.get(str(hits[0].path), str(hits[0].path)) if hits else None
    wrong = {question: first[question] for question, gold in corpus.questions if first[question] != gold}
    return {"first": len(corpus.questions) - len(wrong), "wrong": wrong}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cjk", description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=data_file("cjk.json"), help="notes and questions, JSON")
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"), help="English turns, JSON lines")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.corpus is None:
        parser.error("give --corpus, or the folder that holds cjk.json in VAULT_MEM_DATA")
    answer = run(read_corpus(chosen.corpus), read_turns(chosen.items) if chosen.items else ())
    if chosen.json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    for vault in ("alone", "mixed"):
        for mode, found in answer.get(vault, {}).items():
            wrong = "".join(f"\n    {question}: {first or 'nothing'}" for question, first in found["wrong"].items())
            sys.stdout.write(f"{vault}, {mode:<8} {found['first']} of {answer['n']} right note first{wrong}\n")


if __name__ == "__main__":
    main()
