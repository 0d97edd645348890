"""From an answer to what is sent: the fields of `answers.to_json`, without the empty ones, and bounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, takewhile
from typing import TypeAlias

from vault_mem.memory.acts import Changes, VaultLog
from vault_mem.memory.answers import (
    Bisected,
    BlamedLine,
    Checkpoints,
    Context,
    Derivation,
    History,
    Hit,
    Json,
    NoteAnswer,
    Recalled,
    Related,
    Replay,
    ReplayedRecall,
    Timeline,
    Turn,
    Undone,
    to_json,
)
from vault_mem.notes.model import Lines

NOTE_CHARACTERS = 40_000
LIST_CHARACTERS = 40_000
PATCH_CHARACTERS = 12_000
EDITS_CHARACTERS = 2_000
CUT = "[…]"
SAME_COMMIT = "A line without a commit is of the same commit as the line before it."

Shaped: TypeAlias = dict[str, Json]

_ALWAYS = frozenset(
    {"revision", "hits", "id", "path", "title", "excerpt", "lines", "score", "version", "status", "text"}
    | {"notes", "relations", "items"}
)
_AS_WRITTEN = "properties"
_FLAGS = frozenset({"dirty", "is_repeated"})
_ENTRIES = {"blame": "lines"}
_DROPPED: tuple[Json, ...] = (None, "", [], {})


def shape(answer: object) -> Shaped:
    """Return an answer, or a part of one, as JSON without empty fields; what identifies it is always there."""
    shaped = _trimmed(to_json(answer))
    if not isinstance(shaped, dict):
        raise TypeError("an answer is a dataclass")
    return shaped


def shape_recalled(recalled: Recalled) -> Shaped:
    """Return hits, with the parts of their scores only where an explanation was asked for."""
    return shape(replace(recalled, hits=tuple(_short(hit, bool(recalled.explanation)) for hit in recalled.hits)))


def shape_context(context: Context) -> Shaped:
    """Return the block once: its items say only where they come from and why they are in it."""
    shaped = shape(context)
    shaped["items"] = [{key: value for key, value in shape(item).items() if key != "text"} for item in context.items]
    return shaped


def shape_note(note: NoteAnswer) -> Shaped:
    """Return a note, its text cut at a line after 40,000 characters, with the lines to ask for next."""
    text, lines = _first_lines(note.text, note.lines)
    shaped = shape(replace(note, text=text, lines=lines))
    if text != note.text:
        shaped["notice"] = [f"Cut: lines {lines.last + 1}-{note.lines.last} are left. {_next_part(lines, note.lines)}"]
    return shaped


def shape_related(related: Related) -> Shaped:
    """Return as many relations, nearest first, as fit."""
    shaped = shape(related)
    if related.version is None:
        del shaped["version"]
    return _bounded(shaped, "relations", "a smaller depth")


def shape_history(history: History) -> Shaped:
    """Return as many versions or blamed lines as fit, a difference or a note cut to fit.

    Blamed lines of one commit say once, in the first of them, who and when.
    """
    shaped = shape(replace(history, difference=None, note=None))
    if history.view == "log":
        shaped.setdefault("versions", [])
    if history.difference is not None:
        patch = _cut(history.difference.patch, NOTE_CHARACTERS)
        shaped["difference"] = _trimmed(to_json(replace(history.difference, patch=patch)))
    if history.note is not None:
        shaped["note"] = dict(shape_note(history.note))
    if history.blame:
        shaped["blame"] = _unrepeated(history.blame)
        shaped["notice"] = [SAME_COMMIT]
    return _bounded(_bounded(shaped, "versions", "since and until"), "blame", "read of a section")


def shape_derivation(derivation: Derivation) -> Shaped:
    """Return as many origins as fit."""
    shaped = shape(derivation)
    shaped.setdefault("origins", [])
    return _bounded(shaped, "origins", "one of the notes shown")


def shape_bisected(bisected: Bisected) -> Shaped:
    """Return the act and both answers, the patches cut to fit."""
    room = PATCH_CHARACTERS // max(1, len(bisected.changed))
    cut = (
        replace(change, difference=replace(change.difference, patch=_cut(change.difference.patch, room)))
        for change in bisected.changed
    )
    return _bounded(shape(replace(bisected, changed=tuple(cut))), "brought", "bad")


def shape_timeline(timeline: Timeline) -> Shaped:
    """Return as many of the newest turns as fit, oldest first; a note's with the lines that changed, not as a patch."""
    newest_first = tuple(map(_short_turn, reversed(timeline.turns)))
    shaped: Shaped = {"turns": []} | shape(replace(timeline, turns=newest_first))
    shaped = _bounded(shaped, "turns", "since and until")
    turns = shaped["turns"]
    told = [_known(turn) for turn in reversed(turns)] if isinstance(turns, list) else turns
    return shaped | {"turns": told}


