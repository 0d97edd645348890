"""Packs: many objects in one file with an index beside it, written without starting git.

Git's `prune` never looks into a pack, and its `repack` never removes one that has a `.keep` beside it.
Source: git's documentation, gitformat-pack(5).
"""

from __future__ import annotations

import hashlib
import secrets
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from vault_mem.vault.disk import sync_file, sync_folder

_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3}
_HEADER = struct.Struct(">4sLL")
_CHUNK = 1 << 20
_FAR = 1 << 31
_PREFIX = "vault-mem-"
_KEPT_BY = b"vault-mem\n"


class PackWriter:
    """Writes objects one after the other into a new pack, which git sees when it is finished."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, the repository's `objects/pack`.

        Raises:
            OSError: if the disk refuses, here and below.
        """
        folder.mkdir(exist_ok=True)
        self._folder = folder
        # Not `tmp_…`, which `git prune` removes at once if it is told to expire all.
        self._temporary = folder / f"{_PREFIX}{secrets.token_hex(8)}.part"
        self._file: BinaryIO = self._temporary.open("x+b")
        self._file.write(_HEADER.pack(b"PACK", 2, 0))
        self._offset = _HEADER.size
        self._rows: dict[bytes, tuple[int, int]] = {}

    def __contains__(self, name: str) -> bool:
        """Whether the object of this id was added."""
        return bytes.fromhex(name) in self._rows

    def add(self, name: str, kind: bytes, content: bytes) -> None:
        """Add an object, once."""
        raw = _object_header(_KINDS[kind], len(content)) + zlib.compress(content, 1)
        self._file.write(raw)
        self._rows[bytes.fromhex(name)] = (zlib.crc32(raw), self._offset)
        self._offset += len(raw)

    def finish(self) -> Path:
        """Make the pack durable and known to git; return the file that keeps it until somebody needs its objects."""
        with self._file as file:
            file.seek(0)
            file.write(_HEADER.pack(b"PACK", 2, len(self._rows)))
            digest = _digest(file)
            file.write(digest)
            sync_file(file)
        target = self._folder / f"pack-{digest.hex()}.pack"
        index = self._temporary.with_suffix(".idx.part")
        with index.open("xb") as file:
            file.write(_index(self._rows, digest))
            sync_file(file)
        for written in (self._temporary, index):
            written.chmod(0o444)
        keep = target.with_suffix(".keep")
        keep.write_bytes(_KEPT_BY)
        self._temporary.replace(target)
        index.replace(target.with_suffix(".idx"))
        sync_folder(self._folder)
        return keep

    def drop(self) -> None:
        """Forget the pack; on a full disk, what still waits cannot be written either."""
        with suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def sweep_packs(folder: Path) -> None:
    """Remove what a killed writer left unfinished, and let go of its packs; only with the writers' lock held."""
    with suppress(OSError):
        for left in folder.glob(f"{_PREFIX}*.part"):
            left.unlink(missing_ok=True)
        for keep in folder.glob("pack-*.keep"):
            with suppress(OSError):
                _let_go(keep)


def _let_go(keep: Path) -> None:
    """Remove one of our marks, with its pack if that has no index yet; a mark without a pack may be cut short."""
    pack, said = keep.with_suffix(".pack"), keep.read_bytes()
    if said != _KEPT_BY and (pack.exists() or not _KEPT_BY.startswith(said)):
        return
    if not keep.with_suffix(".idx").exists():
        pack.unlink(missing_ok=True)
    keep.unlink(missing_ok=True)


def _object_header(kind: int, size: int) -> bytes:
    """Return type and size: four bits of the size, then seven at a time, the lowest first."""
    header = [kind << 4 | size & 15]
    size >>= 4
    while size:
        header[-1] |= 128
        header.append(size & 127)
        size >>= 7
    return bytes(header)


def _index(rows: dict[bytes, tuple[int, int]], digest: bytes) -> bytes:
    names = sorted(rows)
    sizes = [0] * 256
    for name in names:
        sizes[name[0]] += 1
    parts = [
        b"\xfftOc\0\0\0\x02",
        _words(tuple(accumulate(sizes))),
        b"".join(names),
        _words([rows[name][0] for name in names]),
        *_offsets([rows[name][1] for name in names]),
        digest,
    ]
    content = b"".join(parts)
    return content + hashlib.sha1(content, usedforsecurity=False).digest()


def _offsets(offsets: Sequence[int]) -> Iterator[bytes]:
    """Yield the table of offsets, and that of those beyond 2 GiB, which the first one counts instead."""
    far = [offset for offset in offsets if offset >= _FAR]
    places = {offset: _FAR | place for place, offset in enumerate(far)}
    yield _words([places.get(offset, offset) for offset in offsets])
    yield struct.pack(f">{len(far)}Q", *far)


def _words(numbers: Sequence[int]) -> bytes:
    return struct.pack(f">{len(numbers)}L", *numbers)


def _digest(file: BinaryIO) -> bytes:
    """Hash a file from its start; it is then at its end."""
    file.flush()
    file.seek(0)
    digest = hashlib.sha1(usedforsecurity=False)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()
