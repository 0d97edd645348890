"""BM25F over arrays of postings, with statistics of the live documents only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vault_mem.index.lexical.base import FIELDS, FieldWeights, Ids, Mask, Scores

Counts = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that hold a term in a field, shape (m,), and how often each does, shape (m,)."""

    ids: Ids
    counts: Counts
    EMPTY: ClassVar[Postings]

    @property
    def size(self) -> int:
        """About what they take in memory, in postings."""
        return len(self.ids) + 16


Postings.EMPTY = Postings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many tokens each document has in each field, shape (number of fields, n), and which ids are stored, (n,)."""

    tokens: Counts
    stored: Mask

    @staticmethod
    def of(parts: Sequence[NDArray[np.void]]) -> Lengths:
        """Gather them from rows of (id, lengths); ids below 0 are left out."""
        size = 1 + max((int(part["id"].max(initial=-1)) for part in parts), default=-1)
        tokens = np.zeros((len(FIELDS), size), dtype=np.float32)
        stored = np.zeros(size, dtype=np.bool_)
        for part in parts:
            kept = part["id"] >= 0
            tokens[:, part["id"][kept]] = part["lengths"][kept].T
            stored[part["id"][kept]] = True
        return Lengths(tokens, stored)

    def resized(self, count: int) -> Lengths:
        """Return them for exactly `count` documents."""
        known = len(self.stored)
        if known >= count:
            return Lengths(self.tokens[:, :count], self.stored[:count])
        padding = (0, count - known)
        return Lengths(np.pad(self.tokens, ((0, 0), padding)), np.pad(self.stored, padding))


def score_terms(
    terms: Sequence[tuple[Mapping[str, Sequence[Postings]], int]],
    lengths: Lengths,
    *,
    live: Mask,
    allowed: Mask,
    weights: FieldWeights,
) -> Scores:
    """Return every document's BM25F score, shape (len(allowed),), float32, 0 where it is not allowed.

    With tf_f a term's count in field f, len_f the field's length and avg_f its mean over the live documents that have
    the field: tf = sum_f w_f tf_f / (1 - b + b len_f / avg_f), score = sum over terms of
    ln(1 + (N - df + .5) / (df + .5)) * tf (k1 + 1) / (k1 + tf), where N counts the live documents and df those of them
    that hold the term in any weighted field.

    Args:
        terms: a term's postings (in parts that share no document) by field, and how often the query has the term.
        lengths: of every document.
        live: documents the statistics come from, shape (n,).
        allowed: documents to score, shape (n,).
        weights: weights > 0, k1 and b.

    Source: Zaragoza et al., TREC 2004 (per-field normalisation before saturation); Robertson and Zaragoza, The
    Probabilistic Relevance Framework, 2009; the idf with 1 + is Lucene's, never negative.
    """
    count = max(len(allowed), len(live))
    scores = np.zeros(count, dtype=np.float32)
    known = lengths.resized(count)
    live = _resized(live, count) & known.stored
    total = int(np.count_nonzero(live))
    divisors = {name: _divisor(known.tokens[i], live, weights) for i, name in enumerate(FIELDS)}
    for fields, repeats in terms:
        frequency = np.zeros(count, dtype=np.float32)
        for name, parts in fields.items():
            for part in parts:
                inside = part.ids < count
                ids = part.ids[inside]
                frequency[ids] += weights.weights[name] * part.counts[inside] / divisors[name][ids]
        held = int(np.count_nonzero(live & (frequency > 0)))
        idf = np.log(1 + (total - held + 0.5) / (held + 0.5))
        scores += repeats * idf * frequency * (weights.k1 + 1) / (weights.k1 + frequency + (frequency == 0))
    return np.where(allowed, scores[: len(allowed)], np.float32(0))


def _divisor(lengths: Counts, live: Mask, weights: FieldWeights) -> Counts:
    """Return 1 - b + b len / avg of every document; 1 where no live document has the field."""
    held = live & (lengths > 0)
    count = np.count_nonzero(held)
    if not count:
        return np.ones_like(lengths)
    mean = float(lengths[held].sum(dtype=np.float64)) / float(count)
    return (1 - weights.b + weights.b * lengths / mean).astype(np.float32)


def _resized(mask: Mask, count: int) -> Mask:
    if len(mask) == count:
        return mask
    resized = np.zeros(count, dtype=np.bool_)
    resized[: min(count, len(mask))] = mask[:count]
    return resized
