"""The index as the service uses it: a catalog, the engines that follow it, and views to ask.

The catalog commits first; each engine then copies what is above its own last id. A kill at any point is healed by the
next `open` or `update`. What cannot be read is thrown away and made again, never trusted. Nothing here knows git.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from vault_mem.errors import IndexDamagedError, InvalidConfigError, StorageError
from vault_mem.index.catalog import SCHEMA_VERSION, Catalog
from vault_mem.index.commits import CommitLog
from vault_mem.index.embedders.base import Embedder
from vault_mem.index.engines import Engines
from vault_mem.index.lexical.base import Ids, Mask, Scores
from vault_mem.index.lock import writers_lock
from vault_mem.index.stored import StoredNote
from vault_mem.index.texts import NAME_SHARE, NAME_WEIGHTS, PASSAGE_WEIGHTS
from vault_mem.index.view import View, build_view, name_of
from vault_mem.notes.document import parse
from vault_mem.notes.model import BlobId, Document, NotePath

Reader = Callable[[Sequence[BlobId]], Iterable[tuple[BlobId, bytes]]]
Progress = Callable[[str, int, int], None]

_BATCH = 500
_BATCH_BYTES = 16 << 20
_VIEWS = 4
_ENGINES = ("whoosh",)
_OPENING_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a view's passages can be found: all, by words, by meaning."""

    passages: int
    indexed: int
    embedded: int
