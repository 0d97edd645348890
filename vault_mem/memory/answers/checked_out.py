"""What the verbs about checkouts answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder that shows the vault as it was.

    Attributes:
        folder: where it is.
        commit: the state.
        at: what was typed for it.
        time: when it was made.
        is_there: whether the folder is.
        is_vault: whether vault-mem can open it; it cannot where the state is from before the vault was one.
        changed: files that a person changed or added there, at most 20.
        head: the branch or commit that a person has put its HEAD on, None if nobody has.
    """

    folder: str
    commit: str
    at: str
    time: datetime
    is_there: bool = True
    is_vault: bool = True
    changed: tuple[str, ...] = ()
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Checkouts:
    """The checkout just made, those just removed, or all.

    Attributes:
        done: `made`, `removed` or `listed`.
        checkouts: what was made, removed or found, newest first; `changed` of one that was removed is what is lost.
        kept: those that were not removed, because something in them would be lost.
    """

    revision: str | None
    done: str
    checkouts: tuple[Checkout, ...]
    kept: tuple[Checkout, ...] = ()
