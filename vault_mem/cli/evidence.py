"""How evidence reads on one line: ages, commits, places, writers."""

from __future__ import annotations

from datetime import datetime

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
    return f"{path}:{lines.first}" if lines.first == lines.last else f"{path}:{lines.first}-{lines.last}"


def moment(time: datetime | None) -> str:
    """Return a time as local `2026-11-20 10:30`; empty for none."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}" if time else ""


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
