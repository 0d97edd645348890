"""Who commits: the repository's configured identity, or the system's user where none is configured."""

from __future__ import annotations

import getpass
import re
import socket
import time
from dataclasses import dataclass

from vault_mem.vault.repository import Repository

_FRESH_SECONDS = 30.0
_IDENT = re.compile(r"(.*<.*>) \d+ [+-]\d{4}\Z", re.DOTALL)
_UNSAFE = re.compile(r"[<>\x00-\x1f\x7f]")
HINT = "No git identity is configured: run git config --global user.name NAME, and user.email ADDRESS"


@dataclass(frozen=True, slots=True)
class Identity:
    """Author and committer, each `Name <address>`; `is_configured` is False where the system's user had to serve."""

    author: str
    committer: str
    is_configured: bool


class Identities:
    """Asks git for the identity, at most twice a minute: it may be configured while a server runs."""

    def __init__(self, repository: Repository) -> None:
        """Ask for this repository."""
        self._repository = repository
        self._known: tuple[float, Identity] | None = None

    def current(self) -> Identity:
        """Return who commits now."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > _FRESH_SECONDS:
            self._known = (now, self._ask())
        return self._known[1]

    def _ask(self) -> Identity:
        author, committer = self._variable("GIT_AUTHOR_IDENT"), self._variable("GIT_COMMITTER_IDENT")
        if author and committer:
            return Identity(author, committer, is_configured=True)
        return Identity(author or _fallback(), committer or _fallback(), is_configured=False)

    def _variable(self, name: str) -> str | None:
        outcome = self._repository.attempt("var", name, options=("user.useConfigOnly=true",))
        match = _IDENT.match(outcome.output.decode("utf-8", "replace").strip())
        return match[1] if match and not outcome.status else None


def signature(who: str) -> str:
    """Return an author or committer line's value now: identity, seconds since the epoch, local zone."""
    seconds = int(time.time())
    return f"{who} {seconds} {time.strftime('%z', time.localtime(seconds)) or '+0000'}"


def _fallback() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = "unknown"
    user = _UNSAFE.sub("", user) or "unknown"
    host = _UNSAFE.sub("", socket.gethostname()) or "localhost"
    return f"{user} <{user}@{host}>"
