"""From what a model gives to rows that can be trusted: the right number, the right length, finite, of length 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vault_mem.index.embedders.base import Matrix


def filled(texts: Sequence[str], embed: Callable[[Sequence[str]], Matrix], dimensions: int) -> Matrix:
    """Return one row a text: 0 for blank ones, which no model is asked about, and what `embed` gives for the others.

    Args:
        texts: the texts.
        embed: returns shape (n, dimensions) for n texts that are not blank.
        dimensions: length of a row.
    """
    rows = np.zeros((len(texts), dimensions), dtype=np.float32)
    present = [number for number, text in enumerate(texts) if text.strip()]
    if present:
        rows[present] = embed([texts[number] for number in present])
    return rows


def cut(text: str, length: int) -> str:
    """Return the beginning of a text, with nothing that UTF-8 cannot hold."""
    return text[:length].encode("utf-8", "replace").decode("utf-8")


def unit_rows(vectors: object, count: int, dimensions: int) -> Matrix:
    """Return vectors scaled to length 1, shape (count, dimensions), float32; a vector of zeros stays.

    Raises:
        ValueError: if there are more or fewer, or one has another length or holds what is no finite number; it says so
            in words for people.
    """
    if isinstance(vectors, Sequence):
        _check_lengths(vectors, dimensions)
    try:
        rows = np.asarray(vectors, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as exc:
        raise ValueError("its vectors are not lists of numbers") from exc
    if len(rows) != count:
        raise ValueError(f"it gives {len(rows)} vectors for {count} texts")
    if rows.ndim != 2 or rows.shape[1] != dimensions:
        length = rows.shape[-1] if rows.ndim == 2 else 0
        raise ValueError(f"its vectors have {length} dimensions instead of {dimensions}")
    largest = np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError("its vectors hold what is no number")
    rows = rows / np.where(largest > 0, largest, 1)  # first to at most 1: squares of huge numbers overflow
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)


def _check_lengths(vectors: Sequence[object], dimensions: int) -> None:
    for vector in vectors:
        if isinstance(vector, Sequence) and not isinstance(vector, str) and len(vector) != dimensions:
            raise ValueError(f"its vectors have {len(vector)} dimensions instead of {dimensions}")
