"""What is said around a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vault_mem.notes.markdown import bullet_end, plain_text

MAX_CHARACTERS = 600
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_PROPERTY = re.compile(r"\s*[\w-]{1,64}::")
_MARKS = " \t#>|-"


def link_context(line: str, names: Sequence[str], *, is_enough: Callable[[str], bool]) -> str:
    """Return the words around a link: its sentence, or the whole line where that says too little.

    Args:
        line: the line of the note that has the link.
        names: what the note it leads to is called, in this link and elsewhere; none of them is left in the words.
        is_enough: whether words are enough to ask with.

    Returns:
        Plain text, empty for a line of properties or of a template.
    """
    if _PROPERTY.match(line) or "{{" in line:
        return ""
    plain = plain_text(line[bullet_end(line) :].strip(_MARKS))[:MAX_CHARACTERS]
    known = sorted({plain_text(name) for name in names if name.strip()}, key=len, reverse=True)
    pattern = re.compile("|".join(map(_alone, filter(None, known))), re.IGNORECASE)
    sentences = [sentence for sentence in _SENTENCE.split(plain) if pattern.search(sentence)]
    for text in (*sentences, plain):
        words = " ".join(pattern.sub(" ", text).split())
        if is_enough(words):
            return words
    return ""


def _alone(name: str) -> str:
    """Return a pattern for a name as a word; one that is not ASCII may stand amid other letters, as Chinese does."""
    return rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name)
