"""Reranking by a service that speaks `/rerank`: Cohere, Jina, vLLM, llama.cpp, text-embeddings-inference."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vault_mem.choices import EndpointChoice, RerankerChoice
from vault_mem.endpoint.client import Endpoint
from vault_mem.errors import ModelUnavailableError
from vault_mem.index.embedders.rows import cut
from vault_mem.recall.rerankers.answers import scores_by_index
from vault_mem.recall.scores import FloatArray

_BYTES_A_SCORE = 256
_BYTES_AROUND = 1 << 20


class EndpointReranker:
    """Reranks by HTTP; nothing is sent before the first question."""

    def __init__(
        self, choice: RerankerChoice, service: EndpointChoice, *, connect: Callable[..., Endpoint] = Endpoint
    ) -> None:
        """Keep the choice.

        Args:
            choice: format and limits.
            service: where it is.
            connect: makes the endpoint; tests give it a clock.
        """
        self._choice = choice
        self._service = service
        self._endpoint = connect(service, "rerank")

    @property
    def name(self) -> str:
        """The model and the host."""
        return f"{self._service.model} at {self._endpoint.host}" if self._service.model else self._endpoint.host

    @property
    def trouble(self) -> str | None:
        """Why the service did not answer when it was last asked, None if it did or was not asked yet."""
        return self._endpoint.trouble

    def scores(self, query: str, passages: Sequence[str]) -> FloatArray:
        """Return how well each passage answers, shape (len(passages),), float32, higher is better.

        Raises:
            ModelUnavailableError: if the service fails, or all batches together take longer than the timeout.
        """
        end = time.monotonic() + self._service.timeout
        parts = [np.zeros(0, dtype=np.float32)]
        for start in range(0, len(passages), self._choice.batch):
            left = end - time.monotonic()
            if left <= 0:
                raise ModelUnavailableError(self.name, f"no answer within {self._service.timeout:g} s")
            parts.append(self._asked(query, passages[start : start + self._choice.batch], left))
        return np.concatenate(parts)

    def close(self) -> None:
        """Release connections."""
        self._endpoint.close()

    def _asked(self, query: str, passages: Sequence[str], seconds: float) -> FloatArray:
        texts = [cut(passage, self._choice.max_chars) or " " for passage in passages]  # some refuse an empty one
        question = cut(query, self._choice.max_chars)
        return self._endpoint.post(
            self._body(question, texts),
            read=lambda found: scores_by_index(found, len(texts)),
            timeout=seconds,
            limit=sum(len(text) for text in texts) * 12 + len(texts) * _BYTES_A_SCORE + _BYTES_AROUND,
        )

    def _body(self, question: str, texts: list[str]) -> dict[str, Any]:  # Any: JSON
        if self._choice.format == "tei":
            body: dict[str, Any] = {"query": question, "texts": texts, "truncate": True}
        else:
            body = {"query": question, "documents": texts, "top_n": len(texts)}
        return body | ({"model": self._service.model} if self._service.model else {})
