"""Git's split index (`core.splitIndex`): a large shared file that stays, and a small one that says what changed.

Source: git's documentation, gitformat-index(5), "Split index"; bitmaps are of gitformat-bitmap(5), "EWAH bitmap".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from vault_mem.vault.gitindex.image import DIGEST_SIZE, IndexImage, extension, make_image, object_of, read_parts
from vault_mem.vault.objects import TreeEntry

_LINK = b"link"
_SIZES = struct.Struct(">LL")
_WORD = 8
_LITERALS = 33
_NAME_AT = 60
# Git makes a new shared file when a fifth of the entries is in the small one. Source: `splitIndex.maxPercentChange`.
_MOST_OWN = 5


@dataclass(frozen=True, slots=True)
class SplitImage:
    """A split index.

    Attributes:
        base: the shared index.
        digest: its name.
        deleted: positions in it that are gone, a bit each.
        replaced: positions in it whose entries are in `nameless`, a bit each.
        nameless: entries in the order of `replaced`, as git has them: without names.
        own: entries that the shared index has not.
    """

    base: IndexImage
    digest: bytes
    deleted: int
    replaced: int
    nameless: tuple[bytes, ...]
    own: IndexImage

    @property
    def recent(self) -> Mapping[bytes, int]:
        """As of `IndexImage`."""
        return self.own.recent

    def find(self, name: bytes) -> TreeEntry | None:
        """As of `IndexImage`."""
        found = self.own.find(name)
        place = None if found else self._place(name)
        if place is None:
            return found
        if self.replaced >> place & 1:
            return object_of(self.nameless[_rank(self.replaced, place)])
        return self.base.find(name)

    def may_conflict(self, name: bytes) -> bool:
        """As of `IndexImage`."""
        return self.own.may_conflict(name) or self.base.may_conflict(name)

    def edited(self, changes: Mapping[bytes, bytes | None], recent: Mapping[bytes, int]) -> SplitImage | None:
        """As of `IndexImage`; None where git would make a new shared index."""
        deleted, replaced, nameless = self.deleted, self.replaced, list(self.nameless)
        own: dict[bytes, bytes | None] = {}
        for name, raw in changes.items():
            place = None if self.own.find(name) else self._place(name)
            if place is None:
                own[name] = raw
                continue
            bit, rank = 1 << place, _rank(replaced, place)
            nameless[rank : rank + (replaced >> place & 1)] = [_without_name(raw)] if raw else []
            replaced = replaced | bit if raw else replaced & ~bit
            deleted = deleted if raw else deleted | bit
        edited = self.own.edited(own, recent, also=changes)
        if (edited.count + len(nameless)) * _MOST_OWN > self.base.count:
            return None
        return replace(self, deleted=deleted, replaced=replaced, nameless=tuple(nameless), own=edited)

    def smudged(self, names: Iterable[bytes]) -> SplitImage | None:
        """As of `IndexImage`; None if there are any, which git is to look at."""
        return None if list(names) else self

    def pieces(self) -> list[bytes]:
        """As of `IndexImage`."""
        link = self.digest + _bitmap(self.deleted, self.base.count) + _bitmap(self.replaced, self.base.count)
        whole = replace(
            self.own,
            blocks=(*self.nameless, *self.own.blocks),
            count=self.own.count + len(self.nameless),
            first_extension=extension(_LINK, link),
        )
        return whole.pieces()

    def _place(self, name: bytes) -> int | None:
        place = self.base.place(name)
        return None if place is None or self.deleted >> place & 1 else place


def parse_split(content: bytes, written: int, read_base: Callable[[str], IndexImage | None]) -> SplitImage | None:
    """Read a split index.

    Args:
        content: the small file.
        written: when it was written, seconds since the epoch.
        read_base: returns the shared index of a name, in hex.

    Returns:
        None if it is none, or only git can read it.
    """
    parts = read_parts(content, written)
    link = parts.extensions.get(_LINK) if parts else None
    base = read_base(link[:DIGEST_SIZE].hex()) if link else None
    if parts is None or link is None or base is None:
        return None
    try:
        deleted, rest = _bits(link[DIGEST_SIZE:])
        replaced, rest = _bits(rest)
    except struct.error:
        return None
    count = replaced.bit_count()
    nameless = tuple(raw for name, raw in parts.entries[:count] if not name)
    # A recent entry without a name is one whose file git has to look at.
    if rest or len(nameless) != count or b"" in dict(parts.entries[count:]) or b"" in parts.recent:
        return None
    extensions = {name: value for name, value in parts.extensions.items() if name != _LINK}
    own = make_image(dict(parts.entries[count:]), extensions, {**base.recent, **parts.recent})
    return SplitImage(base, link[:DIGEST_SIZE], deleted, replaced, nameless, own) if own else None


def _rank(bits: int, place: int) -> int:
    """Return how many of the bits are set below a place."""
    return (bits & ((1 << place) - 1)).bit_count()


def _without_name(raw: bytes) -> bytes:
    return raw[:_NAME_AT] + bytes(4)


def _bits(content: bytes) -> tuple[int, bytes]:
    """Return a bitmap as a number, and what follows it; git leaves both out where nothing has changed yet."""
    if not content:
        return 0, b""
    _, count = _SIZES.unpack_from(content)
    words = struct.unpack_from(f">{count}Q", content, _SIZES.size)
    raw: list[bytes] = []
    position = 0
    while position < count:
        marker = words[position]
        raw.append((b"\xff" if marker & 1 else b"\0") * _WORD * (marker >> 1 & 0xFFFFFFFF))
        literals = words[position + 1 : position + 1 + (marker >> _LITERALS)]
        raw += [word.to_bytes(_WORD, "little") for word in literals]
        position += 1 + len(literals)
    return int.from_bytes(b"".join(raw), "little"), content[_SIZES.size + count * _WORD + 4 :]


def _bitmap(bits: int, size: int) -> bytes:
    """Return a bitmap of one run of plain words, which every git reads, and writes shorter the next time."""
    count = (size + 63) // 64
    words = struct.unpack(f"<{count}Q", bits.to_bytes(count * _WORD, "little"))
    body = struct.pack(f">{count + 1}Q", count << _LITERALS, *words)
    return _SIZES.pack(size, count + 1) + body + bytes(4)
