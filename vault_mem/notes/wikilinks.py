"""Links as Obsidian and Logseq users write them: found in text, read, and written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from vault_mem.notes.markdown import Body, blank_code
from vault_mem.notes.model import Link, Value

_LINK = re.compile(
    r"""(?=[!\[({])(?<!\\)(?:
      (?P<alias_mark>!?)\[(?P<alias>[^\[\]]*)\]\(\[\[(?P<aliased>[^\[\]]+)\]\]\)
    | (?P<label_mark>!?)\[(?P<label>[^\[\]]*)\]\([ \t]?
        (?:<(?P<angled>[^<>]*)>|(?P<plain>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))
        (?:[ \t]+(?:"[^"]*"|'[^']*'))?[ \t]?\)
    | (?P<embed>\{\{embed[ \t]{1,4})?(?P<mark>!?)\[\[(?P<wiki>[^\[\]]+)\]\]
    | (?P<block_embed>\{\{embed[ \t]{1,4})?\(\((?P<block>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})\)\)
    )""",
    re.VERBOSE,
)
_WHOLE = re.compile(r"[ \t]*!?\[\[([^\[\]\n]+)\]\][ \t]*\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})\Z")
_ATTACHMENTS = re.compile(
    r"\.(?:3gp|avif|base|bmp|canvas|csv|docx|flac|gif|heic|jpe?g|m4[av]|mkv|mov|mp[34]|og[gv]|pdf|png|pptx|svg|tiff?"
    r"|wav|web[mp]|xlsx|zip)\Z",
    re.IGNORECASE,
)
_NOTES = frozenset({"md", "markdown"})


def links_in(body: Body) -> tuple[Link, ...]:
    """Return the links to notes in a body, in reading order.

    Links in code, to other sites, and to attachments (images, PDFs, Bases, canvases) are left out.

    Source: help.obsidian.md "Internal links" and "Embed files"; docs.logseq.com "Linked references".
    """
    found: list[Link] = []
    for index, line in enumerate(body.lines):
        if ("[" in line or "((" in line) and not body.code[index]:
            found.extend(_links_in_line(blank_code(line), body.first_line + index))
    return tuple(found)


def property_links(properties: Mapping[str, Value], lines: Mapping[str, tuple[int, ...]]) -> tuple[Link, ...]:
    """Return the links that are whole frontmatter values, with the key as relation.

    Args:
        properties: the frontmatter.
        lines: for each key the 1-based line of each of its items; missing ones count as line 1.
    """
    found = []
    for key, value in properties.items():
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            inner = whole_link(item) if isinstance(item, str) and "[[" in item else None
            if inner:
                places = lines.get(key, ())
                found.append(_wiki(inner, line=places[index] if index < len(places) else 1, relation=key))
    return tuple(link for link in found if link is not None)


def whole_link(text: str) -> str | None:
    """Return what stands between the brackets of a text that is one WikiLink and nothing else."""
    match = _WHOLE.match(text)
    return match[1] if match else None


def target_of(inner: str) -> str:
    """Return the note that the inside of a WikiLink names, without label, heading and block."""
    return inner.partition("|")[0].partition("#")[0].rstrip("\\").strip()


def is_linkable(name: str) -> bool:
    """Whether a WikiLink can hold a name; there is no way to quote brackets, bars and hashes in one."""
    return target_of(name) == name and not any(character in name for character in "[]^\n")


def format_link(target: str) -> str:
    """Return a WikiLink."""
    return f"[[{target}]]"


def _links_in_line(line: str, number: int) -> Iterator[Link]:
    for match in _LINK.finditer(line):
        link = _read_match(match, number)
        if link:
            yield link


def _read_match(match: re.Match[str], line: int) -> Link | None:
    if match["block"]:
        return Link("", line, block=match["block"].lower(), embed=match["block_embed"] is not None, style="block")
    if match["wiki"]:
        return _wiki(match["wiki"], line=line, embed=bool(match["mark"] or match["embed"]))
    if match["aliased"]:
        return _wiki(match["aliased"], line=line, label=match["alias"] or None, embed=bool(match["alias_mark"]))
    return _markdown(match["angled"] or match["plain"] or "", match["label"], line, embed=bool(match["label_mark"]))


def _wiki(
    inner: str, *, line: int, relation: str | None = None, label: str | None = None, embed: bool = False
) -> Link | None:
    name, _, shown = inner.partition("|")
    name, _, part = name.removesuffix("\\").partition("#")
    name = name.strip()
    heading, block = _split_part(part)
    if _ATTACHMENTS.search(name) or not (name or heading or block):
        return None
    return Link(name, line, relation, heading, block, label or shown.strip() or None, embed)


def _markdown(destination: str, label: str, line: int, *, embed: bool) -> Link | None:
    if _SCHEME.match(destination):
        return None
    path, _, part = destination.partition("#")
    target = unquote(path).strip()
    heading, block = _split_part(unquote(part))
    extension = _EXTENSION.search(target)
    if (extension and extension[1].lower() not in _NOTES) or not (target or heading or block):
        return None
    return Link(target, line, None, heading, block, label.strip() or None, embed, "markdown")


def _split_part(part: str) -> tuple[str | None, str | None]:
    """Split what follows `#` into heading and block id."""
    heading, mark, block = part.rpartition("^")
    if mark and (not heading or heading.endswith("#")):
        return heading.rstrip("#").strip() or None, block.strip() or None
    return part.strip() or None, None
