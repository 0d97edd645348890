"""Names for notes: permanent ids (ULID), slugs for file names, and the key under which two names are the same."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Container
from datetime import datetime
from itertools import count

from vault_mem.notes.model import NoteId

MAX_SLUG = 80
MAX_SLUG_BYTES = 200
FALLBACK_SLUG = "note"

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\Z")
_ASCII_WORD = re.compile(r"[0-9a-z]+")
_LONGEST_INPUT = 1_000


def new_id(now: datetime) -> NoteId:
    """Return a new ULID: 48 bits of milliseconds since 1970, then 80 random bits, in Crockford's base 32.

    Ids made in different milliseconds sort by time; within one millisecond their order is random.

    Args:
        now: the current moment, aware.

    Source: the ULID specification, https://github.com/ulid/spec.
    """
    bits = int(now.timestamp() * 1_000) % (1 << 48) << 80 | secrets.randbits(80)
    return NoteId("".join(_CROCKFORD[bits >> shift & 31] for shift in range(125, -5, -5)))


def derived_id(identity: str, content: bytes) -> NoteId:
    """Return the ULID that every clone gives to a text which was split from a note: of that note's time, then a hash.

    Args:
        identity: the note's id; empty if it has none, which is the time 0.
        content: the text.
    """
    time = identity[:10] if is_id(identity) else "0" * 10
    bits = int.from_bytes(hashlib.sha256(identity.encode() + b"\0" + content).digest()[:10])
    return NoteId(time + "".join(_CROCKFORD[bits >> shift & 31] for shift in range(75, -5, -5)))


def is_id(text: str) -> bool:
    """Whether the text is a whole ULID as `new_id` writes it (26 characters, upper case)."""
    return _ID.match(text) is not None


def slugify(text: str) -> str:
    """Return a file name without extension that Obsidian, Logseq and every file system accept; never empty.

    Letters and digits of every script stay, in lower case and NFC; everything else becomes single dashes. The result
    has at most 80 characters and 200 UTF-8 bytes, and is no device name of Windows. A slug is its own slug.

    Args:
        text: a title, a key or anything else; only its first 1,000 characters are looked at.
    """
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text[:_LONGEST_INPUT]).lower())
    if lower.isascii():
        words = _ASCII_WORD.findall(lower)
    else:
        words = "".join(char if _is_word(char) else " " for char in lower).split()
    slug = _shorten("-".join(words)) or FALLBACK_SLUG
    return f"{slug}-{FALLBACK_SLUG}" if _DEVICE.match(slug) else slug


def is_slug(text: str) -> bool:
    """Whether the text is a slug already."""
    return bool(text) and slugify(text) == text


def fold(text: str) -> str:
    """Return the key under which names are the same whatever their case and Unicode form.

    Canonical caseless matching: NFC(casefold(NFD(text))). Compatibility forms (NFKC) stay apart, because no file system
    that vaults live on treats them as equal.

    Source: The Unicode Standard, section 3.13, definition D145.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def unique_slug(slug: str, taken: Container[str]) -> str:
    """Return the slug, or the first of `slug-2`, `slug-3`, … whose folded form is not taken.

    Args:
        slug: a slug.
        taken: folded names that exist in the vault.
    """
    if fold(slug) not in taken:
        return slug
    for number in count(2):
        ending = f"-{number}"
        candidate = _shorten(slug, room_for=ending) + ending
        if fold(candidate) not in taken:
            return candidate
    raise AssertionError("count() ends")


def _is_word(char: str) -> bool:
    """Whether the character is a letter, a mark that belongs to one, or a digit."""
    return char.isalnum() or (not char.isascii() and unicodedata.category(char)[0] == "M")


def _shorten(slug: str, *, room_for: str = "") -> str:
    """Cut at a dash where one stands in the last third, else anywhere between two characters."""
    used = len(room_for)
    short = slug[: MAX_SLUG - used].encode()[: MAX_SLUG_BYTES - used].decode(errors="ignore")
    if len(short) < len(slug) and slug[len(short)] != "-":
        dash = short.rfind("-")
        short = short[:dash] if dash > len(short) * 2 // 3 else short
    return short.strip("-")
