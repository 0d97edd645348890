"""Whether a replaced note is ever told as if it held, and whether its words still lead to what replaces it.

    python -m tests.benchmarks.stale --items items.jsonl --vaults vaults --json

Two turns in a row of real conversations are a note. A third of the notes are replaced, by three ways of the service
(`remember` with `supersedes`, `revise` of a note that is not there yet, `revise` of one that is) and to three degrees:

- edited: the new note keeps the second turn and adds the third.
- moved on: the new note is what the same speaker says two turns later; hardly a word is the same.
- chain: an edited note that is edited again.

Others are forgotten or past their time. Each of these is then asked for with its title, with its rarest words and with
its text. Stale hits are answers that show it unasked, and, where every status is asked for, answers that put a replaced
note above one that replaces it or leave that one out. R@5, R@10 and MRR@10 are those of the note at the chain's end.
They are high because a replaced note leads to it; `without replaced` is what the new note's own words alone find.

Below: what `vault-mem eval --self` says of this vault and of every folder of notes in `--vaults`, each copied first.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import vault_mem
from tests.benchmarks.corpus import Turn, data_file, fresh_vault, read_turns, sessions
from tests.benchmarks.judging import figures, first_rank
from vault_mem import Memory
from vault_mem.memory.answers import to_json
from vault_mem.memory.evaluating.asking import EVERY_STATUS

NOTES = 600
REPLACED = 1 / 3
REVISED = 20
FORGOTTEN = 30
RARE_WORDS = 8
SHOWN = 50
EVERYTHING = sorted(EVERY_STATUS)
FORMS = ("title", "words", "text")
ENDS = ("edited", "moved on", "chain")


@dataclass(slots=True)
class Fact:
    """Something that was true once: its versions' paths, oldest first, and how it ended.

    `end` is `holds` for a fact that has not changed, edited, moved on or chain for one that has, else forgotten or
    expired.
    """

    turns: Sequence[Turn]
    end: str = "holds"
    paths: list[str] = field(default_factory=list)

    def version(self, number: int) -> tuple[str, str]:
        """Return title and text of a version."""
        first = 2 if self.end == "moved on" and number else number
        shown = self.turns[first : first + (1 if self.end == "moved on" and number else 2)]
        return f"{shown[0].speaker}: {' '.join(shown[0].text.split()[:8])}", "\n\n".join(turn.line for turn in shown)

    @property
    def versions(self) -> int:
        """How often it was written."""
        return {"edited": 2, "moved on": 2, "chain": 3}.get(self.end, 1)


def choose_facts(turns: Sequence[Turn], count: int = NOTES, *, seed: int = 5) -> list[Fact]:
    """Cut conversations into facts of four turns, and say how each ends."""
    chance = random.Random(seed)
    pieces = [group[at : at + 4] for group in sessions(turns) for at in range(0, len(group) - 3, 4)]
    chosen = chance.sample(pieces, min(count, len(pieces)))
    facts = [Fact(piece) for piece in chosen]
    replaced = round(len(facts) * REPLACED)
    for number, fact in enumerate(facts[:replaced]):
        fact.end = ENDS[number % 3]
    for number, fact in enumerate(facts[replaced : replaced + FORGOTTEN]):
        fact.end = ("forgotten", "expired")[number % 2]
    return facts


def write_facts(memory: Memory, facts: Sequence[Fact]) -> None:
    """Write all versions of all facts, and retire what is over."""
    _write(memory, facts, 0)
    for number in (1, 2):
        changed = [fact for fact in facts if fact.versions > number]
        revised = min(REVISED, len(changed) // 2)
        for place, fact in enumerate(changed[:revised]):
            fact.paths.append(_revised(memory, fact, number, is_there=place % 2 == 0))
        _write(memory, changed[revised:], number)
    for fact in facts:
        if fact.end == "forgotten":
            memory.forget(fact.paths[0], reason="No longer of use.")


def _write(memory: Memory, facts: Sequence[Fact], number: int) -> None:
    if facts:
        written = memory.remember(notes=[_note(fact, number) for fact in facts])
        for fact, note in zip(facts, written.notes, strict=True):
            fact.paths.append(str(note.path))


def _note(fact: Fact, number: int) -> Mapping[str, Any]:  # Any: as `NewNote` takes it
    title, text = fact.version(number)
    note: dict[str, Any] = {"title": title, "text": text, "type": "fact"}
    if number:
        note["links"] = {"supersedes": [fact.paths[-1]]}
    if fact.end == "expired":
        note["expires"] = "2020-01-01"
    return note


def _revised(memory: Memory, fact: Fact, number: int, *, is_there: bool) -> str:
    """Replace a note by `revise`: by a new note, or by one that was written for something else and is made to."""
    title, text = fact.version(number)
    if not is_there:
        return str(memory.revise(f"{title} ({number})", text, supersedes=[fact.paths[-1]]).path)
    path = memory.remember(text, title=title, type="fact").note.path
    return str(memory.revise(str(path), supersedes=[fact.paths[-1]], reason="It says so now.").path)


class Asking:
    """Asks in the words of what is over."""

    def __init__(self, memory: Memory, facts: Sequence[Fact]) -> None:
        """Take a filled vault; the rarest words are those of the fewest notes."""
        self._memory = memory
        words = (set(_words(fact.version(number)[1])) for fact in facts for number in range(fact.versions))
        self._counts = Counter(word for some in words for word in some)

    def ask(self, facts: Sequence[Fact]) -> Iterator[tuple[Fact, str, int | None, bool, bool]]:
        """Yield (fact, form, rank of what holds now, was it shown unasked, was it above) for every retired version."""
        for fact in facts:
            retired = fact.versions - 1 if fact.versions > 1 else 1
            for number in range(retired if fact.end != "holds" else 0):
                for form, question in zip(FORMS, self._questions(fact, number), strict=True):
                    yield (fact, form, *self._asked(fact, number, question))

    def _asked(self, fact: Fact, number: int, question: str) -> tuple[int | None, bool, bool]:
        found = self._found(question)
        shown = any(fact.paths[number] in some for some in found)
        everything = self._memory.recall(question, limit=200, statuses=EVERYTHING, time_words=False).hits
        places = {str(hit.path): place for place, hit in enumerate(everything)}
        old = places.get(fact.paths[number], -1)
        above = any(places.get(new, len(places)) > old >= 0 for new in fact.paths[number + 1 :])
        return _rank(found, fact), shown, above

    def by_own_words(self, facts: Sequence[Fact]) -> Iterator[int | None]:
        """Yield the rank of what holds now for the same questions where a replaced note leads nowhere."""
        for fact in facts:
            for number in range(fact.versions - 1):
                for question in self._questions(fact, number):
                    yield _rank(self._found(question, without=["replaced"]), fact)

    def _found(self, question: str, *, without: Sequence[str] = ()) -> list[frozenset[str]]:
        hits = self._memory.recall(question, limit=SHOWN, time_words=False, without=without).hits
        return [frozenset(str(path) for path in (hit.path, *hit.similar)) for hit in hits]

    def _questions(self, fact: Fact, number: int) -> tuple[str, ...]:
        title, text = fact.version(number)
        rare = sorted(set(_words(text)), key=lambda word: (self._counts[word], word))[:RARE_WORDS]
        return title, " ".join(word for word in dict.fromkeys(_words(text)) if word in rare), text[:200]


def _rank(found: Sequence[frozenset[str]], fact: Fact) -> int | None:
    return first_rank([fact.paths[-1] in some for some in found], [True])


def _words(text: str) -> list[str]:
    return ["".join(filter(str.isalnum, word)).lower() for word in text.split() if len(word) > 3]


def run(turns: Sequence[Turn], vaults: Sequence[Path] = (), *, notes: int = NOTES) -> dict[str, Any]:  # Any: JSON
    """Write, retire, ask; returns what `--json` prints."""
    start = time.perf_counter()
    facts = choose_facts(turns, notes)
    with fresh_vault() as vault, vault_mem.open_memory(vault) as memory:
        write_facts(memory, facts)
        asking = Asking(memory, facts)
        asked = list(asking.ask(facts))
        replaced = [item for item in asked if item[0].versions > 1]
        rows = {end: figures([item[2] for item in replaced if item[0].end == end]) for end in ENDS}
        rows |= {form: figures([item[2] for item in replaced if item[1] == form]) for form in FORMS}
        answer: dict[str, Any] = {
            "notes": memory.status().notes,
            "by_status": dict(memory.status().by_status),
            "stale": _stale(replaced),
            "retired": _stale([item for item in asked if item[0].versions == 1]),
            "successors": {
                "all": figures([item[2] for item in replaced]),
                **rows,
                "without replaced": figures(list(asking.by_own_words(facts))),
            },
            "eval": {"synthetic": to_json(memory.evaluate())},
        }
    for folder in vaults:
        answer["eval"][folder.name] = _evaluated(folder)
    answer["seconds"] = round(time.perf_counter() - start, 1)
    return answer


def _stale(asked: Sequence[tuple[Fact, str, int | None, bool, bool]]) -> dict[str, float]:
    either = sum(shown or above for *_, shown, above in asked)
    return {
        "n": len(asked),
        "shown": sum(item[3] for item in asked),
        "above": sum(item[4] for item in asked),
        "rate": round(100 * either / max(len(asked), 1), 2),
    }


def _evaluated(folder: Path) -> Any:  # Any: JSON
    """Judge a copy of a folder of notes by itself."""
    with fresh_vault() as place:
        vault = place.parent / folder.name
        for path in folder.rglob("*"):
            if path.is_file():
                target = vault / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        vault_mem.initialise(vault)
        with vault_mem.open_memory(vault) as memory:
            return to_json(memory.evaluate())


def lines(answer: Mapping[str, Any]) -> Iterator[str]:  # Any: as `run` returns it
    """Yield an answer as lines for people."""
    stale, retired = answer["stale"], answer["retired"]
    yield f"{answer['notes']} notes: {answer['by_status']}"
    yield (
        f"stale hits: {stale['rate']:.2f} % of {stale['n']} (shown unasked {stale['shown']}, above {stale['above']});"
        f" forgotten or expired notes shown unasked: {retired['shown']} of {retired['n']}"
    )
    yield f"{'what holds now, found by':<28}{'R@5':>7}{'R@10':>7}{'MRR@10':>8}{'n':>6}"
    for name, row in answer["successors"].items():
        yield f"{name:<28}{row['r5']:>7.1f}{row['r10']:>7.1f}{row['mrr10']:>8.1f}{row['n']:>6}"
    for name, found in answer["eval"].items():
        yield f"eval --self on {name}: stale hits {100 * found['stale']['rate']:.1f} % of {found['stale']['n']}"
        for row in [*found["kinds"], found["overall"]]:
            shares = "".join(f"{100 * row[key]:>{width}.1f}" for key, width in (("r5", 7), ("r10", 7), ("mrr10", 8)))
            yield f"  {row['kind']:<26}{shares}{row['n']:>6}"
        clear = [f"{one['name']}: {one['verdict']}" for one in found["alternatives"] if one["verdict"] != "unclear"]
        yield f"  {len(found['alternatives'])} other rankings tried; {', '.join(clear) or 'none clearly other'}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.stale", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=Path, default=data_file("locomo/items.jsonl"), help="turns, JSON lines")
    parser.add_argument("--vaults", type=Path, help="a folder of folders of notes; default that of VAULT_MEM_DATA")
    parser.add_argument("--notes", type=int, default=NOTES, help="facts to write")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    if chosen.items is None:
        parser.error("give --items, or the folder that holds locomo/ in VAULT_MEM_DATA")
    vaults = chosen.vaults or chosen.items.parent.parent / "vaults"
    folders = sorted(path for path in vaults.iterdir() if path.is_dir()) if vaults.is_dir() else []
    answer = run(read_turns(chosen.items), folders, notes=chosen.notes)
    sys.stdout.write((json.dumps(answer) if chosen.json else "\n".join(lines(answer))) + "\n")


if __name__ == "__main__":
    main()
