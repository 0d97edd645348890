"""How evidence reads on one line: ages, commits, places, writers."""

from __future__ import annotations

from datetime import datetime, timedelta

from vault_mem.memory.answers import TimeWindow
from vault_mem.notes.model import Lines

DIVIDER = " · "


def age(days: int | None) -> str:
    """Return `today`, `3 days ago`, `5 months ago`; empty where nobody knows."""
    if days is None:
        return ""
    if days < 1:
        return "today"
    for unit, length in (("year", 365), ("month", 30), ("week", 7)):
        if days >= 2 * length:
            return f"{days // length} {unit}s ago"
    return "yesterday" if days == 1 else f"{days} days ago"


def short(identifier: str | None) -> str:
    """Return the first 9 digits of a commit or blob; `uncommitted` for none."""
    return identifier[:9] if identifier else "uncommitted"


def place(path: str, lines: Lines) -> str:
    """Return `path:first-last`, which editors and terminals can open."""
    return f"{path}:{lines}"


def move(old_path: str | None, path: str) -> str:
    """Return `old -> path` for a note that was moved, else its path."""
    return f"{old_path} -> {path}" if old_path else path


def moment(time: datetime | None) -> str:
    """Return a time as local `2026-11-20 10:30`; empty for none."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}" if time else ""


def moments(written: datetime, arrived: datetime | None) -> str:
    """Return when something was written, and when it arrived where that differs."""
    return moment(written) + (f" (arrived {moment(arrived)})" if arrived else "")


def window(asked: TimeWindow) -> str:
    """Return the local days that a question speaks of, the last one included, and its words for them.

    Where a bound is within a day, its clock is shown too: `since 2026-03-01 09:00 (after v1.2)`.
    """
    start, end = _bound(asked.start), _bound(asked.end, is_last=True)
    if start and end:
        days = start if start == end else f"{start} to {end}"
    else:
        days = f"since {start}" if start else f"until {end}"
    return f"{days} ({asked.phrase}{'' if asked.explicit else '; preferred'})"


def _bound(time: datetime | None, *, is_last: bool = False) -> str:
    if time is None:
        return ""
    local = time.astimezone()
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{(local - timedelta(days=1) if is_last else local):%Y-%m-%d}"
    return moment(time)


def facts(*parts: str | None) -> str:
    """Join what is known on one line."""
    return DIVIDER.join(part for part in parts if part)


def model(identifier: str) -> str:
    """Return a model's name with the first digits of its content hash."""
    name, _, digest = identifier.rpartition("-")
    return f"{name}-{digest[:12]}" if name else identifier


def count(number: int, noun: str) -> str:
    """Return `1 note`, `2 notes`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
