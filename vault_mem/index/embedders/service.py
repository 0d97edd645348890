"""Embeddings by a service that speaks OpenAI's `/embeddings`: OpenAI, Ollama, llama.cpp, vLLM, TEI and many others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from vault_mem.choices import EmbedderChoice, EndpointChoice
from vault_mem.endpoint.client import Endpoint
from vault_mem.index.embedders.base import Matrix
from vault_mem.index.embedders.rows import cut, filled, unit_rows

_BYTES_A_NUMBER = 32
_BYTES_AROUND = 1 << 20


class EndpointEmbedder:
    """Embeds by HTTP; nothing is sent before the first text."""

    def __init__(
        self, choice: EmbedderChoice, service: EndpointChoice, *, connect: Callable[..., Endpoint] = Endpoint
    ) -> None:
        """Keep the choice, whose dimensions are known.

        Args:
            choice: prefixes, sizes and limits.
            service: where it is.
            connect: makes the endpoint; tests give it a clock.
        """
        self._choice = choice
        self._service = service
        self._dimensions = choice.dimensions or 0
        self._endpoint = connect(service, "embeddings")

    @cached_property
    def model_id(self) -> str:
        """The model's name, and a hash of it, the address, the prefixes, the length, and where texts are cut."""
        choice = self._choice
        facts = (self._service.url, self._service.model, choice.query_prefix, choice.passage_prefix)
        sizes = (choice.dimensions, choice.send_dimensions, choice.max_chars)
        name = self._service.model or self._endpoint.host
        return f"{name}-{hashlib.sha256(repr((*facts, *sizes)).encode()).hexdigest()}"

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    @property
    def trouble(self) -> str | None:
        """Why the service did not answer when it was last asked, None if it did or was not asked yet."""
        return self._endpoint.trouble

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one unit vector a passage, shape (len(texts), dimensions), float32; 0 for a blank one.

        Raises:
            ModelUnavailableError: if the service fails; it is asked again where it wants to be (429 and 503).
        """
        return filled(texts, self._passages, self._dimensions)

    def embed_query(self, text: str) -> Matrix:
        """Return the unit vector of a question, shape (dimensions,), float32; 0 for a blank one.

        Raises:
            ModelUnavailableError: if the service fails or takes longer than `query_timeout`.
        """
        seconds = min(self._choice.query_timeout, self._service.timeout)
        prefix = self._choice.query_prefix or ""
        rows = filled([text], lambda present: self._asked(present, prefix, seconds, False), self._dimensions)
        row: Matrix = rows[0]
        return row

    def close(self) -> None:
        """Release connections."""
        self._endpoint.close()

    def _passages(self, texts: Sequence[str]) -> Matrix:
        prefix, size = self._choice.passage_prefix or "", self._choice.batch
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        return np.concatenate([self._asked(batch, prefix, self._seconds(len(batch)), True) for batch in batches])

    def _seconds(self, texts: int) -> float:
        """Return the time for a batch: a small one is embedded while somebody waits for a recall."""
        share = self._service.timeout * texts / self._choice.batch
        return max(min(self._choice.query_timeout, self._service.timeout), share)

    def _asked(self, texts: Sequence[str], prefix: str, seconds: float, patient: bool) -> Matrix:
        body: dict[str, Any] = {"input": [cut(prefix + text, self._choice.max_chars) for text in texts]}  # Any: JSON
        if self._service.model:
            body["model"] = self._service.model
        if self._choice.send_dimensions:
            body["dimensions"] = self._dimensions
        return self._endpoint.post(
            body,
            read=lambda found: unit_rows(_vectors(found, len(texts)), len(texts), self._dimensions),
            timeout=seconds,
            limit=len(texts) * self._dimensions * _BYTES_A_NUMBER + _BYTES_AROUND,
            patient=patient,
        )


def _vectors(found: Any, count: int) -> list[Any]:  # Any: JSON of a service, checked here and by `unit_rows`
    """Return the vectors of an answer in the order of the texts.

    Source: OpenAI API reference, create embeddings: `{"data": [{"index": 0, "embedding": […]}, …]}`.

    Raises:
        TypeError, KeyError, AttributeError: if it has another shape.
        ValueError: if there are more or fewer than texts, or their places are not those of the texts.
    """
    entries = found["data"]
    if not isinstance(entries, list):
        raise TypeError("data is no list")
    if len(entries) != count:
        raise ValueError(f"it gives {len(entries)} vectors for {count} texts")
    places = [entry.get("index", number) for number, entry in enumerate(entries)]
    if any(type(place) is not int for place in places) or sorted(places) != list(range(count)):
        raise ValueError("its vectors have places that no text has")
    ordered = sorted(zip(places, entries, strict=True), key=lambda pair: pair[0])
    return [entry["embedding"] for _, entry in ordered]
