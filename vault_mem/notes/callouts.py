r"""Both texts of a clash in one file, for merges that may write one file only: the other one stands in a callout.

    > [!disputed] Merged from 9f3ab21
    > ---
    > id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G
    > ---
    > # What the other side says

Every line of the other file stands behind `> `, a line break of its own at the end of each, so that `parted` gives back
the bytes that were there. Source of the form: Obsidian's documentation, "Callouts".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MARK = "[!disputed]"
"""What the first line of such a callout has."""

# One that a person wrote says something else behind the mark, and stays. An editor may have changed how lines end.
_HEAD = re.compile(
    rb"^> \[!disputed\] (?:Merged from [0-9a-f]+(?: and [0-9a-f]+)*|From the other side of a merge)[ \t]*\r?(?:\n|\Z)"
    rb"((?:>[^\n]*(?:\n|\Z))*)",
    re.MULTILINE,
)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_OPEN_END = b"> [no line break]\n"


def joined(content: bytes, rival: bytes, *, commits: Sequence[str]) -> bytes:
    """Return a note's bytes with another version of it in a callout at the end.

    Args:
        content: the note.
        rival: the other version.
        commits: those that were merged, abbreviated; none if that is not known.
    """
    lines = _LINE.findall(rival)
    quoted = b"".join(b"> " + (line if line.endswith(b"\n") else line + b"\n" + _OPEN_END) for line in lines)
    gap = b"" if content.endswith(b"\n\n") or not content else b"\n" if content.endswith(b"\n") else b"\n\n"
    source = f"Merged from {' and '.join(commits)}" if commits else "From the other side of a merge"
    return content + gap + f"> {MARK} {source}\n".encode() + quoted


def parted(content: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return a note's bytes without the callouts that `joined` has put there, and the versions in them."""
    rivals = tuple(_unquoted(found) for found in _HEAD.finditer(content))
    if not rivals:
        return content, ()
    return _HEAD.sub(b"", content).rstrip(b"\n") + b"\n", rivals


def _unquoted(found: re.Match[bytes]) -> bytes:
    return b"".join(_lines(found[1]))


def _lines(quoted: bytes) -> Iterator[bytes]:
    lines = _LINE.findall(quoted)
    for line, after in zip(lines, [*lines[1:], b""], strict=False):
        if line != _OPEN_END:
            text = line[2:] if line.startswith(b"> ") else line[1:]
            yield text[:-1] if after == _OPEN_END else text
