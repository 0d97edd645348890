"""`read`: a note, whole or in part, as it is or was."""

from __future__ import annotations

import re

from vault_mem.errors import SectionNotFoundError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import NoteAnswer
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse, section
from vault_mem.notes.model import Document, Lines

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_LINES = re.compile(r"L?(\d{1,9})(?:\s*-\s*L?(\d{1,9}))?\Z", re.IGNORECASE)


def read(session: Session, reference: str, *, at: str | None, section: str | None) -> NoteAnswer:
    """Return a note; see `Memory.read`."""
    moment = session.at(at)
    return answer(session, moment, moment.find(reference, at=at), section)


def answer(session: Session, moment: Moment, note: IndexedNote, part: str | None = None) -> NoteAnswer:
    """Return a note of a moment, or the part of it that is asked for.

    Raises:
        SectionNotFoundError: if it has no such heading or lines.
    """
    document = parse(session.content(moment, note.blob))
    lines = _LINE.findall(document.text)
    extent = _extent(document, note, part, len(lines)) if part else Lines(1, max(1, len(lines)))
    position = moment.positions[note.path]
    origin = moment.origin(position)
    return NoteAnswer(
        revision=moment.commit,
        dirty=note.path in moment.dirty,
        id=note.metadata.id,
        path=note.path,
        title=note.title,
        type=note.metadata.type,
        status=moment.status(position),
        namespace=moment.namespace(position),
        text="".join(lines[extent.first - 1 : extent.last]),
        lines=extent,
        properties=document.properties,
        sections=tuple(heading.text for heading in document.headings),
        version=note.blob,
        commit=origin.id if origin else None,
        author=origin.author if origin else None,
        agent=origin.agent if origin else None,
        changed=origin.time if origin else None,
        superseded_by=moment.successors.get(note.path, ()),
        problems=tuple(f"line {problem.line}: {problem.message}" for problem in document.problems),
    )


def _extent(document: Document, note: IndexedNote, part: str, count: int) -> Lines:
    match = _LINES.match(part.strip())
    if match:
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        if 1 <= first <= last and first <= count:
            return Lines(first, min(last, count))
    found = section(document, part)
    if found is None:
        raise SectionNotFoundError(part, note.path, [heading.text for heading in document.headings])
    return found
