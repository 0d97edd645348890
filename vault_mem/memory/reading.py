"""`read`: a note, whole or in part, as it is or was."""

from __future__ import annotations

import re
from dataclasses import replace

from vault_mem.errors import SectionNotFoundError
from vault_mem.index.lineage import Version
from vault_mem.index.view import IndexedNote, name_of
from vault_mem.memory.answers import NoteAnswer
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse, section
from vault_mem.notes.model import BlobId, CommitId, Document, Lines, NotePath
from vault_mem.notes.record import CommitRecord
from vault_mem.vault.layout import namespace_of

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
    position = moment.positions[note.path]
    said = _said(note.path, note.blob, session.content(moment, note.blob), moment.origin(position), part)
    return replace(
        said,
        revision=moment.commit,
        dirty=note.path in moment.dirty,
        title=note.title,
        status=moment.status(position),
        superseded_by=moment.successors.get(note.path, ()),
    )


def version_answer(session: Session, commit: CommitId, version: Version) -> NoteAnswer:
    """Return a note as a version says it, without a look at the notes beside it.

    Its status is what it states: a note that was replaced says so if the act that replaced it retired it, as ours do.
    `read` looks at all notes of that time.

    Args:
        session: where versions are read.
        commit: the revision that is asked about.
        version: one that is there, not deleted.
    """
    blob = BlobId(version.blob or "")
    return replace(_said(version.path, blob, session.version_content(blob), version.record), revision=commit)


def _said(
    path: NotePath, blob: BlobId, data: bytes, record: CommitRecord | None, part: str | None = None
) -> NoteAnswer:
    """Return what a note's bytes say, and who wrote them; `revision` is left to the caller."""
    document = parse(data)
    lines = _LINE.findall(document.text)
    extent = _extent(document, path, part, len(lines)) if part else Lines(1, max(1, len(lines)))
    return NoteAnswer(
        revision=None,
        dirty=False,
        id=document.metadata.id,
        path=path,
        title=document.title or name_of(path),
        type=document.metadata.type,
        status=document.metadata.status,
        namespace=namespace_of(path),
        text="".join(lines[extent.first - 1 : extent.last]),
        lines=extent,
        properties=document.properties,
        sections=tuple(heading.text for heading in document.headings),
        version=blob,
        commit=record.id if record else None,
        author=record.author if record else None,
        agent=record.agent if record else None,
        changed=record.time if record else None,
        problems=tuple(f"line {problem.line}: {problem.message}" for problem in document.problems),
    )


def _extent(document: Document, path: NotePath, part: str, count: int) -> Lines:
    match = _LINES.match(part.strip())
    if match:
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        if 1 <= first <= last and first <= count:
            return Lines(first, min(last, count))
    found = section(document, part)
    if found is None:
        raise SectionNotFoundError(part, path, [heading.text for heading in document.headings])
    return found
