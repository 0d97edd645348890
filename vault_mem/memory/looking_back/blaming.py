"""Blame: which commit gave each line of a note its present text, along the note's own lineage.

Lines go from a version to those it was made from, newest first, as far as a comparison finds them there; what is left
belongs to the version's commit. No line belongs to a merge that only brought it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vault_mem.index.lineage import Lineage, Version
from vault_mem.memory.answers import BlamedLine
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import BlobId, CommitId, Document, NotePath
from vault_mem.notes.patch import matching

_Lines = list[tuple[int, int]]
"""Lines to follow: where each stands in a version, and where in the note that is blamed; from 0."""


def blamed(session: Session, moment: Moment, path: NotePath) -> tuple[BlamedLine, ...]:
    """Return each line of a note of a moment with the commit that gave it; text that is not committed has none.

    Raises:
        NoteNotFoundError: if there is no note at the path.
        GitCommandError: if a version of it is not here (a partial clone).
    """
    lines = split_lines(parse(session.content(moment, moment.note(path).blob)).text)
    if moment.commit is None:
        return tuple(_line(number, text, None, None) for number, text in enumerate(lines, start=1))
    lineage = session.lineage(moment.commit)
    blame = _Blame(session, lineage, tuple(dict.fromkeys(version.path for version in lineage.trace(path))))
    committed = lineage.at(path, moment.commit)
    blame.follow(lines, [(number, number) for number in range(len(lines))], [committed] if committed else [])
    return tuple(_line(number + 1, text, *blame.owner(number)) for number, text in enumerate(lines))


@dataclass(slots=True)
class _Blame:
    """The search for the commits of one note's lines; versions wait until all that were made from them are done."""

    session: Session
    lineage: Lineage
    places: tuple[NotePath, ...]
    _owners: dict[int, Version] = field(default_factory=dict)
    _waiting: dict[tuple[CommitId, NotePath], tuple[Version, _Lines]] = field(default_factory=dict)
    _documents: dict[BlobId, Document] = field(default_factory=dict)

    def follow(self, texts: list[str], wanted: _Lines, sources: Iterable[Version]) -> None:
        """Find the commits of lines of a text that was made from these versions."""
        self._hand_on(texts, wanted, sources)
        while self._waiting:
            newest = max(self._waiting, key=lambda place: self.lineage.rank(place[0]))
            version, lines = self._waiting.pop(newest)
            left = self._hand_on(self._texts(version), lines, self.lineage.made_from(version, self.places))
            self._owners.update((final, version) for _, final in left)

    def owner(self, line: int) -> tuple[Version | None, float | None]:
        """Return the version that gave a line, and the confidence that the note claimed in it."""
        version = self._owners.get(line)
        document = self._document(version.blob) if version else None
        return version, document.metadata.confidence if document else None

    def _hand_on(self, texts: list[str], lines: _Lines, sources: Iterable[Version]) -> _Lines:
        """Let versions have the lines that they hold already, the first of them first; return what is left."""
        for source in sources:
            held = {new: old for old, new in matching(self._texts(source), texts)}
            given = [(held[place], final) for place, final in lines if place in held]
            lines = [line for line in lines if line[0] not in held]
            if given:
                key = (source.record.id, source.path)
                self._waiting.setdefault(key, (source, []))[1].extend(given)
        return lines

    def _texts(self, version: Version) -> list[str]:
        document = self._document(version.blob)
        return split_lines(document.text) if document else []

    def _document(self, blob: BlobId | None) -> Document | None:
        if blob is not None and blob not in self._documents:
            self._documents[blob] = parse(self.session.version_content(blob))
        return self._documents.get(blob) if blob else None


def _line(number: int, text: str, version: Version | None, confidence: float | None) -> BlamedLine:
    if version is None:
        return BlamedLine(number, text, None, None, None, None, None, "", None)
    record = version.record
    return BlamedLine(
        line=number,
        text=text,
        commit=record.id,
        time=record.time,
        author=record.author,
        agent=record.agent,
        session=record.session,
        reason=record.reason,
        confidence=confidence,
    )
