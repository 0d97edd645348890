"""The protocol of a lexical index: fielded documents in, BM25F scores out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Ids = NDArray[np.int64]
Scores = NDArray[np.float32]

FIELDS = ("title", "tags", "headings", "body", "author", "name")
"""Every field a document may have. `name` is the note's file name, in documents of their own (see the catalog)."""


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """A document to index: its id (>= 0, given by the catalog, never reused) and its tokens by field, analysed."""

    id: int
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """BM25F parameters: the weight of each field, term saturation k1 >= 0, length normalisation b in 0..1."""

    weights: Mapping[str, float]
    k1: float = 0.9
    b: float = 0.3


class LexicalIndex(Protocol):
    """Stores analysed documents durably and scores them.

    One writer at a time (the caller holds the index lock); readers in other processes see the last commit.
    """

    def add(self, documents: Iterable[LexicalDocument]) -> None:
        """Add documents and commit; atomic: after a kill either all of them are there or none."""

    def discard_after(self, last_id: int) -> None:
        """Remove every document whose id is greater than `last_id` (left by a writer that was killed), and commit."""

    def last_id(self) -> int:
        """Return the greatest document id that is stored, -1 if the index is empty."""

    def score(self, terms: Sequence[str], *, live: Mask, allowed: Mask, weights: FieldWeights) -> Scores:
        """Return the BM25F score of every document for any of the terms (OR), 0 where it is not allowed.

        Args:
            terms: analysed query tokens, in any order; a repeated token counts as often as it stands there.
            live: the documents the statistics come from, shape (n,), indexed by document id. Documents outside it
                change neither document frequencies nor average lengths, even if they are allowed.
            allowed: the documents to score, shape (n,).
            weights: fields left out of it have no influence.

        Returns:
            Scores of shape (n,), float32, >= 0; n is len(allowed); ids at or past n are ignored.
        """

    def holders(self, terms: Sequence[str], *, live: Mask, fields: Sequence[str] = FIELDS) -> list[Ids]:
        """Return for each term the ids of the live documents that hold it in any of the fields, ascending."""

    def stored_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return about how many stored documents hold each term, live or not, without reading which.

        From 1 for a term that any document holds, to the number of those that do, discarded ones included until they
        are gone for good; 0 for an unknown one.
        """

    def close(self) -> None:
        """Release files."""
