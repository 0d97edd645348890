"""A whole note: bytes in, a `Document` out; and new bytes from a title, a text and properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from vault_mem.errors import MalformedFrontmatterError
from vault_mem.notes import chunks
from vault_mem.notes.block import Frontmatter
from vault_mem.notes.frontmatter import compose, read
from vault_mem.notes.identifiers import fold
from vault_mem.notes.logseq import PageProperties, page_properties
from vault_mem.notes.markdown import Body, atx_start, bullet_end, find_headings, is_setext, plain_text, read_body
from vault_mem.notes.metadata import read_metadata
from vault_mem.notes.model import Document, Heading, Lines, Link, Metadata, NoteId, Problem, Scalar, Value
from vault_mem.notes.wikilinks import links_in, property_links

MAX_INDEXED = 1 << 20
"""Bytes of a note that are read; what follows is kept, but not indexed."""

_CONFLICT_START = re.compile(r"<{7}(?: |\Z)")
_CONFLICT_END = re.compile(r">{7}(?: |\Z)")


def parse(data: bytes) -> Document:
    """Read a note; never raises, whatever the bytes are, in time linear in their number.

    Frontmatter that is malformed is read as part of the text. Binary content (a NUL byte) has no text at all.
    """
    if b"\0" in data[:MAX_INDEXED]:
        problem = Problem("binary", "the file holds NUL bytes, so it is no text")
        return Document("", {}, Metadata(), None, 1, (), (), (), (problem,))
    problems: list[Problem] = []
    if len(data) > MAX_INDEXED:
        data = _cut(data)
        problems.append(Problem("too-large", f"only the first {MAX_INDEXED >> 20} MiB are read"))
    text = _decode(data, problems)
    front = read(data)
    if front.problem:
        problems.append(front.problem)
    body = read_body(data[front.body_start :].decode(errors="replace"), front.body_line)
    return _document(text, front, body, problems)


def id_in(data: bytes) -> NoteId | None:
    """Return the id that a note has, as `parse` finds it; the text is only looked at where Logseq may have it there."""
    data = data[:MAX_INDEXED]
    if b"::" in data:
        return parse(data).metadata.id
    return None if b"\0" in data else read_metadata(read(data).properties)[0].id


def title_in(data: bytes) -> str | None:
    """Return the title that a note has, as `parse` finds it; its sections and links are not looked for."""
    if b"\0" in data[:MAX_INDEXED]:
        return None
    data = _cut(data) if len(data) > MAX_INDEXED else data
    front = read(data)
    body = read_body(data[front.body_start :].decode(errors="replace"), front.body_line)
    return _title(front, page_properties(body), _title_heading(body, find_headings(body)))


def body_text(document: Document) -> str:
    """Return the text after the frontmatter, as it is."""
    rest = document.text.removeprefix("\ufeff")
    for _ in range(1, document.body_line):
        rest = rest.partition("\n")[2]
    return rest


def section(document: Document, name: str) -> Lines | None:
    """Return the lines of a section: its heading, and all up to the next heading of its level or above.

    Args:
        document: the note.
        name: the heading's text, whatever its case; `Outer#Inner` for one under another.
    """
    last = len(document.text.split("\n")) - document.text.endswith("\n")
    whole = Lines(1, last)
    return _find_section(document.headings, [name], whole) or _find_section(document.headings, name.split("#"), whole)


def new_document(title: str | None, text: str, properties: Mapping[str, Value]) -> bytes:
    r"""Return the bytes of a new note: frontmatter, the title as first heading, a blank line, the text.

    A text that starts with a first-level heading keeps it as the title, and `title` is not used. Line breaks become
    `\n`, with one at the end.

    Raises:
        InvalidNoteError: if a property is not a scalar or a list of scalars.
    """
    body = _with_eol(text.removeprefix("\ufeff"), "\n").strip("\n")
    heading = " ".join((title or "").split())
    if heading and not _leading_title(read_body(body)):
        body = f"# {heading}\n\n{body}" if body else f"# {heading}"
    data = compose(properties, f"{body}\n" if body else "")
    if properties:
        return data
    front = read(data)
    looks_like_block = front.has_block or front.problem
    return b"\n" + data if looks_like_block else data


def replace_body(data: bytes, text: str, *, path: str = "note") -> bytes:
    """Return a note with another body; frontmatter, BOM, line breaks and the last one's absence stay as they are.

    The first heading stays as the title where the new text does not start with a first-level heading of its own.

    Raises:
        MalformedFrontmatterError: if it is not known where the body starts.
    """
    front = read(data)
    if front.problem:
        raise MalformedFrontmatterError(
            path, front.problem.message, line=front.problem.line, column=front.problem.column
        )
    old = data[front.body_start :].decode(errors="replace")
    new = text.strip("\r\n")
    head = _kept_head(old, keep_title=not _leading_title(read_body(_with_eol(new, "\n"))))
    ending = "\n" if not old or old.endswith("\n") else ""
    body = head + new + ending if new else head
    return data[: front.body_start] + _with_eol(body, front.eol).encode()


def _document(text: str, front: Frontmatter, body: Body, problems: list[Problem]) -> Document:
    headings = find_headings(body)
    page = page_properties(body)
    metadata, bad = read_metadata(front.properties)
    if bad:
        metadata, bad = read_metadata(front.properties, front.lines)
    if page.values:
        metadata, _ = read_metadata({**page.values, **front.properties})
    item_lines = front.item_lines if "[[" in front.block or "\\" in front.block else {}  # `\` may spell a bracket
    title_heading = _title_heading(body, headings)
    return Document(
        text=text,
        properties=front.properties,
        metadata=metadata,
        title=_title(front, page, title_heading),
        body_line=body.first_line,
        headings=headings,
        links=(*property_links(front.properties, item_lines), *_related(links_in(body), page)),
        chunks=chunks.split(body, headings, title_line=title_heading.line if title_heading else None),
        problems=(*problems, *bad, *_conflicts(text, body)),
    )


def _title(front: Frontmatter, page: PageProperties, heading: Heading | None) -> str | None:
    stated = front.properties.get("title") or page.values.get("title")
    title = _one_line(stated) if isinstance(stated, str | int | float) else heading and heading.text
    return title or None


def _one_line(value: Scalar) -> str:
    """Return a title as one line of visible text: it stands in lists, where a line break would pass for a new entry."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(value)).split())


