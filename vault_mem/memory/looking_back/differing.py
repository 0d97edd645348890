"""How a note changed between two of its versions: properties, sections, links, and as a patch."""

from __future__ import annotations

from dataclasses import dataclass

from vault_mem.memory.answers import Difference
from vault_mem.memory.session import Session
from vault_mem.notes import patch
from vault_mem.notes.document import parse
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import BlobId, CommitId, Document, NotePath


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: the commit and version, None where there is none, and the note's bytes."""

    commit: str | None
    version: str | None
    content: bytes


def committed_side(session: Session, commit: CommitId | None, version: BlobId | None) -> Side:
    """Return what a commit has at a path as a side of a comparison; no text where it has nothing there."""
    return Side(commit, version, session.version_content(version) if version else b"")


def difference(path: NotePath, old: Side, new: Side) -> Difference:
    """Compare two versions of the note at a path."""
    before, after = parse(old.content), parse(new.content)
    return Difference(
        old_commit=old.commit,
        new_commit=new.commit,
        old_version=old.version,
        new_version=new.version,
        properties=tuple(_changed_properties(before, after)),
        sections=tuple(_changed_sections(before, after)),
        links_added=tuple(sorted(_targets(after) - _targets(before))),
        links_removed=tuple(sorted(_targets(before) - _targets(after))),
        patch=patch.unified(before.text, after.text, before=f"a/{path}", after=f"b/{path}"),
    )


def edits(old: Side, new: Side) -> str:
    """Return the lines of a note's text, frontmatter left out, that were removed (`-`) and added (`+`), in order."""
    rows = patch.unified(_body(old), _body(new), before="", after="").splitlines()
    return "\n".join(row for row in rows[2:] if row.startswith(("-", "+", "[")))


def _body(side: Side) -> str:
    document = parse(side.content)
    return "\n".join(split_lines(document.text)[document.body_line - 1 :]) + "\n"


def _changed_properties(before: Document, after: Document) -> list[str]:
    keys = dict.fromkeys([*before.properties, *after.properties])
    return [key for key in keys if before.properties.get(key) != after.properties.get(key)]


def _changed_sections(before: Document, after: Document) -> list[str]:
    """Return the headings under which text was added, removed or changed; empty text for text above all headings."""
    old, new = _sections(before), _sections(after)
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _sections(document: Document) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    starts = {heading.line: heading.text for heading in document.headings}
    name = ""
    for number, line in enumerate(split_lines(document.text), start=1):
        if number < document.body_line:
            continue
        name = starts.get(number, name)
        if line.strip():
            sections.setdefault(name, []).append(line)
    return sections


def _targets(document: Document) -> set[str]:
    return {link.target for link in document.links if link.target}
