"""Postings as arrays: which documents hold a token how often, gathered by the batch and kept as bytes."""

from __future__ import annotations

import struct
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vault_mem.errors import IndexDamagedError
from vault_mem.index.lexical.base import FIELDS, LexicalDocument

ROW_TYPE = np.dtype([("id", "<i8"), ("lengths", "<u4", (len(FIELDS),))])
"""A document's id and how many tokens it has in each field."""

LIKELY = ("body", *(name for name in FIELDS if name != "body"))
"""The fields, that which holds most terms first."""

_CACHED_BYTES = 64 << 20
_Key = tuple[str, str, bytes]
_HEAD = struct.Struct("<II")
_WIDTHS: Mapping[int, np.dtype[Any]] = {0: np.dtype("V0"), 1: np.dtype("<u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that hold a token in a field, shape (m,), each once, and how often each does, shape (m,)."""

    ids: NDArray[np.uint32]
    counts: NDArray[Any]  # Any: unsigned integers of the width that the greatest one needs
    EMPTY: ClassVar[Postings]

    @property
    def size(self) -> int:
        """About what they take in memory, in bytes."""
        return self.ids.nbytes + self.counts.nbytes + 300

    def below(self, count: int) -> Postings:
        """Return those of ids below `count`."""
        if not len(self.ids) or int(self.ids.max()) < count:
            return self
        inside = self.ids < count
        return Postings(self.ids[inside], self.counts[inside])

    @staticmethod
    def joined(parts: Sequence[Postings]) -> Postings:
        """Return postings that share no document as one."""
        if len(parts) == 1:
            return parts[0]
        return Postings(np.concatenate([part.ids for part in parts]), np.concatenate([part.counts for part in parts]))

    def encoded(self) -> bytes:
        """Return them as bytes: a checksum, the width of a count (0 if all are 1), ids, counts; little-endian."""
        most = int(self.counts.max(initial=1))
        width = 0 if most == 1 else 1 if most < 1 << 8 else 2 if most < 1 << 16 else 4
        counts = self.counts.astype(_WIDTHS[width]).tobytes() if width else b""
        body = self.ids.astype("<u4").tobytes() + counts
        return _HEAD.pack(zlib.crc32(body, width), width) + body

    @staticmethod
    def decoded(content: bytes) -> Postings:
        """Read them from what `encoded` has made.

        Raises:
            IndexDamagedError: if it is something else.
        """
        width, body = _checked(content)
        if width not in _WIDTHS or len(body) % (4 + width):
            raise IndexDamagedError("lexical index (postings)")
        count = len(body) // (4 + width)
        ids = np.frombuffer(body, dtype="<u4", count=count)
        if not width:
            return Postings(ids, np.ones(count, dtype=np.uint8))
        return Postings(ids, np.frombuffer(body, dtype=_WIDTHS[width], offset=4 * count))


Postings.EMPTY = Postings(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint8))


class Part(Protocol):
    """A part of an index: what is written at once, and never changed."""

    @property
    def name(self) -> str:
        """What tells it from the others."""


_Part = TypeVar("_Part", bound=Part)


class PostingsCache:
    """Postings by part of the index, field and token; those used last, up to 64 MB."""

    def __init__(self) -> None:
        self._found: dict[_Key, Postings] = {}
        self._size = 0

    def get(self, key: _Key, read: Callable[[], Postings]) -> Postings:
        """Return what is kept, else what is read."""
        postings = self._found.pop(key, None)
        if postings is None:
            postings = read()
            self._size += postings.size
        self._found[key] = postings
        while self._size > _CACHED_BYTES and len(self._found) > 1:
            self._forget(next(iter(self._found)))
        return postings

    def of(self, parts: Iterable[_Part], field: str, token: bytes, read: Callable[[_Part], Postings]) -> list[Postings]:
        """Return a token's postings in each part of the index that has it."""
        found = (self.get((part.name, field, token), partial(read, part)) for part in parts)
        return [postings for postings in found if len(postings.ids)]

    def keep(self, parts: Collection[str]) -> None:
        """Forget what is of other parts of the index."""
        for key in [key for key in self._found if key[0] not in parts]:
            self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        self.keep(())

    def _forget(self, key: _Key) -> None:
        self._size -= self._found.pop(key).size


def encoded_rows(rows: NDArray[np.void]) -> bytes:
    """Return rows of `ROW_TYPE` as bytes with a checksum."""
    body = rows.tobytes()
    return _HEAD.pack(zlib.crc32(body, ROW_TYPE.itemsize), ROW_TYPE.itemsize) + body


def decoded_rows(content: bytes) -> NDArray[np.void]:
    """Read rows from what `encoded_rows` has made.

    Raises:
        IndexDamagedError: if it is something else.
    """
    width, body = _checked(content)
    if width != ROW_TYPE.itemsize or len(body) % width:
        raise IndexDamagedError("lexical index (rows)")
    return np.frombuffer(body, dtype=ROW_TYPE)


def token_bytes(token: str) -> bytes:
    """Return a token as it is stored: UTF-8, in which a lone surrogate has three bytes of its own."""
    return token.encode("utf-8", "surrogatepass")


class Batch:
    """Documents that are written at once: their rows, and the postings of each field.

    Tokens are numbered as they come and sorted at the end, so that a posting takes eight bytes until then.
    """

    def __init__(self) -> None:
        self._ids, self._lengths = array("q"), array("I")
        self._fields = {name: _FieldBatch() for name in FIELDS}

    def add(self, document: LexicalDocument) -> None:
        """Add a document."""
        for name, field in self._fields.items():
            tokens = document.fields.get(name, ())
            self._lengths.append(len(tokens))
            if tokens:
                field.add(document.id, tokens)
        self._ids.append(document.id)

    @property
    def rows(self) -> NDArray[np.void]:
        """A row of `ROW_TYPE` for each document."""
        rows = np.zeros(len(self._ids), dtype=ROW_TYPE)
        rows["id"] = np.array(self._ids, dtype=np.int64)
        rows["lengths"] = np.array(self._lengths, dtype=np.int64).reshape(-1, len(FIELDS))
        return rows

    def postings(self) -> Iterator[tuple[str, bytes, Postings]]:
        """Yield (field, token, postings), by field and token."""
        for name in sorted(self._fields):
            for token, postings in self._fields[name].postings():
                yield name, token, postings


class _FieldBatch:
    """Postings of one field: the number of each token, the document and the count, as they come."""

    def __init__(self) -> None:
        self._known: defaultdict[str, int] = defaultdict()
        self._known.default_factory = self._known.__len__
        self._numbers, self._counts = array("I"), array("I")
        self._ids, self._sizes = array("I"), array("I")

    def add(self, document: int, tokens: Sequence[str]) -> None:
        counted = Counter(tokens)
        self._numbers.extend([self._known[token] for token in counted])
        self._counts.extend(counted.values())
        self._ids.append(document)
        self._sizes.append(len(counted))

    def postings(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield (token, postings), by token."""
        numbers = np.array(self._numbers, dtype=np.uint32)
        order = np.argsort(numbers, kind="stable")
        ids = np.repeat(np.array(self._ids, dtype=np.uint32), np.array(self._sizes, dtype=np.int64))[order]
        counts = np.array(self._counts, dtype=np.uint32)[order]
        ends = np.cumsum(np.bincount(numbers, minlength=len(self._known))).tolist()
        for token, number in sorted((token_bytes(token), number) for token, number in self._known.items()):
            part = slice(ends[number - 1] if number else 0, ends[number])
            yield token, Postings(ids[part], counts[part])


def _checked(content: bytes) -> tuple[int, memoryview]:
    """Return the width that the head names and the body, if the checksum of both is right."""
    if len(content) < _HEAD.size:
        raise IndexDamagedError("lexical index (cut short)")
    crc, width = _HEAD.unpack_from(content)
    body = memoryview(content)[_HEAD.size :]
    if zlib.crc32(body, width) != crc:
        raise IndexDamagedError("lexical index (checksum)")
    return width, body
