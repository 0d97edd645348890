"""One exchange over HTTP; the seam to httpx2."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TypeAlias

import httpx2

Connection: TypeAlias = httpx2.Client
_MAX_ERROR_BYTES = 16 << 10
_MAX_DETAIL = 200
_MAX_CONNECTING = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP.
        content: the body of a 200.
        detail: the service's own word on an error, for people.
        wait: the seconds after which it wants to be asked again, None if it does not say.
    """

    status: int
    content: bytes = b""
    detail: str = ""
    wait: float | None = None


def connected() -> Connection:
    """Return a client that keeps connections; it follows no redirect, which could carry the key elsewhere.

    Raises:
        ConnectionError: if the proxies or certificates that the environment names cannot be used.
    """
    try:
        return httpx2.Client(follow_redirects=False)
    except (ValueError, ImportError, OSError, httpx2.InvalidURL) as exc:  # its message may hold a proxy's password
        raise ConnectionError("the proxy or the certificates that the environment names cannot be used") from exc


def exchange(client: Connection, url: str, content: bytes, *, key: str | None, timeout: float, limit: int) -> Answer:
    """Send one request and read its answer.

    Raises:
        TimeoutError: if it takes too long.
        ConnectionError: if there is none, or one that is not taken; its message is for people.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    end = time.monotonic() + timeout
    limits = httpx2.Timeout(timeout, connect=min(timeout, _MAX_CONNECTING))
    try:
        with client.stream("POST", url, content=content, headers=headers, timeout=limits) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise ConnectionError("its answer is compressed, which was not asked for")
            body = _bounded(response, limit if response.status_code == 200 else _MAX_ERROR_BYTES, end)
            if response.status_code == 200:
                return Answer(200, body)
            detail = "" if response.status_code in (401, 403) else _detail(body, key)
            return Answer(response.status_code, detail=detail, wait=_wait(response.headers.get("Retry-After")))
    except httpx2.TimeoutException as exc:
        raise TimeoutError from exc
    except (httpx2.HTTPError, httpx2.InvalidURL, RuntimeError) as exc:  # the last for a client closed meanwhile
        raise ConnectionError(f"it cannot be reached ({_printable(str(exc)) or type(exc).__name__})") from exc


def _bounded(response: httpx2.Response, limit: int, end: float) -> bytes:
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if time.monotonic() > end:
            raise TimeoutError
        if len(body) > limit and response.status_code == 200:
            raise ConnectionError(f"its answer is longer than {limit:,} bytes")
        if len(body) > limit:
            break
    return bytes(body)


def _detail(body: bytes, key: str | None) -> str:
    """Return the service's own word on an error, cut and without the key; empty if it has none that is known.

    Source: the `error` object of OpenAI's API reference; `error`, `message` or `detail` as a text elsewhere.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for name in ("error", "message", "detail"):
        value = found.get(name) if isinstance(found, dict) else None
        found = value if isinstance(value, dict) else found
        if isinstance(value, str):
            return _printable(value.replace(key, "***") if key else value)
    return ""


def _printable(text: str) -> str:
    clean = "".join(character if character.isprintable() else " " for character in text[: 2 * _MAX_DETAIL])
    return clean[:_MAX_DETAIL].strip()


def _wait(header: str | None) -> float | None:
    """Return the seconds of `Retry-After`, None for a date or nothing. Source: RFC 9110, 10.2.3."""
    return float(header) if header is not None and header.isascii() and header.isdecimal() and len(header) < 6 else None
