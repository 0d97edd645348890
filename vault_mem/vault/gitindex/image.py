"""Git's index of version 2 as a value: entries are looked up and replaced without starting git.

Other versions, and indexes with extensions that would have to change with the entries, are left to git itself.
Source: git's documentation, gitformat-index(5); what is "racy" there, git's `Documentation/technical/racy-git.txt`.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vault_mem.vault.objects import TreeEntry

DIGEST_SIZE = 20
_BLOCK = 256
_HEADER = struct.Struct(">4sLL")
_FACTS = struct.Struct(">10L20sH")
_EXTENSION = struct.Struct(">4sL")
_MODE, _SIZE, _ID = slice(24, 28), slice(36, 40), slice(40, 60)
_LONGEST_NAME = 0xFFF
_WORD = 0xFFFFFFFF
# An entry: times (the second one of its bytes), device, inode, mode, owner, size, object id; flags of an ordinary one
# (stage 0, not extended); name, NULs to a multiple of eight.
_NAME = (
    rb"(?:[^\0]{8})*+(?:\0\0|[^\0]\0|[^\0]{2}\0{8}|[^\0]{3}\0{7}|[^\0]{4}\0{6}|[^\0]{5}\0{5}"
    rb"|[^\0]{6}\0{4}|[^\0]{7}\0{3})"
)
_FLAGS = rb"[\x00-\x0f\x80-\x8f]."
_ANY = rb".{60}" + _FLAGS + _NAME
_ONE = re.compile(rb".{8}(.{4}).{48}%s(%s)" % (_FLAGS, _NAME), re.DOTALL)
_TIME = re.compile(rb".{8}(.{4}).{48}" + _FLAGS + _NAME, re.DOTALL)
_FULL_BLOCK = re.compile(rb"(?:%s){%d}" % (_ANY, _BLOCK), re.DOTALL)
_FOLDERS = b"TREE"
# Extensions that stay as they are when entries change, and the one that is changed with them here.
_KNOWN = frozenset({_FOLDERS, b"REUC"})
_NODE = re.compile(rb"([^\0]*)\0(-?\d+) (\d+)\n")


@dataclass(frozen=True, slots=True)
class IndexImage:
    """An index.

    Attributes:
        blocks: entries as git has them, up to a few hundred in one piece, in git's order.
        firsts: name of the first entry of each block.
        count: entries.
        folders: content of the extension `TREE`, which says what tree a folder would be; empty if there is none.
        first_extension: one that stands before the others, whole; of a split index.
        others: further extensions, whole.
        recent: files, by name, that may have changed after the index was written without a change of their time, and
            that time in seconds since the epoch.
    """

    blocks: tuple[bytes, ...]
    firsts: tuple[bytes, ...]
    count: int
    folders: bytes
    others: bytes
    recent: Mapping[bytes, int]
    first_extension: bytes = b""

    def find(self, name: bytes) -> TreeEntry | None:
        """Return the entry of a path, None if there is none."""
        position = bisect_right(self.firsts, name) - 1
        if position < 0 or name not in self.blocks[position]:
            return None
        for match in _ONE.finditer(self.blocks[position]):
            if match[2].rstrip(b"\0") == name:
                return object_of(match[0])
        return None

    def place(self, name: bytes) -> int | None:
        """Return the position of a path among all entries, None if it has none; not of an index that was edited."""
        position = bisect_right(self.firsts, name) - 1
        if position < 0 or name not in self.blocks[position]:
            return None
        names = [found for found, _ in _entries(self.blocks[position])]
        return position * _BLOCK + names.index(name) if name in names else None

    def may_conflict(self, name: bytes) -> bool:
        """Whether a new file would, or might, stand where the index has a folder, or below a file."""
        folder = name
        while b"/" in folder:
            folder = folder.rpartition(b"/")[0]
            if self.find(folder) is not None:
                return True
        below = name + b"/"
        position = bisect_left(self.firsts, below)
        following = self.firsts[position : position + 1]
        return any(first.startswith(below) for first in following) or (
            position > 0 and below in self.blocks[position - 1]
        )

    def edited(
        self, changes: Mapping[bytes, bytes | None], recent: Mapping[bytes, int], also: Iterable[bytes] = ()
    ) -> IndexImage:
        """Return the index with entries replaced; None removes.

        Args:
            changes: whole entries, made by `make_entry`, by name.
            recent: files of the result that may be `recent`, with their times.
            also: further paths that changed elsewhere, so that the trees of their folders are no longer known.
        """
        by_block: dict[int, dict[bytes, bytes | None]] = {}
        for name, entry in changes.items():
            by_block.setdefault(max(bisect_right(self.firsts, name) - 1, 0), {})[name] = entry
        blocks: list[bytes] = []
        last, count = 0, self.count
        for position in sorted(by_block):
            blocks += self.blocks[last:position]
            old = self.blocks[position : position + 1]
            entries = {found: raw for block in old for found, raw in _entries(block)}
            count -= len(entries)
            entries = _replaced(entries, by_block[position])
            count += len(entries)
            blocks += _blocks(entries)
            last = position + 1
        blocks += self.blocks[last:]
        folders = _invalidated(self.folders, (*changes, *also)) if self.folders else b""
        return IndexImage(tuple(blocks), tuple(_first(b) for b in blocks), count, folders, self.others, recent)

    def smudged(self, names: Iterable[bytes]) -> IndexImage:
        """Return the index with the sizes of these files set to 0, so that git reads them again."""
        changes: dict[bytes, bytes | None] = {}
        for name in names:
            block = self.blocks[bisect_right(self.firsts, name) - 1]
            raw = bytearray(dict(_entries(block))[name])
            raw[_SIZE] = bytes(4)
            changes[name] = bytes(raw)
        # No tree changes with a size.
        return replace(self.edited(changes, self.recent), folders=self.folders)

    def pieces(self) -> list[bytes]:
        """Return the index as it stands in a file, in pieces, because it is large; the last one is its digest."""
        folders = extension(_FOLDERS, self.folders) if self.folders else b""
        head = _HEADER.pack(b"DIRC", 2, self.count)
        pieces = [head, *self.blocks, self.first_extension, folders, self.others]
        digest = hashlib.sha1(usedforsecurity=False)
        for piece in pieces:
            digest.update(piece)
        return [*pieces, digest.digest()]


def parse_index(content: bytes, written: int) -> IndexImage | None:
    """Read an index.

    Args:
        content: the file.
        written: when it was written, seconds since the epoch.

    Returns:
        None if it is damaged, of another version than 2, or has unmerged entries or extensions not known here.
    """
    found = _read(content)
    if found is None:
        return None
    blocks, extensions = found
    if not extensions.keys() <= _KNOWN:
        return None
    return _image(blocks, extensions, dict(_recent(blocks, written)))


@dataclass(frozen=True, slots=True)
class IndexParts:
    """What an index file has: (name, entry) pairs in order, extensions by name, and `recent` as of `IndexImage`."""

    entries: tuple[tuple[bytes, bytes], ...]
    extensions: Mapping[bytes, bytes]
    recent: Mapping[bytes, int]


def read_parts(content: bytes, written: int) -> IndexParts | None:
    """Read an index whatever extensions it has; else as `parse_index`."""
    found = _read(content)
    if found is None:
        return None
    entries = tuple(pair for block in found[0] for pair in _entries(block))
    return IndexParts(entries, found[1], dict(_recent(found[0], written)))


def make_image(
    entries: Mapping[bytes, bytes], extensions: Mapping[bytes, bytes], recent: Mapping[bytes, int]
) -> IndexImage | None:
    """Return an index of these entries, None if one of the extensions must change when entries do."""
    return _image(list(_blocks(entries)), extensions, recent) if extensions.keys() <= _KNOWN else None


def _image(blocks: Sequence[bytes], extensions: Mapping[bytes, bytes], recent: Mapping[bytes, int]) -> IndexImage:
    others = b"".join(extension(name, value) for name, value in extensions.items() if name != _FOLDERS)
    count = sum(len(_TIME.findall(block)) for block in blocks[-1:]) + _BLOCK * max(len(blocks) - 1, 0)
    firsts = tuple(_first(block) for block in blocks)
    return IndexImage(tuple(blocks), firsts, count, extensions.get(_FOLDERS, b""), others, recent)


def _read(content: bytes) -> tuple[list[bytes], dict[bytes, bytes]] | None:
    """Return the blocks of entries and the extensions by name."""
    body = memoryview(content)[:-DIGEST_SIZE]
    if len(body) < _HEADER.size or _digest(body) != content[-DIGEST_SIZE:]:
        return None
    signature, version, count = _HEADER.unpack_from(content)
    if signature != b"DIRC" or version != 2:
        return None
    blocks, end = _split(content, count)
    extensions = _extensions(content, end) if blocks is not None else None
    return None if blocks is None or extensions is None else (blocks, extensions)


def extension(name: bytes, content: bytes) -> bytes:
    """Return an extension as it stands in an index."""
    return _EXTENSION.pack(name, len(content)) + content


def object_of(raw: bytes) -> TreeEntry:
    """Return the object of an entry, which is given as git has it."""
    return TreeEntry(f"{int.from_bytes(raw[_MODE]):o}", raw[_ID].hex())


def make_entry(name: bytes, entry: TreeEntry, status: os.stat_result | None) -> bytes:
    """Return an index entry.

    Args:
        name: the path.
        entry: the object; of its mode git keeps here only whether the owner may execute the file.
        status: the file's, if it has these very bytes; without it, git reads the file to know.
    """
    mode = 0o100755 if int(entry.mode, 8) & 0o100 else 0o100644
    facts = [0] * 10 if status is None else _facts(status)
    facts[6] = mode
    raw = _FACTS.pack(*facts, bytes.fromhex(entry.object_id), min(len(name), _LONGEST_NAME)) + name
    return raw + bytes(8 - len(raw) % 8)


def _facts(status: os.stat_result) -> list[int]:
    changed, modified = divmod(status.st_ctime_ns, 10**9), divmod(status.st_mtime_ns, 10**9)
    numbers = (*changed, *modified, status.st_dev, status.st_ino, 0, status.st_uid, status.st_gid, status.st_size)
    return [number & _WORD for number in numbers]


def _split(content: bytes, count: int) -> tuple[list[bytes] | None, int]:
    """Return the blocks of entries and where they end; no blocks if an entry is no ordinary one."""
    blocks: list[bytes] = []
    position = _HEADER.size
    for block in [_FULL_BLOCK] * (count // _BLOCK) + [_plain(count % _BLOCK)] * (count % _BLOCK > 0):
        match = block.match(content, position)
        if match is None:
            return None, position
        blocks.append(match[0])
        position = match.end()
    return blocks, position


def _plain(count: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%s){%d}" % (_ANY, count), re.DOTALL)


def _extensions(content: bytes, position: int) -> dict[bytes, bytes] | None:
    """Return the extensions by name, None if they do not end where the digest begins."""
    found: dict[bytes, bytes] = {}
    end = len(content) - DIGEST_SIZE
    while position + _EXTENSION.size <= end:
        name, size = _EXTENSION.unpack_from(content, position)
        following = position + _EXTENSION.size + size
        found[name] = content[position + _EXTENSION.size : following]
        position = following
    return found if position == end else None


def _recent(blocks: Iterable[bytes], written: int) -> Iterator[tuple[bytes, int]]:
    limit = max(written, 0).to_bytes(4) if written <= _WORD else b""
    for block in blocks:
        if max(_TIME.findall(block)) >= limit:
            for match in _ONE.finditer(block):
                if match[1] >= limit:
                    yield match[2].rstrip(b"\0"), int.from_bytes(match[1])


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    for match in _ONE.finditer(block):
        yield match[2].rstrip(b"\0"), match[0]


def _replaced(entries: dict[bytes, bytes], changes: Mapping[bytes, bytes | None]) -> dict[bytes, bytes]:
    return {name: raw for name, raw in {**entries, **changes}.items() if raw is not None}


def _blocks(entries: Mapping[bytes, bytes]) -> Iterator[bytes]:
    names = sorted(entries)
    # One that outgrows a block by a few entries stays whole, or every second act would make a block of one.
    size = _BLOCK if len(names) > 2 * _BLOCK else max(len(names), 1)
    for start in range(0, len(names), size):
        yield b"".join(entries[name] for name in names[start : start + size])


def _first(block: bytes) -> bytes:
    return block[_FACTS.size : block.index(b"\0", _FACTS.size)]


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).digest()


def _invalidated(folders: bytes, names: Iterable[bytes]) -> bytes:
    """Return the content of `TREE` without the trees of the folders that these paths are in, at any depth."""
    changed = {b""}
    for name in names:
        folder = name.rpartition(b"/")[0]
        while folder not in changed:
            changed.add(folder)
            folder = folder.rpartition(b"/")[0]
    result: list[bytes] = []
    open_folders: list[tuple[bytes, int]] = []
    position = 0
    while (match := _NODE.match(folders, position)) is not None:
        end = match.end() + (0 if match[2].startswith(b"-") else DIGEST_SIZE)
        above = open_folders[-1][0] if open_folders else b""
        path = above + b"/" + match[1] if above else match[1]
        result.append(b"%s\0-1 %s\n" % (match[1], match[3]) if path in changed else folders[position:end])
        _descend(open_folders, path, int(match[3]))
        position = end
    return b"".join(result)


def _descend(open_folders: list[tuple[bytes, int]], path: bytes, below: int) -> None:
    """Note that a folder was read which has so many below it; those that have no more to come are closed."""
    if open_folders:
        open_folders[-1] = (open_folders[-1][0], open_folders[-1][1] - 1)
    open_folders.append((path, below))
    while open_folders and open_folders[-1][1] == 0:
        open_folders.pop()
