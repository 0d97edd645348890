"""A tiny service that really runs over HTTP: it embeds by hashing words and reranks by counting them, or misbehaves."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from tests.index.hashing import HashingEmbedder

DIMENSIONS = 32
OK = "ok"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class Service:
    """A service that is up.

    Attributes:
        url: its address.
        plan: how the next requests are answered, in order; `ok` when it is empty.
        always: how every request is answered, whatever the plan says; None for the plan.
        requests: what came in so far.
        elsewhere: where a redirect leads to.
        done: set to let slow answers go.
    """

    url: str
    plan: list[str] = field(default_factory=list)
    always: str | None = None
    requests: list[Request] = field(default_factory=list)
    elsewhere: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def behaviour(self) -> str:
        if self.always is not None:
            return self.always
        return self.plan.pop(0) if self.plan else OK


@contextmanager
def serving() -> Iterator[Service]:
    """Run a service on this machine for a `with` block; proxies of the environment are not asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    service = Service(f"http://127.0.0.1:{server.server_port}/v1")
    server.service = service  # type: ignore[attr-defined]  # (the handler has no other way to it)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with mock.patch.dict(os.environ, {"NO_PROXY": "*"}):
            yield service
    finally:
        service.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def embeddings(texts: list[str]) -> dict[str, Any]:
    rows = HashingEmbedder(DIMENSIONS).embed(texts)
    entries = [{"index": number, "embedding": row.tolist()} for number, row in enumerate(rows)]
    return {"object": "list", "data": entries[::-1]}  # the order is not promised, the index is


def ranks(query: str, texts: list[str]) -> list[dict[str, Any]]:
    words = set(query.lower().split())
    return [
        {"index": number, "score": len(words & set(text.lower().split())) / len(words)}
        for number, text in reversed(list(enumerate(texts)))
    ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        service: Service = self.server.service  # type: ignore[attr-defined]  # (set by `serving`)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service.requests.append(Request(self.path, dict(self.headers), body))
        behaviour = service.behaviour()
        if behaviour.isdigit() or behaviour.startswith("429 "):
            self._refuse(behaviour)
        elif behaviour == "redirect":
            self._send(307, b"", {"Location": f"{service.elsewhere}{self.path}"})
        elif behaviour == "slow":
            service.done.wait(10)
            self._send(200, b"{}")
        elif behaviour in ("drip", "drip-headers"):
            self._drip(service, in_headers=behaviour == "drip-headers")
        elif behaviour == "hang-up":
            self.close_connection = True
        elif behaviour == "gzip":
            self._send(200, gzip.compress(b" " * 1_000_000), {"Content-Encoding": "gzip"})
        else:
            self._send(200, self._content(body, behaviour))

    def _content(self, body: dict[str, Any], behaviour: str) -> bytes:
        spoiled = {
            "wrong-json": b"<html>not found</html>",
            "not-utf8": b"\xff\xfe{}",
            "deep": b"[" * 200_000,
            "huge": b'{"data": [' + b" " * 5_000_000 + b"]}",
            "empty": b"",
            "wrong-shape": b'{"data": {"embedding": 3}, "results": 7}',
            "no-object": b"17",
        }
        if behaviour in spoiled:
            return spoiled[behaviour]
        answer = embeddings(body["input"]) if self.path.endswith("/embeddings") else _reranked(body)
        entries = answer if isinstance(answer, list) else answer["data" if "data" in answer else "results"]
        _spoil(entries, behaviour)
        return json.dumps(answer).encode()

    def _refuse(self, behaviour: str) -> None:
        status, _, wait = behaviour.partition(" ")
        said = f"no: {self.headers.get('Authorization', '')}\x1b[31m"
        self._send(
            int(status), json.dumps({"error": {"message": said}}).encode(), {"Retry-After": wait} if wait else {}
        )

    def _drip(self, service: Service, *, in_headers: bool) -> None:
        """Give a byte now and then, so that no single read takes long."""
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: " if in_headers else b"HTTP/1.1 200 OK\r\n\r\n")
        while not service.done.wait(0.02):
            self.wfile.write(b" ")

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client went away, as it should

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def _reranked(body: dict[str, Any]) -> list[dict[str, Any]] | dict[str, Any]:
    if "texts" in body:
        return ranks(body["query"], body["texts"])
    scored = ranks(body["query"], body["documents"])
    return {"results": [{"index": entry["index"], "relevance_score": entry["score"]} for entry in scored]}


def _spoil(entries: list[dict[str, Any]], behaviour: str) -> None:
    """Change right entries into wrong ones."""
    first = entries[0]
    if behaviour == "wrong-count":
        entries.pop()
    elif behaviour == "wrong-index":
        first["index"] = 99
    elif behaviour == "twice":
        entries.append(dict(first))
    elif "embedding" in first:
        vector = first["embedding"]
        changed = {"nan": [float("nan"), *vector[1:]], "inf": [1e308 * 10, *vector[1:]], "short": vector[:-1]}
        changed |= {"words": ["a", *vector[1:]], "large": [10**400, *vector[1:]], "null": None}
        first["embedding"] = changed.get(behaviour, vector)
    else:
        name = "score" if "score" in first else "relevance_score"
        first[name] = {"nan": float("nan"), "inf": 1e308 * 10, "words": "high", "large": 10**400, "null": None}.get(
            behaviour, first[name]
        )
