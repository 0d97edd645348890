"""A service at an address: JSON out, JSON in. What comes back is hostile input."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from vault_mem.choices import EndpointChoice
from vault_mem.config import read_key
from vault_mem.endpoint.breaker import Breaker
from vault_mem.errors import InvalidConfigError, ModelUnavailableError

if TYPE_CHECKING:
    from vault_mem.endpoint.transport import Answer, Connection

MAX_TRIES = 4
MAX_WAIT = 8.0
"""The most seconds between two tries while indexing; a service that asks for more is asked at the next update."""

_BUSY = frozenset({429, 503})
_PROBLEMS = {
    401: "the key is refused",
    403: "the key is refused",
    404: "there is no such address or model",
    400: "it refuses the request",
    413: "the texts are too long or too many; lower max_chars or batch",
    422: "it refuses the request",
    429: "too many requests, or the quota is used up",
}
Body = Mapping[str, Any]  # Any: JSON
_T = TypeVar("_T")


class Endpoint:
    """One address of a service; safe to share between threads. Nothing is sent before the first `post`."""

    def __init__(
        self,
        choice: EndpointChoice,
        verb: str,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep the choice.

        Args:
            choice: the service.
            verb: the path to ask, such as `embeddings`; appended to the service's address unless it ends with it.
            folder: where a failure is kept for other processes; None to keep it here only.
            clock: seconds since the epoch.
            sleep: waits for seconds.
        """
        self._choice = choice
        self._url = choice.url if choice.url.endswith(f"/{verb}") else f"{choice.url}/{verb}"
        self.host = urlsplit(choice.url).netloc
        name = hashlib.sha256(f"{self._url}\0{choice.model}".encode()).hexdigest()[:16]
        self._breaker = Breaker(clock=clock, file=folder / f"{name}.json" if folder else None)
        self._sleep = sleep
        self._opening = threading.Lock()
        self._client: Connection | None = None

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
            ModelUnavailableError: if the service failed, or failed a little while ago.
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

    def _tried(self, body: Body, timeout: float, limit: int, patient: bool) -> Answer:
        """Return the answer to the last try; those before it were told to wait."""
        content = json.dumps(body).encode()
        for tries in range(1, MAX_TRIES + 1):
            answer = self._once(content, timeout, limit)
            wait = 0.5 * 2**tries if answer.wait is None else answer.wait
            if answer.status not in _BUSY or not patient or tries == MAX_TRIES or wait > MAX_WAIT:
                break
            self._sleep(wait)
        return answer

    def _once(self, content: bytes, timeout: float, limit: int) -> Answer:
        """Return one answer, in time whatever happens: a thread that waits for the service is left behind if need be.

        The library's own limits are for each read and each address; they bound neither names nor a trickle of bytes.
        """
        from vault_mem.endpoint.transport import exchange

        try:
            client, key = self._connected(), read_key(self._choice)
        except InvalidConfigError as exc:
            raise ModelUnavailableError(self.host, exc.message, exc.hint) from exc
        except ConnectionError as exc:
            raise ModelUnavailableError(self.host, str(exc)) from exc
        answer: Future[Answer] = Future()

        def work() -> None:
            try:
                answer.set_result(exchange(client, self._url, content, key=key, timeout=timeout, limit=limit))
            except BaseException as exc:  # noqa: BLE001  (handed to the thread that waits)
                answer.set_exception(exc)

        threading.Thread(target=work, name="vault-mem-endpoint", daemon=True).start()
        try:
            return answer.result(timeout)
        except TimeoutError as exc:
            raise ModelUnavailableError(self.host, f"no answer within {timeout:.1f} s") from exc
        except ConnectionError as exc:
            raise ModelUnavailableError(self.host, str(exc)) from exc

    def _value(self, answer: Answer, read: Callable[[Any], _T]) -> _T:  # Any: JSON, which `read` checks
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

    def _connected(self) -> Connection:
        from vault_mem.endpoint.transport import connected

        with self._opening:
            if self._client is None:
                self._client = connected()
            return self._client
