"""A recall as it is recorded: one line of JSON that says what was asked, what was answered, and by what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from vault_mem.memory.answers import AnsweredNote, TimeWindow
from vault_mem.memory.replaying.asked import from_values, to_time, to_values
from vault_mem.notes.model import NotePath
from vault_mem.recall.query import Question

FORM = 1
"""Version of the form of a record; those of another one are passed over."""

MAX_RECORD = 262_144
"""Bytes of a record; a longer one is not kept."""


_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an answer depends on beside the vault and the question.

    Attributes:
        program: version of vault-mem.
        index: version of the index's form, and whether it had all of the notes.
        weights: hash of the ranking's weights.
        model: the embedder, None for none, and whether it answered.
        reranker: the same, with its share and depth.
        engine: the lexical engine.
        zone: the local time zone's distance from UTC when it was asked: `last week` is one of local days.
    """

    program: str | None
    index: str | None
    weights: str | None
    model: str | None
    reranker: str | None
    engine: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a question was understood to speak of."""

    start: datetime | None
    end: datetime | None
    phrase: str
    tag: str | None

    @classmethod
    def of(cls, window: TimeWindow | None) -> Window | None:
        """Return the window of an answer, whether it held or not."""
        return None if window is None else cls(window.start, window.end, window.phrase, window.tag)


@dataclass(frozen=True, slots=True)
class RecallRecord:
    """One recall.

    Attributes:
        question: as checked; its `now` is when it was asked.
        session, agent: who asked.
        revision: what the answer spoke for, None in a vault without a commit.
        dirty: whether work-tree text took part.
        notes: the hits, in order.
        window: the time in the question.
        by: what answered.
    """

    question: Question
    session: str
    agent: str | None
    revision: str | None
    dirty: bool
    notes: tuple[AnsweredNote, ...]
    window: Window | None
    by: Fingerprint


def encode(record: RecallRecord) -> bytes:
    """Return the record as one line of ASCII, without its end.

    Raises:
        ValueError, TypeError: if it is too long, or the question holds what JSON cannot say.
    """
    window = record.window
    values = {
        "v": FORM,
        "time": record.question.now.isoformat(),
        "session": record.session,
        "agent": record.agent,
        "question": to_values(record.question),
        "revision": record.revision,
        "dirty": record.dirty,
        "notes": [[note.id, note.path, note.version] for note in record.notes],
        "window": window and [_iso(window.start), _iso(window.end), window.phrase, window.tag],
        "by": {item.name: getattr(record.by, item.name) for item in fields(record.by)},
    }
    line = json.dumps(values, separators=(",", ":")).encode("ascii")
    if len(line) > MAX_RECORD:
        raise ValueError(f"it takes more than {MAX_RECORD:,} bytes")
    return line


def decode(line: bytes) -> RecallRecord:
    """Return the record that a line holds.

    Raises:
        ValueError: if it holds none of this form: it is torn, another program's, or changed by hand.
    """
    try:
        values = json.loads(line)
        if not isinstance(values, dict) or values.get("v") != FORM:
            raise ValueError("another form")
        return _record(values)
    except (KeyError, TypeError, RecursionError) as exc:
        raise ValueError("not a record") from exc


def _record(values: Mapping[str, object]) -> RecallRecord:
    question, notes, by = values["question"], values["notes"], values["by"]
    if not isinstance(question, dict) or not isinstance(notes, list) or not isinstance(by, dict):
        raise TypeError("question, notes or by")
    session = _optional(values["session"])
    if not session:
        raise ValueError("no session")
    return RecallRecord(
        question=from_values(question, now=to_time(values["time"])),
        session=session,
        agent=_optional(values["agent"]),
        revision=_commit(values["revision"]),
        dirty=values["dirty"] is True,
        notes=tuple(map(_note, notes)),
        window=_window(values["window"]),
        by=Fingerprint(**{item.name: _optional(by.get(item.name)) for item in fields(Fingerprint)}),
    )


def _commit(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and _COMMIT.match(value)):
        raise ValueError("not a commit")
    return value


def _note(values: object) -> AnsweredNote:
    if not isinstance(values, list):
        raise TypeError("note")
    identity, path, version = map(_optional, values)
    return AnsweredNote(identity, NotePath(path or ""), version or "")


def _window(values: object) -> Window | None:
    if values is None:
        return None
    if not isinstance(values, list):
        raise TypeError("window")
    start, end, phrase, tag = map(_optional, values)
    return Window(_moment(start), _moment(end), phrase or "", tag)


def _optional(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else to_time(text)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
