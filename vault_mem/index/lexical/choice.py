"""Which lexical engine answers: the one the user names, else tantivy where it is installed, else whoosh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from vault_mem.errors import InvalidConfigError, MissingExtraError
from vault_mem.index.lexical.base import LexicalIndex
from vault_mem.index.lexical.whoosh import WhooshLexicalIndex

AUTO = "auto"
FAST = "tantivy"
FAST_FROM = 100_000
"""Notes from which on tantivy is worth an installation.

`python -m tests.benchmarks.scale` measures both. At 100,000 notes the index from nothing takes 59 s by tantivy and 68 s
by whoosh, recall p50 44 and 38 ms. Ranking is the same to the bit; a note more takes longer to index.
"""


def _whoosh(folder: Path) -> LexicalIndex:
    return WhooshLexicalIndex(folder)


def _tantivy(folder: Path) -> LexicalIndex:
    from vault_mem.index.lexical.tantivy import TantivyLexicalIndex

    return TantivyLexicalIndex(folder)


_ENGINES: Mapping[str, Callable[[Path], LexicalIndex]] = {"whoosh": _whoosh, FAST: _tantivy}


def has_fast_engine() -> bool:
    """Whether tantivy is installed."""
    return find_spec(FAST) is not None


def engine_name(choice: str) -> str:
    """Return the engine that a setting means.

    Raises:
        InvalidConfigError: if there is no such engine.
        MissingExtraError: if its package is not installed.
    """
    if choice == AUTO:
        return FAST if has_fast_engine() else "whoosh"
    if choice not in _ENGINES:
        raise InvalidConfigError(f"lexical engine {choice!r}", f"known are: {', '.join((AUTO, *_ENGINES))}")
    if choice == FAST and not has_fast_engine():
        raise MissingExtraError("The lexical engine tantivy", "fast")
    return choice


def make_engine(name: str, folder: Path) -> LexicalIndex:
    """Return the engine with this name; it reads and writes a folder of its own below the one given."""
    return _ENGINES[name](engine_folder(name, folder))


def engine_folder(name: str, folder: Path) -> Path:
    """Return where an engine keeps its files; each has its own, so that another choice makes only those anew."""
    return folder / f"lexical-{name}"
