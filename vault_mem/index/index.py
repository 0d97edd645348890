"""The index as the service uses it: a catalog, the engines that follow it, and views to ask.

The catalog commits first; each engine then copies what is above its own last id. A kill at any point is healed by the
next `open` or `update`. What cannot be read is thrown away and made again, never trusted. Nothing here knows git.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from vault_mem.errors import (
    IndexDamagedError,
    IndexReplacedError,
    ModelUnavailableError,
    VaultBusyError,
    VaultMemError,
)
from vault_mem.index.analysis import analyze
from vault_mem.index.catalog import SCHEMA_VERSION, Catalog
from vault_mem.index.commits import CommitLog
from vault_mem.index.embedders.base import Embedder, Matrix
from vault_mem.index.embedders.words import WordVectors
from vault_mem.index.encoding import SLICE_SECONDS, Encoding
from vault_mem.index.engines import Engines
from vault_mem.index.known import Known
from vault_mem.index.lexical.base import FIELDS, Ids, Mask, Scores
from vault_mem.index.lexical.choice import engine_name
from vault_mem.index.lock import writers_lock
from vault_mem.index.parsing import parsed
from vault_mem.index.texts import NAME_SHARE, NAME_WEIGHTS, PASSAGE_WEIGHTS
from vault_mem.index.tidying import remove_database, reporting, tidy
from vault_mem.index.view import Coverage, View
from vault_mem.index.vocabulary import Vocabulary
from vault_mem.notes.model import BlobId, NotePath

Reader = Callable[[Sequence[BlobId]], Iterable[tuple[BlobId, bytes]]]
Progress = Callable[[str, int, int], None]
_T = TypeVar("_T")

_OPENING_WAIT = 10.0


class Index:
    """Everything derived from a repository's notes, in one folder; safe for several threads and processes.

    Attributes:
        folder: where it is; deletable at any time while no process uses it.
        catalog: the parsed notes.
        commits: the log of commits, filled by the caller.
        lexical: name of the lexical engine.
    """

    catalog: Catalog
    commits: CommitLog

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder | None,
        words: Embedder | None,
        lexical: str,
        background: bool,
    ) -> None:
        """Use `Index.open`."""
        self.folder = folder
        self.lexical = lexical
        self._root = folder / f"v{SCHEMA_VERSION}"
        self._embedder = embedder
        self._words = WordVectors(words) if words else None
        self._encoding = Encoding(self._encode_some, is_on=background)
        self._lock = threading.RLock()
        with reporting(folder):
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._attach(Catalog(self._catalog_file))
        except IndexDamagedError:
            self._start_over()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        embedder: Embedder | None,
        words: Embedder | None = None,
        lexical: str = "whoosh",
        background: bool = False,
    ) -> Index:
        """Open the index in a folder, or make an empty one; heals what a killed writer left.

        Args:
            folder: the index's own folder in the user's cache.
            embedder: None to do without vectors.
            words: a static embedder for single words; None to match words by their stems alone.
            lexical: the lexical engine: `whoosh`, `tantivy`, or `auto` for the latter where it is installed.
            background: whether a caller does not wait until many passages are embedded, which a thread then does;
                `coverage` says how far it is.

        Raises:
            InvalidConfigError: if there is no such engine.
            MissingExtraError: if it is not installed.
            StorageError: if the folder cannot be written.
        """
        index = cls(folder, embedder=embedder, words=words, lexical=engine_name(lexical), background=background)
        try:
            index._heal()
        except BaseException:
            index.close()
            raise
        return index

    @property
    def embedder_id(self) -> str | None:
        """The model's name and hash, None without one."""
        return self._embedder.model_id if self._embedder else None

    @property
    def embedder_trouble(self) -> str | None:
        """Why the model did not answer when it was last asked, None if it did, was not asked, or there is none."""
        return self._embedder.trouble if self._embedder else None

    @property
    def is_embedding(self) -> bool:
        """Whether a thread still embeds what was left to it."""
        return self._encoding.is_busy

    # --- filling -------------------------------------------------------------------------------------------------

    def missing(self, notes: Mapping[NotePath, BlobId]) -> list[BlobId]:
        """Return the blobs that are not stored yet, each once, in the order of the notes."""
        self._sync()
        return self._known.missing(notes)

    def update(
        self, notes: Mapping[NotePath, BlobId], read: Reader, *, progress: Progress | None = None, wait: float = 30.0
    ) -> bool:
        """Store what is missing and bring the engines up to date.

        Args:
            notes: the notes that shall be found.
            read: gives the bytes of blobs; those it leaves out stay missing.
            progress: called with (`reading`, `indexing` or `embedding`; done; total).
            wait: seconds to wait for another process that is writing.

        Returns:
            False if another process is still writing; views then have what is there.
        """
        try:
            return self._update(notes, read, progress, wait)
        except IndexDamagedError:
            self._start_over()
            return self._update(notes, read, progress, wait)

    def clear(self) -> None:
        """Throw everything away, commits included; what is rebuilt then is waited for."""
        self._encoding.stop()
        try:
            with self._exclusive():
                self.catalog.clear()
                self._sync()
                tidy(self.folder, self._root, self._epoch)
        except IndexDamagedError:
            self._start_over()

    def coverage(self, view: View) -> Coverage:
        """Return how many of a view's passages the engines have."""
        return self._asked(view, lambda engines: engines.coverage(view))

    # --- asking --------------------------------------------------------------------------------------------------

    def view(self, notes: Mapping[NotePath, BlobId]) -> View:
        """Return those of the notes that are stored, with their documents; the last few views are kept."""
        self._sync()
        return self._known.view(notes)

    def check(self, view: View) -> None:
        """Make sure that a view's ids still mean what they meant when it was made.

        Raises:
            IndexReplacedError: if the index was rebuilt since, by this process or another.
        """
        self._sync()
        if view.epoch != self._epoch:
            raise IndexReplacedError

    def lexical_scores(self, terms: Sequence[str], *, view: View, allowed: Mask | None = None) -> Scores:
        """Return each passage's score for the terms: BM25F over its fields, and a share for its note's file name.

        Args:
            terms: analysed query tokens.
            view: the notes to score, which the statistics come from too: other versions in the index change nothing.
            allowed: the passages to score, shape (view.documents,); all of the view's if None.

        Returns:
            Shape (view.documents,), float32, >= 0; 0 where it is not allowed.
        """
        wanted = view.live if allowed is None else view.live & allowed

        def ask(engines: Engines) -> Scores:
            score = engines.lexical.score
            names = score(terms, live=view.names, allowed=view.names, weights=NAME_WEIGHTS)
            passages = score(terms, live=view.live, allowed=wanted, weights=PASSAGE_WEIGHTS)
            return passages + np.where(wanted, NAME_SHARE * view.spread(names), np.float32(0))

        return self._asked(view, ask)

    def dense_scores(self, text: str, *, view: View, allowed: Mask | None = None) -> Scores | None:
        """Return the cosine of a question with each passage, None without an embedder or where it does not answer.

        Returns:
            Shape (view.documents,), float32, in [-1, 1]; -1 where it is not allowed or has no vector (yet).
        """
        embedder = self._embedder
        if embedder is None:
            return None
        wanted = view.live if allowed is None else view.live & allowed
        try:
            query = embedder.embed_query(text)
        except ModelUnavailableError:
            return None  # `embedder_trouble` says why

        return self._asked(view, lambda engines: engines.cosines(query, np.where(wanted, view.vectors, -1)))

    def frequencies(self, terms: Sequence[str], *, view: View) -> dict[str, int]:
        """Return how many of a view's passages and file names hold each term."""
        return {term: len(ids) for term, ids in self.holders(terms, view=view).items()}

    def holders(self, terms: Sequence[str], *, view: View, fields: Sequence[str] = FIELDS) -> dict[str, Ids]:
        """Return the ids of a view's passages and file names that hold each term in any of the fields, ascending."""
        live = view.live | view.names if "name" in fields else view.live

        def ask(engines: Engines) -> dict[str, Ids]:
            wanted = list(dict.fromkeys(terms))
            return dict(zip(wanted, engines.lexical.holders(wanted, live=live, fields=fields), strict=True))

        return self._asked(view, ask)

    def word_vectors(self, words: Sequence[str]) -> Matrix | None:
        """Return a unit vector (or zeros) for each word, shape (len(words), dimensions); None without word vectors."""
        return self._words.vectors(words) if self._words else None

    def stored_frequencies(self, terms: Sequence[str], *, view: View) -> dict[str, int]:
        """Return about how many stored passages and file names, of any version, hold each term; cheap for many terms.

        A term that the view holds has at least 1.
        """
        return self._asked(
            view, lambda engines: dict(zip(terms, engines.lexical.stored_frequencies(terms), strict=True))
        )

    def nearest(self, word: str, *, view: View) -> tuple[str, ...]:
        """Return the words of a view's notes that a word may be a misspelling of, as written but lower-cased.

        The nearest comes first, among equally near ones that which more passages hold, then by the alphabet. Codes,
        numbers, short words and scripts without spaces have none; see `Vocabulary.near`.
        """
        self.check(view)

        @cache
        def held(near: str) -> int:
            holders = self.holders(analyze(near, query=True), view=view)
            fewest = min(holders.values(), key=len, default=())
            return len(fewest) if self.catalog.has_word(near, fewest) else 0

        found = self._vocabulary.near(word.lower(), lambda near: held(near) > 0)
        return tuple(near for _, near in sorted(found, key=lambda pair: (pair[0], -held(pair[1]))))

    def close(self) -> None:
        """Release files, and the embedder's connections; a second call does nothing."""
        self._encoding.stop()
        self._engines.close()
        self.catalog.close()
        if self._embedder is not None:
            self._embedder.close()

    # --- parts ---------------------------------------------------------------------------------------------------

    @property
    def _catalog_file(self) -> Path:
        return self._root / "catalog.sqlite"

    def _heal(self) -> None:
        """Finish what a killed writer left, unless another process is writing."""
        try:
            with writers_lock(self._root, wait=0) as is_held:
                if is_held:
                    self._engines.follow(self.catalog, leaves=self._encoding.takes)
                    tidy(self.folder, self._root, self._epoch)
        except IndexDamagedError:
            self._start_over()

    def _attach(self, catalog: Catalog) -> None:
        """Take a catalog, open the engines of its epoch, and forget what was known of another."""
        self._epoch = catalog.epoch
        self.catalog = catalog
        self.commits = CommitLog(catalog)
        self._engines = Engines(self._root / self._epoch, self._embedder, self.lexical)
        self._known = Known(catalog)
        self._vocabulary = Vocabulary(catalog)

    def _sync(self) -> None:
        """Notice when another process has begun a new catalog or a new epoch."""
        with self._lock:
            if self.catalog.database.is_replaced():
                self._engines.close()
                self.catalog.close()
                with reporting(self.folder):
                    self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._attach(Catalog(self._catalog_file))
            elif self.catalog.epoch != self._epoch:
                self._engines.close()
                self._attach(self.catalog)

    def _update(self, notes: Mapping[NotePath, BlobId], read: Reader, progress: Progress | None, wait: float) -> bool:
        missing = self.missing(notes)
        names = self._known.missing_names(notes)
        lacking = self._engines.lacking(self.catalog)
        if not missing and not names and lacking is not None and (not lacking or self._encoding.takes(lacking)):
            return True
        with writers_lock(self._root, wait=wait) as is_held:
            if not is_held:
                return False
            self._engines.follow(self.catalog, leaves=self._encoding.takes)
            self._store(self.missing(notes), read, progress)
            self.catalog.add_names(self._known.missing_names(notes))
            self._engines.follow(self.catalog, progress, leaves=self._encoding.takes)
        return True

    def _encode_some(self) -> bool:
        """Embed for a second, as the thread asks; returns whether it shall go on."""
        with suppress(VaultMemError), writers_lock(self._root, wait=0) as is_held:
            return not is_held or self._engines.embed_some(self.catalog, SLICE_SECONDS)
        return False  # what went wrong is said, or healed, to the next who asks

    def _store(self, missing: Sequence[BlobId], read: Reader, progress: Progress | None) -> None:
        done = 0
        for batch in parsed(read(missing)) if missing else ():
            self.catalog.add_blobs(batch)
            done += len(batch)
            if progress:
                progress("reading", done, len(missing))

    def _asked(self, view: View, ask: Callable[[Engines], _T]) -> _T:
        """Ask the engines about a view; if one is damaged, make both again from the catalog and ask once more."""
        self.check(view)
        engines = self._engines
        try:
            return ask(engines)
        except IndexDamagedError:
            pass
        finally:
            if engines is not self._engines:  # replaced meanwhile, and opened again by asking
                engines.close()
        with self._exclusive():
            try:
                return ask(self._engines)  # with the lock held, what cannot be read is damaged, not being written
            except IndexDamagedError:
                self._engines.discard()
                self._engines.follow(self.catalog)
                return ask(self._engines)

    def _start_over(self) -> None:
        """Replace a catalog that cannot be read by an empty one, unless another process has done so meanwhile."""
        with self._exclusive(), self._lock:
            if hasattr(self, "_engines"):
                if self._is_mended():
                    return
                self._engines.close()
                self.catalog.close()
            with reporting(self.folder):
                remove_database(self._catalog_file)
            self._attach(Catalog(self._catalog_file))
            tidy(self.folder, self._root, self._epoch)

    def _is_mended(self) -> bool:
        """Whether another process has replaced the catalog meanwhile, by one that can be read."""
        if not self.catalog.database.is_replaced():
            return False
        try:
            self._sync()
        except IndexDamagedError:
            return False
        return True

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with writers_lock(self._root, wait=_OPENING_WAIT) as is_held:
            if not is_held:
                raise VaultBusyError("The recall index is being written by another process")
            yield
