"""HTTP services that the user chose: JSON out, JSON in, bounded in time and size; the seam to httpx2.

What comes back is hostile input. A service that failed is left alone for a while, so that one failure does not cost
every recall the time that it takes to notice it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from vault_mem.choices import EndpointChoice
from vault_mem.config import read_key
from vault_mem.errors import InvalidConfigError, ModelUnavailableError

if TYPE_CHECKING:
    import httpx2

COOL_DOWN = 30.0
"""Seconds for which a service that failed is not asked again."""

MAX_TRIES = 4
MAX_WAIT = 8.0
"""The most seconds between two tries while indexing; a service that asks for more is asked at the next update."""

_BUSY = frozenset({429, 503})
_MAX_ERROR_BYTES = 16 << 10
_MAX_DETAIL = 200
_PROBLEMS = {
    401: "the key is refused",
    403: "the key is refused",
    404: "there is no such address or model",
    413: "the texts are too long or too many; lower max_chars or batch",
    429: "too many requests, or the quota is used up",
}
Body = Mapping[str, Any]  # Any: JSON
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back; `detail` is the service's own word on an error, `wait` the seconds it asks for."""

    status: int
    content: bytes = b""
    detail: str = ""
    wait: float | None = None


@dataclass(slots=True)
class _Breaker:
    """The last failure of a service; shared between threads."""

    clock: Callable[[], float]
    problem: str | None = None
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, seconds: float) -> str | None:
        """Return None if the service may be asked, else its last problem; one caller tries again for all others."""
        with self._lock:
            if self.problem is not None and self.clock() < self._until:
                return self.problem
            self._until = self.clock() + seconds
            return None

    def trip(self, problem: str) -> None:
        """Remember a failure."""
        with self._lock:
            self.problem, self._until = problem, self.clock() + COOL_DOWN

    def mend(self) -> None:
        """Forget the failure: the service has answered."""
        with self._lock:
            self.problem = None


class Endpoint:
    """One address of a service; safe to share between threads. Nothing is sent before the first `post`."""

    def __init__(
        self,
        choice: EndpointChoice,
        verb: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep the choice.

        Args:
            choice: the service.
            verb: the path to ask, such as `embeddings`; appended to the service's address unless it ends with it.
            clock: seconds from anywhere.
            sleep: waits for seconds.
        """
        self._choice = choice
        self._url = choice.url if choice.url.endswith(f"/{verb}") else f"{choice.url}/{verb}"
        self.host = urlsplit(choice.url).netloc
        self._breaker = _Breaker(clock)
        self._sleep = sleep
        self._opening = threading.Lock()
        self._client: httpx2.Client | None = None

    @property
    def trouble(self) -> str | None:
        """Why it did not answer when it was last asked, None if it did or was not asked yet."""
        problem = self._breaker.problem
        return None if problem is None else f"{self.host}: {problem}"

    def post(
        self,
        body: Body,
        *,
        read: Callable[[Any], _T],  # Any: JSON, which `read` checks
        timeout: float,
        limit: int,
        patient: bool = False,
    ) -> _T:
        """Send JSON and return what the answer says.

        Args:
            body: what to send.
            read: makes a value of the JSON that came back; its ValueError says what is wrong with that.
            timeout: seconds for each try, all in all: name look-up, connection, sending and receiving.
            limit: bytes of an answer that are read at most.
            patient: whether to wait and try again where the service asks for that (429 and 503).

        Raises:
            ModelUnavailableError: if the service failed, or failed less than `COOL_DOWN` seconds ago.
        """
        refusal = self._breaker.refusal(timeout)
        if refusal is not None:
            raise ModelUnavailableError(self.host, refusal)
        try:
            value = self._value(self._tried(body, timeout, limit, patient), read)
        except ModelUnavailableError as exc:
            self._breaker.trip(exc.problem)
            raise
        self._breaker.mend()
        return value

    def close(self) -> None:
        """Release connections; the next `post` opens them again."""
        with self._opening:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _tried(self, body: Body, timeout: float, limit: int, patient: bool) -> _Answer:
        """Return the answer to the last try; those before it were told to wait."""
        content = json.dumps(body).encode()
        for tries in range(1, MAX_TRIES + 1):
            answer = self._once(content, timeout, limit)
            wait = 0.5 * 2**tries if answer.wait is None else answer.wait
            if answer.status not in _BUSY or not patient or tries == MAX_TRIES or wait > MAX_WAIT:
                break
            self._sleep(wait)
        return answer

    def _once(self, content: bytes, timeout: float, limit: int) -> _Answer:
        """Return one answer, in time whatever happens: a thread that waits for the service is left behind if need be.

        The library's own limits are for each read and each address; they bound neither names nor a trickle of bytes.
        """
        client = self._connected()
        try:
            key = read_key(self._choice)
        except InvalidConfigError as exc:
            raise ModelUnavailableError(self.host, exc.message, exc.hint) from exc
        answer: Future[_Answer] = Future()

        def work() -> None:
            try:
                answer.set_result(_exchange(client, self._url, content, key=key, timeout=timeout, limit=limit))
            except BaseException as exc:  # noqa: BLE001  (handed to the thread that waits)
                answer.set_exception(exc)

        threading.Thread(target=work, name="vault-mem-endpoint", daemon=True).start()
        try:
            return answer.result(timeout)
        except TimeoutError as exc:
            raise ModelUnavailableError(self.host, f"no answer within {timeout:g} s") from exc
        except ConnectionError as exc:
            raise ModelUnavailableError(self.host, str(exc)) from exc

    def _value(self, answer: _Answer, read: Callable[[Any], _T]) -> _T:  # Any: JSON, which `read` checks
        if answer.status != 200:
            known = "it answers with a redirect; give the address it leads to" if 300 <= answer.status < 400 else ""
            problem = _PROBLEMS.get(answer.status, known or "it failed")
            detail = f": {answer.detail}" if answer.detail else ""
            raise ModelUnavailableError(self.host, f"{problem} (HTTP {answer.status}){detail}")
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError) as exc:
            raise ModelUnavailableError(self.host, "its answer is not JSON") from exc
        try:
            return read(found)
        except (TypeError, KeyError, AttributeError, OverflowError) as exc:
            raise ModelUnavailableError(self.host, "its answer has not the shape that was expected") from exc
        except ValueError as exc:
            raise ModelUnavailableError(self.host, str(exc)) from exc

    def _connected(self) -> httpx2.Client:
        import httpx2

        with self._opening:
            if self._client is None:
                self._client = httpx2.Client(follow_redirects=False)  # a redirect could carry the key elsewhere
            return self._client


def _exchange(
    client: httpx2.Client, url: str, content: bytes, *, key: str | None, timeout: float, limit: int
) -> _Answer:
    """Send one request and read its answer.

    Raises:
        TimeoutError: if it takes too long.
        ConnectionError: if there is none, or one that is not taken; its message is for people.
    """
    import httpx2

    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    end = time.monotonic() + timeout
    try:
        with client.stream("POST", url, content=content, headers=headers, timeout=timeout) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise ConnectionError("its answer is compressed, which was not asked for")
            body = _bounded(response, limit if response.status_code == 200 else _MAX_ERROR_BYTES, end)
            if response.status_code == 200:
                return _Answer(200, body)
            detail = "" if response.status_code in (401, 403) else _detail(body, key)
            return _Answer(response.status_code, detail=detail, wait=_wait(response.headers.get("Retry-After")))
    except httpx2.TimeoutException as exc:
        raise TimeoutError from exc
    except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
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
