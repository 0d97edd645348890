"""Which embedder and which reranker a user chose: the values, and how a table of `config.toml` is read into them.

    embedder = "~/models/own"                 # a text: bundled, none, or the folder of a model; or a table:

    [embedder]
    kind = "endpoint"                         # bundled, none, model2vec, sentence-transformers or endpoint
    url = "https://api.example.org/v1"        # POST {url}/embeddings, as OpenAI's
    model = "text-embedding-3-small"
    dimensions = 1536
    key_env = "EMBEDDINGS_KEY"                # the variable that holds the key; or key_file = "~/.config/key"

    [reranker]
    kind = "endpoint"                         # none, cross-encoder or endpoint
    url = "http://127.0.0.1:8012/v1"          # POST {url}/rerank, as Cohere's; format = "tei" for TEI's
    model = "bge-reranker"

In the environment, `VAULT_MEM_EMBEDDER` and `VAULT_MEM_RERANKER` hold such a text and go before the file.
All of this is the user's: a vault can name no model, address or key, and a key stands in no setting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from vault_mem.errors import InvalidConfigError

BUNDLED = "bundled"
NONE = "none"
FOLDER = "folder"
"""What a text names that is neither: a folder whose files say which library reads it."""

_ENDPOINT_KEYS = ("url", "model", "key_env", "key_file", "allow_http", "timeout")
_EMBEDDER_KEYS: Mapping[str, tuple[str, ...]] = {
    BUNDLED: (),
    NONE: (),
    "model2vec": ("model",),
    "sentence-transformers": ("model", "dimensions", "query_prefix", "passage_prefix", "batch", "max_chars"),
    "endpoint": (
        *_ENDPOINT_KEYS,
        *("query_timeout", "dimensions", "send_dimensions", "query_prefix", "passage_prefix", "batch", "max_chars"),
    ),
}
_RERANKER_KEYS: Mapping[str, tuple[str, ...]] = {
    NONE: (),
    "cross-encoder": ("model", "weight", "depth", "batch", "max_chars"),
    "endpoint": (*_ENDPOINT_KEYS, "format", "weight", "depth", "batch", "max_chars"),
}
_FORMATS = ("cohere", "tei")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_LOOPBACK = re.compile(r"127(\.(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])){3}")
_MAX_TEXT = 1_000

Table: TypeAlias = Mapping[str, Any]  # Any: what TOML holds; every value is checked before it is used


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """An HTTP service to ask.

    Attributes:
        url: absolute, without a query; the verb's own path is appended unless it is there.
        model: the service's name of the model; empty where it has one only.
        key_env: the environment variable that holds the key, empty for none.
        key_file: the file whose first line is the key, None for none.
        timeout: seconds for one request, all in all; of an embedder for a full batch, and for a smaller one its share,
            but not less than a question has.
    """

    url: str
    model: str = ""
    key_env: str = ""
    key_file: Path | None = None
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """The embedder to use.

    Attributes:
        kind: `bundled`, `none`, `folder`, `model2vec`, `sentence-transformers` or `endpoint`.
        model: the model's folder, or `package:NAME` for the one in an installed package.
        endpoint: the service, for `endpoint`.
        query_prefix, passage_prefix: put before a question and before a passage; None for what the model itself says.
        dimensions: length of the vectors; None for what the model itself says.
        send_dimensions: whether the service is asked for that length.
        batch: texts in one call.
        max_chars: where a text is cut; passages never have more than 2,000 characters.
        query_timeout: seconds for a question, all in all.
    """

    kind: str = BUNDLED
    model: str = ""
    endpoint: EndpointChoice | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    dimensions: int | None = None
    send_dimensions: bool = False
    batch: int = 64
    max_chars: int = 2_000
    query_timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """The reranker to use.

    Attributes:
        kind: `none`, `cross-encoder` or `endpoint`.
        model: the model's folder, or `package:NAME` for the one in an installed package.
        endpoint: the service, for `endpoint`; its timeout is for all batches of one question.
        format: `cohere` (documents in, relevance scores out; Jina, vLLM and llama.cpp too) or `tei`.
        weight: share of the reranker in the score, 0..1.
        depth: how many passages of the first ranking it sees.
        batch: passages in one call.
        max_chars: where a passage is cut.
    """

    kind: str = NONE
    model: str = ""
    endpoint: EndpointChoice | None = None
    format: str = "cohere"
    weight: float = 0.5
    depth: int = 50
    batch: int = 100
    max_chars: int = 2_000


DEFAULT_EMBEDDER = EmbedderChoice()
DEFAULT_RERANKER = RerankerChoice()


def embedder_choice(value: object, where: str) -> EmbedderChoice:
    """Read the setting `embedder`: a text or a table.

    Args:
        value: what the setting holds.
        where: the file or variable, for errors.

    Raises:
        InvalidConfigError: if it is neither, or a key is unknown, missing, or of the wrong shape.
    """
    if isinstance(value, str):
        return EmbedderChoice(value) if value in (BUNDLED, NONE) else EmbedderChoice(FOLDER, model=value)
    table = _Reader(value, where, "embedder", _EMBEDDER_KEYS)
    remote = table.kind == "endpoint"
    return EmbedderChoice(
        kind=table.kind,
        model="" if remote else table.text("model", required="model" in table.known),
        endpoint=_endpoint(table, timeout=30.0) if remote else None,
        query_prefix=table.text("query_prefix", stripped=False) if "query_prefix" in table else None,
        passage_prefix=table.text("passage_prefix", stripped=False) if "passage_prefix" in table else None,
        dimensions=table.whole("dimensions", 0, 1, 16_384, required=remote) or None,
        send_dimensions=table.truth("send_dimensions"),
        batch=table.whole("batch", 64, 1, 2_048),
        max_chars=table.whole("max_chars", 2_000, 100, 100_000),
        query_timeout=table.number("query_timeout", 3.0, 0.05, 60.0),
    )


def reranker_choice(value: object, where: str) -> RerankerChoice:
    """Read the setting `reranker`: a text (`none`, or a cross-encoder's folder) or a table.

    Args:
        value: what the setting holds.
        where: the file or variable, for errors.

    Raises:
        InvalidConfigError: if it is neither, or a key is unknown, missing, or of the wrong shape.
    """
    if isinstance(value, str):
        return RerankerChoice() if value == NONE else RerankerChoice("cross-encoder", model=value, batch=32)
    table = _Reader(value, where, "reranker", _RERANKER_KEYS)
    remote = table.kind == "endpoint"
    form = table.text("format", "cohere")
    if form not in _FORMATS:
        raise table.wrong("format", f"must be one of: {', '.join(_FORMATS)}")
    return RerankerChoice(
        kind=table.kind,
        model="" if remote else table.text("model", required="model" in table.known),
        endpoint=_endpoint(table, timeout=5.0) if remote else None,
        format=form,
        weight=table.number("weight", 0.5, 0.0, 1.0),
        depth=table.whole("depth", 50, 1, 200),
        batch=table.whole("batch", 100 if remote and form == "cohere" else 32, 1, 1_000),
        max_chars=table.whole("max_chars", 2_000, 100, 100_000),
    )


def _endpoint(table: _Reader, *, timeout: float) -> EndpointChoice:
    key_env, key_file = table.text("key_env"), table.text("key_file")
    if key_env and not _VARIABLE.fullmatch(key_env):
        raise table.wrong("key_env", "must be the name of an environment variable")  # it may be the key: not shown
    if key_env and key_file:
        raise table.wrong("key_file", "cannot stand beside key_env")
    folder = Path(key_file).expanduser() if key_file.startswith(("~/", "~\\")) else Path(key_file)
    if key_file and not folder.is_absolute():
        raise table.wrong("key_file", "must be an absolute path, or begin with ~/")
    return EndpointChoice(
        url=_url(table),
        model=table.text("model"),
        key_env=key_env,
        key_file=folder if key_file else None,
        timeout=table.number("timeout", timeout, 0.05, 600.0),
    )


def _url(table: _Reader) -> str:
    """Return the address; one that could hold a key is never repeated in an error."""
    url = table.text("url", required=True)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise table.wrong("url", "is not an address") from None
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or any(mark <= " " for mark in url):
        raise table.wrong("url", "must be an address like https://host/v1")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise table.wrong("url", "can hold no user, password, query or fragment; a key is named by key_env or key_file")
    if parts.scheme == "http" and not _is_loopback(host) and not table.truth("allow_http"):
        raise table.wrong("url", "must begin with https, unless it is this machine's or allow_http = true")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine; only as a name or number that can be nothing else. Source: RFC 1122, RFC 4291."""
    return host in ("localhost", "::1") or _LOOPBACK.fullmatch(host) is not None


class _Reader:
    """A table of `config.toml`; every value is asked for by its shape."""

    def __init__(self, value: object, where: str, name: str, kinds: Mapping[str, tuple[str, ...]]) -> None:
        """Check the kind and the keys.

        Raises:
            InvalidConfigError: if it is no table, or has a kind or a key that is not known.
        """
        self._where, self._name = where, name
        if not isinstance(value, Mapping):
            raise InvalidConfigError(where, f"{name} must be text in quotes or a table")
        self._values: Table = value
        self.kind = self.text("kind", required=True)
        if self.kind not in kinds:
            raise self.wrong("kind", f"must be one of: {', '.join(kinds)}")
        self.known = kinds[self.kind]
        for key in value:
            if key != "kind" and key not in self.known:
                known = ", ".join(self.known) or "no others"
                raise InvalidConfigError(where, f"unknown key {key!r} in [{name}] (known for {self.kind}: {known})")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, problem: str) -> InvalidConfigError:
        """Return the error about a key."""
        return InvalidConfigError(self._where, f"{key} in [{self._name}] {problem}")

    def text(self, key: str, default: str = "", *, required: bool = False, stripped: bool = True) -> str:
        """Return a text."""
        value = self._values.get(key, default)
        if not isinstance(value, str) or len(value) > _MAX_TEXT or "\0" in value:
            raise self.wrong(key, "must be text in quotes")
        if required and not value.strip():
            raise self.wrong(key, "is missing")
        return value.strip() if stripped else value

    def truth(self, key: str) -> bool:
        """Return true or false; false if it is not there."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def whole(self, key: str, default: int, low: int, high: int, *, required: bool = False) -> int:
        """Return a whole number between two others."""
        if required and key not in self._values:
            raise self.wrong(key, "is missing")
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or (key in self._values and not low <= value <= high):
            raise self.wrong(key, f"must be a whole number from {low} to {high}")
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number between two others."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(key, f"must be a number from {low:g} to {high:g}")
        if not low <= value <= high:
            raise self.wrong(key, f"must be a number from {low:g} to {high:g}")
        return float(value)
