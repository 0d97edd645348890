"""Commit messages of acts: subject, reason, and facts as trailers (vault format §3; git-interpret-trailers(1)).

A reason is text from outside: its own lines never become trailers, because ours are a paragraph of their own at the end
and reading takes the last paragraph only. Lines that end a message for git are indented: it must find ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vault_mem.vault.acts import Act

MAX_REASON = 8_000
"""Characters kept of a reason; what is indented counts once more."""
MAX_IDS = 100
_MAX_FACT = 200
_MAX_SUBJECT = 300
_MAX_PARSED = 64_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\u2028\u2029]")
# `---` begins a patch, and the scissors (after any comment character) what is cut off. Source: git's `trailer.c`,
# `find_patch_start`, and `wt-status.c`, `wt_status_locate_end`.
_ENDS_MESSAGE = re.compile(r"^(?=---(?:\s|\Z)|.{1,40} -{24} >8 -{24}$)", re.MULTILINE)
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): ?(.*)\Z")
_ID = "Memory-Id"


@dataclass(frozen=True, slots=True)
class Message:
    """A commit message, taken apart; `trailers` has the first value of each key, `note_ids` every `Memory-Id`."""

    subject: str
    reason: str
    trailers: Mapping[str, str]
    note_ids: tuple[str, ...]


def format_message(act: Act) -> str:
    """Return the commit message of an act, ending in a newline.

    Args:
        act: what was done; control characters are taken out of its texts, and long ones are cut.
    """
    facts = [
        ("Memory-Op", act.verb),
        *((_ID, note_id) for note_id in act.note_ids[:MAX_IDS]),
        ("Memory-Agent", act.agent),
        ("Memory-Session", act.session),
        ("Memory-Code", act.code),
    ]
    lines = [f"{key}: {one_line(value)}" for key, value in facts if value and one_line(value)]
    parts = [_subject(act), _clean(act.reason), "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def parse_message(text: str) -> Message:
    """Take a commit message apart; any message has a subject, possibly empty."""
    lines = text[:_MAX_PARSED].replace("\r\n", "\n").strip("\n").split("\n")
    body = "\n".join(lines[1:]).strip("\n")
    before, _, last = body.rpartition("\n\n")
    pairs = _pairs(last)
    reason = before if pairs else body
    trailers: dict[str, str] = {}
    for key, value in pairs:
        trailers.setdefault(key, value)
    ids = tuple(value for key, value in pairs if key == _ID)
    return Message(lines[0].strip(), reason.strip("\n"), trailers, ids)


def _subject(act: Act) -> str:
    if act.subject is not None:
        about = act.subject
    elif act.verb == "init" or not act.changes:
        about = "vault"
    elif len(act.changes) == 1:
        about = act.changes[0].path
    else:
        about = f"{len(act.changes)} notes"
    return one_line(f"{act.verb}: {about}", limit=_MAX_SUBJECT)


def _pairs(paragraph: str) -> list[tuple[str, str]]:
    """Return the trailers of a paragraph; none if one of its lines is no trailer."""
    matches = [_TRAILER.match(line) for line in paragraph.split("\n")]
    return [(m[1], m[2].strip()) for m in matches if m] if all(matches) else []


def _clean(text: str) -> str:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")[: MAX_REASON * 2]
    kept = _CONTROL.sub("", unified)
    lines = (line.rstrip() for line in kept.split("\n"))
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:MAX_REASON].rstrip()
    return _ENDS_MESSAGE.sub(" ", kept)


def one_line(text: str, limit: int = _MAX_FACT) -> str:
    """Return a text from outside as a trailer holds it: on one line, without control characters, cut to a limit."""
    return " ".join(_CONTROL.sub(" ", text[: limit * 4]).split())[:limit].rstrip()