def _known(turn: Json) -> Json:
    """Return a turn without the path that it has only where something was known."""
    if isinstance(turn, dict) and turn.get("path") is None:
        return {key: value for key, value in turn.items() if key != "path"} | {"known": "nothing sure"}
    return turn


def _short_turn(turn: Turn) -> Turn:
    difference = replace(turn.difference, patch="") if turn.difference else None
    return replace(turn, difference=difference, edits=_cut(turn.edits, EDITS_CHARACTERS))


def shape_checkpoints(checkpoints: Checkpoints) -> Shaped:
    """Return as many checkpoints as fit, newest first."""
    shaped = shape(checkpoints)
    shaped.setdefault("checkpoints", [])
    return _bounded(shaped, "checkpoints", "git tag")


def shape_undone(undone: Undone) -> Shaped:
    """Return as many notes, dependents and clashes as fit."""
    shaped: Shaped = {"notes": []} | shape(undone)
    for key in ("notes", "dependents", "clashes", "acts"):
        shaped = _bounded(shaped, key, "one act at a time")
    return shaped


def shape_log(log: VaultLog) -> Shaped:
    """Return as many acts as fit."""
    return _bounded({"acts": []} | shape(log), "acts", "limit and offset")


def shape_changes(changes: Changes) -> Shaped:
    """Return as many changed notes as fit."""
    return _bounded(shape(changes), "notes", "limit and offset")


def shape_replay(replay: Replay) -> Shaped:
    """Return as many recalls or sessions as fit; hits that are the same now as before are said once."""
    shaped = shape(replace(replay, recalls=tuple(map(_said_once, replay.recalls))))
    return _bounded(_bounded(shaped, "recalls", "limit and offset"), "sessions", "limit and offset")


def _said_once(recall: ReplayedRecall) -> ReplayedRecall:
    return replace(recall, now=()) if recall.is_same else recall


def _trimmed(value: Json) -> Json:
    if isinstance(value, dict):
        items = ((key, item if key == _AS_WRITTEN else _trimmed(item)) for key, item in value.items())
        return {key: item for key, item in items if key in _ALWAYS or _says_something(key, item)}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _says_something(key: str, value: Json) -> bool:
    return value not in _DROPPED and not (key in _FLAGS and value is False)


def _short(hit: Hit, explained: bool) -> Hit:
    """Leave out what every hit of one server says alike, and the line that was asked about if it is the only one."""
    matched = () if hit.lines.first == hit.lines.last else hit.matched
    return replace(hit, matched=matched, scores=hit.scores if explained else {}, vault="")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit].rstrip()} {CUT}"


def _first_lines(text: str, lines: Lines) -> tuple[str, Lines]:
    """Return what fits of a text and the lines it stands on; a first line that is too long is cut itself."""
    if len(text) <= NOTE_CHARACTERS:
        return text, lines
    rows = text.split("\n")
    kept = sum(1 for _ in takewhile(lambda end: end <= NOTE_CHARACTERS, accumulate(len(row) + 1 for row in rows)))
    if kept == 0:
        return _cut(rows[0], NOTE_CHARACTERS), Lines(lines.first, lines.first)
    return "\n".join(rows[:kept]), Lines(lines.first, lines.first + kept - 1)


def _next_part(shown: Lines, whole: Lines) -> str:
    return (
        f"Read on with section='L{shown.last + 1}-L{whole.last}'."
        if shown.last < whole.last
        else "The line is too long."
    )


def _unrepeated(blame: Sequence[BlamedLine]) -> list[Json]:
    before: Sequence[BlamedLine | None] = [None, *blame]
    return [
        {"line": line.line, "text": line.text}
        if last is not None and last.commit == line.commit
        else {"commit": line.commit, **shape(line)}
        for last, line in zip(before, blame, strict=False)
    ]


def _bounded(shaped: Shaped, key: str, narrower: str) -> Shaped:
    """Keep the first entries of a list that fit, at least one, and say how many are left out."""
    entries = shaped.get(key)
    if not isinstance(entries, list):
        return shaped
    ends = accumulate(len(json.dumps(entry, ensure_ascii=False)) for entry in entries)
    kept = max(1, sum(1 for _ in takewhile(lambda end: end <= LIST_CHARACTERS, ends)))
    if kept >= len(entries):
        return shaped
    left_out = f"{len(entries) - kept} more {_ENTRIES.get(key, key)} left out; narrow with {narrower}."
    return shaped | {key: entries[:kept], "notice": [*_notices(shaped), left_out]}


def _notices(shaped: Shaped) -> list[Json]:
    notices = shaped.get("notice")
    return notices if isinstance(notices, list) else []
