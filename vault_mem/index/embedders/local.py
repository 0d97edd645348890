"""A large model in this process: loaded when it is first needed, one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from vault_mem.errors import ModelUnavailableError

_MAX_PROBLEM = 300
_T = TypeVar("_T")


class LocalModel:
    """Runs work with a model; one that cannot be loaded is not tried again, because that takes seconds each time."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:  # Any: the libraries are not typed for us
        """Keep the name, for errors, and the function that loads the model; nothing is loaded yet."""
        self.name = name
        self.trouble: str | None = None
        self._load = load
        self._lock = threading.Lock()
        self._model: Any = None
        self._is_broken = False

    def run(self, work: Callable[[Any], _T]) -> _T:  # Any: the model
        """Return what the work gives, loading the model first if need be.

        Raises:
            ModelUnavailableError: if the model cannot be loaded, or fails.
        """
        with self._lock:
            if self._is_broken:
                raise ModelUnavailableError(self.name, str(self.trouble))
            try:
                if self._model is None:
                    self._is_broken = True
                    self._model = self._load()
                    self._is_broken = False
                value = work(self._model)
            except Exception as exc:  # (torch, tokenizers and safetensors raise nothing narrower)
                self.trouble = _printable(f"the model {'cannot be loaded' if self._is_broken else 'failed'} ({exc})")
                raise ModelUnavailableError(self.name, self.trouble) from exc
            self.trouble = None
            return value


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:_MAX_PROBLEM])
