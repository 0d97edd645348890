"""Answers as plain JSON values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from vault_mem.notes.times import format_time


class Answer(Protocol):
    """Any of the answers."""

    @property
    def revision(self) -> str | None:
        """Full commit id, None in a vault without a commit."""


Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """Turn an answer (or a part of one) into plain JSON values: dataclasses by field, times in UTC with a `Z`.

    Raises:
        TypeError: for anything that is not an answer.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime):
        return format_time(value) + "Z"
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [to_json(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} is not part of an answer")