def _cut(data: bytes) -> bytes:
    """Return the first `MAX_INDEXED` bytes without a character cut in two."""
    end = MAX_INDEXED
    while end > MAX_INDEXED - 4 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def _decode(data: bytes, problems: list[Problem]) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        problems.append(Problem("not-utf-8", "the file is not UTF-8; unreadable bytes are shown as �", line))
        return data.decode(errors="replace")


def _title_heading(body: Body, headings: Sequence[Heading]) -> Heading | None:
    """Return the first heading if it names the note: of the first level, and not under a bullet.

    A deeper one names a section; where the file name is the title, a note often begins with one.
    """
    if not headings or headings[0].level != 1 or bullet_end(body.lines[headings[0].line - body.first_line]):
        return None
    return headings[0]


def _related(links: Sequence[Link], page: PageProperties) -> Iterator[Link]:
    """Give links in page properties their key as relation."""
    for link in links:
        key = page.keys_by_line.get(link.line)
        yield replace(link, relation=key) if key else link


def _conflicts(text: str, body: Body) -> Iterator[Problem]:
    """Yield a problem where git left both sides of a merge."""
    if "<<<<<<<" not in text or ">>>>>>>" not in text:
        return
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if _CONFLICT_START.match(line.rstrip("\r"))]
    ends = [number for number, line in enumerate(lines, 1) if _CONFLICT_END.match(line.rstrip("\r"))]
    for start in starts:
        index = start - body.first_line
        if ends and ends[-1] > start and not (0 <= index < len(body.code) and body.code[index]):
            yield Problem("conflict-markers", "a merge left both sides here", start)
            return


def _find_section(headings: Sequence[Heading], names: Sequence[str], within: Lines) -> Lines | None:
    found: Lines | None = None
    for name in names:
        wanted = fold(plain_text(name.strip().lstrip("#").strip()))
        found = next(
            (
                Lines(heading.line, min(_section_end(headings, index), within.last))
                for index, heading in enumerate(headings)
                if within.first <= heading.line <= within.last and fold(heading.text) == wanted
            ),
            None,
        )
        if found is None:
            return None
        within = Lines(found.first + 1, found.last)
    return found


def _section_end(headings: Sequence[Heading], index: int) -> int:
    level = headings[index].level
    return next((other.line - 1 for other in headings[index + 1 :] if other.level <= level), MAX_INDEXED)


def _leading_title(body: Body) -> int:
    """Return how many lines a first-level heading at the very start takes, blank ones before it included; else 0."""
    for index, line in enumerate(body.lines):
        if line.strip():
            start = atx_start(line, bullets=False)
            if start and line[start : start + 1] != "#":
                return index + 1
            return index + 2 if is_setext(body, index) and body.lines[index + 1].lstrip()[0] == "=" else 0
    return 0


def _kept_head(old: str, *, keep_title: bool) -> str:
    """Return what stays before a new text: blank lines, and the title with a blank line if it is to be kept."""
    lines = _with_eol(old, "\n").split("\n")
    count = _leading_title(read_body("\n".join(lines)))
    if keep_title and count:
        return "\n".join(lines[:count]) + "\n\n"
    blank = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return "\n" * blank


def _with_eol(text: str, eol: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if eol == "\n" else plain.replace("\n", eol)
