"""Questions inside a prompt: each LoCoMo question alone, and in the middle of 200 words of another conversation.

    python -m tests.benchmarks.prompts --items items.jsonl --questions questions.jsonl

Prints recall_any@5, recall_any@10 and MRR@10 of turns in percent, for every `--every`th question; with `--budget` also
the share of the gold turns whose text is shown where a session is written as prose, a paragraph for every four turns,
and the answer may take 600 or 2,400 tokens.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import vault_mem
from tests.benchmarks.conversations import write_notes
from tests.benchmarks.corpus import (
    Question,
    Turn,
    data_file,
    fresh_vault,
    read_questions,
    read_turns,
    sessions,
)
from tests.benchmarks.judging import Figures, figures
from tests.benchmarks.locomo import Asking

WORDS = 200
TOKENS = (600, 2_400)
PARAGRAPH = 4


def inside_a_prompt(questions: Sequence[Question], turns: Sequence[Turn]) -> Iterator[Question]:
    """Yield the questions with a hundred words of another conversation before them and a hundred after."""
    for number, question in enumerate(questions):
        foreign = [turn.text for turn in turns if turn.conversation != question.conversation]
        words = " ".join(foreign[(number * 37) % len(foreign) :][:WORDS]).split()[:WORDS]
        before, after = " ".join(words[: WORDS // 2]), " ".join(words[WORDS // 2 :])
        yield Question(question.conversation, f"{before}\n{question.text}\n{after}", question.gold)


def prompts(turns: Sequence[Turn], questions: Sequence[Question]) -> dict[str, Figures]:
    """Ask each question alone and inside a prompt."""
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        asking = Asking(memory, write_notes(memory, turns, "sessions"), "hybrid")
        inside = list(inside_a_prompt(questions, turns))
        return {
            "alone": figures([asking.turns(question) for question in questions]),
            "in a prompt": figures([asking.turns(question) for question in inside]),
        }


def budget(turns: Sequence[Turn], questions: Sequence[Question]) -> dict[str, float]:
    """Return the share of gold turns, in percent, whose text stands in the excerpts that a budget leaves."""
    texts = {(turn.conversation, turn.id): " ".join(turn.text.split()) for turn in turns}
    wanted = [
        texts[question.conversation, id_]
        for question in questions
        for id_ in question.gold
        if (question.conversation, id_) in texts
    ]
    found = {}
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        for conversation in dict.fromkeys(turn.conversation for turn in turns):
            mine = [turn for turn in turns if turn.conversation == conversation]
            memory.remember(notes=[_prose(group) for group in sessions(mine)])
        for tokens in TOKENS:
            shown = 0
            for question in questions:
                hits = memory.recall(
                    question.text, namespace=question.conversation, passages=True, max_tokens=tokens
                ).hits
                said = " ".join(" ".join(hit.excerpt for hit in hits).split())
                gold = (texts.get((question.conversation, id_)) for id_ in question.gold)
                shown += sum(text is not None and text in said for text in gold)
            found[f"{tokens} tokens"] = round(100 * shown / max(len(wanted), 1), 1)
    return found


def _prose(turns: Sequence[Turn]) -> dict[str, str]:
    first = turns[0]
    said = [" ".join(turn.text.split()) for turn in turns]
    paragraphs = [" ".join(said[start : start + PARAGRAPH]) for start in range(0, len(said), PARAGRAPH)]
    title = f"# Session {first.session} — {first.day}"
    return {"text": "\n\n".join([title, *paragraphs]) + "\n", "type": "episode", "namespace": first.conversation}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.prompts", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"))
    parser.add_argument("--questions", type=Path, default=data_file("locomo/questions.jsonl"))
    parser.add_argument("--every", type=int, default=2, help="ask every Nth question")
    parser.add_argument("--budget", action="store_true", help="say too what fits into a budget of tokens")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.items is None or chosen.questions is None:
        parser.error("give --items and --questions, or the folder that holds locomo/ in VAULT_MEM_DATA")
    turns, questions = read_turns(chosen.items), read_questions(chosen.questions)[:: chosen.every]
    answer: dict[str, Figures | dict[str, float]] = dict(prompts(turns, questions))
    if chosen.budget:
        answer["shown"] = budget(turns, questions)
    text = json.dumps(answer) if chosen.json else "\n".join(f"{name:<12}{row}" for name, row in answer.items())
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
